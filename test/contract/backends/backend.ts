import type { World } from '../../servers/context.ts'

/**
 * Real secrets for one provider, so that the contract is also tested where it fetches.
 *
 * test/contract/backends/NAME.ts exports `startBackend`; a provider without one is tested as far
 * as that goes without a place to fetch from.
 */
export interface Backend {
  /** With valid credentials. */
  readonly world: World
  /** References and the text of the secret that each one means; at least three. */
  readonly secrets: readonly (readonly [reference: string, secret: string])[]
  /** A reference to nothing. */
  readonly missing: string
  /** What no output may show, besides the secrets. */
  readonly credentials: readonly string[]
  stop(): Promise<void>
}

export type StartBackend = () => Promise<Backend>
