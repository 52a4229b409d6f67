import { ConfideError } from '../../leaf/errors.ts'
import type { Outcome } from '../io/retry.ts'
import { pauseAfter } from './refusal.ts'

/**
 * The HTTP status with which a service refused credentials; undefined where it did not answer.
 *
 * The SDK's providers have it in a member (IMDS) or only in their sentence (containers).
 */
function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error)) return undefined
  const status: unknown = Reflect.get(error, 'statusCode')
  if (typeof status === 'number') return status
  const [, digits] = /^Server responded with status: (\d{3})$/.exec(error.message) ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** Whether an agent that should be there was not: it may still be starting. */
function isConnectionFault(error: unknown): boolean {
  return error instanceof Error && /\bE(?:CONNREFUSED|CONNRESET|PIPE)\b/.test(error.message)
}

/** As {@link pauseAfter}, for a place that gives credentials. */
export function pauseForCredentials(outcome: Outcome<unknown>): number | undefined {
  if (!('error' in outcome) || outcome.error instanceof ConfideError) return pauseAfter(outcome)
  const { error } = outcome
  const status = statusOf(error)
  if (status === undefined) return isConnectionFault(error) ? 0 : pauseAfter(outcome)
  return status === 429 || status >= 500 ? 0 : undefined
}

/** Why there are none, in words that are known: nothing else of what a service says is shown. */
export function reasonFor(error: unknown): string {
  const status = statusOf(error)
  if (status !== undefined) return ` (${status})`
  if (isConnectionFault(error)) return ': connection refused or broken off'
  const name = error instanceof Error ? error.name : ''
  const isVague = /^(?:Credentials|Token)?ProviderError$|^Error$|^TypeError$/.test(name)
  return /^[A-Z][A-Za-z]{3,60}$/.test(name) && !isVague ? ` (${name})` : ''
}
