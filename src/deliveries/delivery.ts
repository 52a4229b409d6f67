import type { SecretValue } from '../leaf/secret.ts'
import type { DeliveryForm, DeliveryRequest } from '../plan.ts'

/**
 * A way for a secret to reach the command. One file exports one delivery, named as the file is.
 *
 * `deliver` throws a ConfideError of kind 'data' when these bytes can't travel this way, such as
 * a NUL in a variable, and 'system' when the kernel refuses. No message shows any of the bytes.
 */
export interface Delivery extends DeliveryForm {
  /** One line for the help. */
  readonly summary: string
  /** Makes the secret ready for the command; the caller disposes of `value` afterwards. */
  deliver(request: DeliveryRequest, value: SecretValue, host: DeliveryHost): Handoff
}

/** What a delivery may ask of the system. */
export interface DeliveryHost {
  /**
   * A memory file that nobody can change any more, at offset 0. Throws 'system' on failure.
   *
   * An owner of -1 is left as it is.
   */
  sealedMemfd(bytes: Uint8Array, mode: number, uid: number, gid: number): number
}

/** What the command inherits for one secret. */
export interface Handoff {
  /** Environment entries, "NAME=VALUE" without a NUL, that take the place of the reference's. */
  readonly entries: readonly Uint8Array[]
  /** An open descriptor of ours, and the number that it gets in the command. */
  readonly descriptor?: { readonly number: number; readonly fd: number }
}
