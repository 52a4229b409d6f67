import { ConfideError } from '../../leaf/errors.ts'
import type { Outcome } from '../io/retry.ts'
import { isKnownName } from './error-names.ts'
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
  return isKnownName(name) ? ` (${name})` : ''
}

/** Sentences of the SDK about profiles, with what they mean here; none is repeated. */
const profileFaults: readonly (readonly [RegExp, string, string])[] = [
  [
    /requires multi-factor authentication/,
    'the profile asks for an MFA code, which confide cannot give',
    'use a profile without mfa_serial, or temporary keys: aws sts get-session-token',
  ],
  [
    /SSO session|Sso session/,
    'the SSO session of the profile has ended, or was never begun',
    'run: aws sso login',
  ],
  [
    /using aws login|login session/i,
    'the login of the profile has ended, or was never begun',
    'run: aws login',
  ],
  [
    /^Command failed|credential_process returned|did not return Version/,
    'the credential_process of the profile gave no credentials',
    'run it by hand: it has to print JSON with Version 1 and the keys, and end with status 0',
  ],
  [
    /^Detected a cycle/,
    'the source_profile of the profile leads back to itself',
    'let one of them have keys or a credential_source',
  ],
]

/** What is wrong with a profile, from the SDK's sentence; undefined where that says nothing. */
export function profileFault(message: string): ConfideError | undefined {
  const found = profileFaults.find(([sentence]) => sentence.test(message))
  if (found === undefined) return undefined
  const [, what, hint] = found
  return new ConfideError(what, { kind: 'permission', hint })
}
