import type { Owner } from './references/reference.ts'

/** The part of a delivery that the plan knows: what it would set, not how it does it. */
export interface DeliveryForm {
  readonly name: string
  /** Whether each secret takes one descriptor number of the command. */
  readonly usesDescriptor: boolean
  /** The variables that `deliver` will set. Pure, so that clashes are found before any fetch. */
  names(request: DeliveryRequest): readonly string[]
}

/** How one variable's secret is to be delivered. */
export interface DeliveryRequest {
  /** The variable that held the reference, and that the command won't get. */
  readonly variable: string
  /** The exact name to set instead, from the option `name=`. */
  readonly name?: string
  readonly mode: number
  readonly owner?: Owner
  /** The descriptor number in the command; -1 where the delivery uses none. */
  readonly number: number
  /** Whether the command can open /proc/self/fd/N. */
  readonly paths: boolean
  /** Whether NAME_FD is wanted as well. */
  readonly numbers: boolean
}
