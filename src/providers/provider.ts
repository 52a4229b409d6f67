import type { ConfideError } from '../leaf/errors.ts'
import type { SecretValue } from '../leaf/secret.ts'
import type { Reference, Scheme } from '../references/reference.ts'

/**
 * A place that secrets come from. One file exports one provider, named as the file is.
 *
 * `parse` (see {@link Scheme}) returns null for an ordinary value and throws 'data' for a wrong
 * reference. Heavy packages are loaded only inside `fetch`, with `await import('package')`.
 */
export interface Provider extends Scheme {
  /** One line for the help. */
  readonly summary: string
  /** References that parse, for the help and the contract test. */
  readonly examples: readonly string[]
  /** Variables with credentials that do not reach the command when this provider was used. */
  readonly bootstrap: readonly string[]
  /** Variables with credentials that the command may own: dropped only by --drop-credentials. */
  readonly credentials: readonly string[]
  /** Every variable that `fetch` reads. */
  readonly variables: readonly string[]
  /**
   * The secrets of `references`, in the same order, one outcome each.
   *
   * A reference that can't be fetched gives a ConfideError in its place: 'missing' only when the
   * secret does not exist (optional and default forgive just that), 'permission' when refused,
   * 'unavailable' when the provider can't be reached, 'temporary' when trying later may help.
   * Throws only when no reference at all can be fetched, such as for settings that are missing.
   */
  fetch(
    references: readonly Reference[],
    context: FetchContext,
  ): Promise<readonly (SecretValue | ConfideError)[]>
}

/** What a provider may use of the world. */
export interface FetchContext {
  /** Fires at the one deadline; every wait on the network takes it. */
  readonly signal: AbortSignal
  /**
   * The variable's value, of its first entry in environ order; undefined when it is not set.
   *
   * Throws 'configuration' when the value is itself a reference: nothing has resolved it yet.
   */
  variable(name: string): string | undefined
  /**
   * All variables of plain text, for a helper program that a provider's settings name: what is a
   * reference itself is left out.
   */
  environment(): Readonly<Record<string, string>>
  /** Says something on stderr that the user should know. Never a secret. */
  warn(message: string): void
  /** Remembers a credential, so that it is never printed, even where a server repeats it. */
  conceal(text: string): void
  /** Says something on stderr when --verbose is on. Never a secret. */
  debug(message: string): void
  /**
   * Everything that can be read from an inherited descriptor, which the command then won't get.
   *
   * Throws 'configuration' when it is not open, or nothing that can be read to an end.
   */
  readDescriptor(descriptor: number): Promise<Uint8Array>
  /** PEM roots to add to the default ones: NODE_EXTRA_CA_CERTS, SSL_CERT_FILE, SSL_CERT_DIR. */
  certificates(): Promise<readonly string[]>
}
