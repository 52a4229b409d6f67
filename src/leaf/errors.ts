import { exitCodeOf, type FailureKind } from './exit-codes.ts'

export { exitCodeOf, type FailureKind }

/** What is left of a foreign error: facts that identify it and can't hold a secret. */
export interface Cause {
  readonly name: string
  readonly code?: string
  readonly status?: number
  readonly requestId?: string
}

/**
 * The one error that confide shows to people.
 *
 * The message is lower case, has no final period and never holds a secret; the hint says what
 * to do next. A `cause` is reduced at once, since SDK errors carry requests, headers and bodies.
 */
export class ConfideError extends Error {
  override readonly name = 'ConfideError'
  readonly kind: FailureKind
  declare readonly hint?: string
  declare readonly cause?: Cause

  constructor(message: string, details: { kind: FailureKind; hint?: string; cause?: unknown }) {
    const { kind, hint, cause } = details
    super(message, cause === undefined ? undefined : { cause: reduceCause(cause) })
    this.kind = kind
    if (hint !== undefined) this.hint = hint
  }
}

/** Keeps name, code, status and request id of a foreign error; its message and body are dropped. */
export function reduceCause(cause: unknown): Cause {
  if (typeof cause !== 'object' || cause === null) return { name: typeof cause }
  const name = wordFrom(cause, 'name') ?? 'Error'
  const code = wordFrom(cause, 'code')
  const response = memberOf(cause, 'response')
  const status = statusFrom(cause) ?? statusFrom(response)
  const requestId =
    wordFrom(cause, 'requestId') ?? wordFrom(memberOf(cause, '$metadata'), 'requestId')
  return {
    name,
    ...(code !== undefined && { code }),
    ...(status !== undefined && { status }),
    ...(requestId !== undefined && { requestId }),
  }
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}

/** Identifiers only: a sentence in one of these members could quote what the server sent. */
function wordFrom(value: unknown, name: string): string | undefined {
  const word = memberOf(value, name)
  return typeof word === 'string' && /^[\w.:-]{1,80}$/.test(word) ? word : undefined
}

function statusFrom(value: unknown): number | undefined {
  for (const name of ['status', 'statusCode']) {
    const status = memberOf(value, name)
    if (typeof status === 'number') return status
  }
  return undefined
}
