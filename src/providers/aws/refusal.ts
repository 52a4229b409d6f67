import { ConfideError } from '../../leaf/errors.ts'
import { BrokenConnection } from '../io/connection-failure.ts'
import { type Outcome, retryAfter } from '../io/retry.ts'
import { principalIn } from './arn.ts'
import type { Identity } from './credentials.ts'
import { isKnownName } from './error-names.ts'

/** What was asked for, in the words of a report. */
export interface Question {
  readonly what: 'secret' | 'parameter' | 'path' | 'role'
  readonly name: string
  /** The permission that it takes. */
  readonly action: string
  readonly identity: Identity
  readonly region: string | undefined
  /** The version that was asked for by name. */
  readonly version?: string | undefined
}

/** As much of an error of the SDK as may be believed: its message is the server's. */
interface ServiceFault {
  readonly name: string
  readonly status: number | undefined
  readonly message: string
}

const throttled =
  /^(?:Throttl|TooManyRequests|RequestLimitExceeded|RequestThrottled|SlowDown|Bandwidth)/
const denied = /^(?:AccessDenied|Forbidden|UnauthorizedOperation|NotAuthorized)/
const missing = /^(?:ResourceNotFoundException|ParameterNotFound|ParameterVersionNotFound)$/
const expired = /^(?:ExpiredToken|RequestExpired)/
const unknown = /^(?:UnrecognizedClient|InvalidClientTokenId|InvalidAccessKeyId|AuthFailure)/
const unsigned =
  /^(?:InvalidSignature|SignatureDoesNotMatch|IncompleteSignature|MissingAuthentication)/
const ofKey = /kms|master key/i
const undecipherable = /^(?:DecryptionFailure|InvalidKeyId|KMS)/

/** Neither reference nor environment nor profile has one. */
export function noRegion(): ConfideError {
  return new ConfideError('there is no region', {
    kind: 'configuration',
    hint:
      'set AWS_REGION, write ?region=eu-west-1 behind the reference, or region = in the ' +
      'profile; an ARN names its own',
  })
}

/** What the SDK throws before it asks: for a region or an address that can't be one. */
function isWrongSetting(error: unknown): boolean {
  if (!(error instanceof Error) || faultIn(error) !== undefined) return false
  return (
    error.message.startsWith('Region not accepted') || memberOf(error, 'code') === 'ERR_INVALID_URL'
  )
}

function wrongSetting(): ConfideError {
  return new ConfideError('the region or the endpoint_url of the profile cannot be right', {
    kind: 'configuration',
    hint: 'write region = eu-west-1, and endpoint_url = https://HOST:PORT or none',
  })
}

/** Why AWS gave nothing, as someone reading a report has to know it. */
export function asRefusal(error: unknown, question: Question): unknown {
  if (error instanceof ConfideError) return error
  if (error instanceof Error && error.message.startsWith('Region is missing')) return noRegion()
  if (isWrongSetting(error)) return wrongSetting()
  const fault = faultIn(error)
  if (fault === undefined) return error
  const { name, status } = fault
  const { what, region, identity } = question
  const said = (pattern: RegExp) => pattern.test(`${fault.name} ${fault.message}`)
  // Any gateway says 404; Secrets Manager and Parameter Store never do.
  if (missing.test(name) && status === 400) return notThere(question, said)
  if (denied.test(name)) return accessDenied(fault, question, said)
  if (undecipherable.test(name)) return noKey(question)
  if (
    name.startsWith('InvalidRequest') &&
    said(/(?:marked|scheduled) for deletion|marked deleted/)
  ) {
    return new ConfideError(`the ${what} is marked for deletion`, {
      kind: 'missing',
      hint: `restore it (aws secretsmanager restore-secret), or name another one`,
    })
  }
  if (expired.test(name) || (denied.test(name) && said(/expired/))) {
    return new ConfideError(`the credentials of ${identity.source} have expired`, {
      kind: 'permission',
      hint: `get new ones; ${identity.advice}`,
    })
  }
  if (unknown.test(name)) {
    return new ConfideError(`AWS does not know the credentials of ${identity.source}`, {
      kind: 'permission',
      hint: `${identity.advice}; is their partition that of ${region ?? 'the region'}?`,
    })
  }
  if (unsigned.test(name)) return badSignature(identity, said)
  if (name === 'OptInRequired') {
    return new ConfideError(`the account has not enabled ${region ?? 'the region'}`, {
      kind: 'permission',
      hint: 'enable it for the account, or name another region',
    })
  }
  return unable(fault, status, question)
}

/** The milliseconds to wait before trying again at least; undefined for a final answer. */
export function pauseAfter(outcome: Outcome<unknown>): number | undefined {
  if (!('error' in outcome)) return undefined
  const { error } = outcome
  if (error instanceof ConfideError) return error instanceof BrokenConnection ? 0 : undefined
  const fault = faultIn(error)
  if (fault === undefined) return undefined
  const { name, status = 0 } = fault
  // The SDK has learnt the server's time from its answer, so the next request is signed for it.
  if (memberOf(memberOf(error, '$metadata'), 'clockSkewCorrected') === true) return 0
  const isTemporary = throttled.test(name) || status === 429 || (status >= 500 && status !== 501)
  if (!isTemporary) return undefined
  const header = memberOf(memberOf(memberOf(error, '$response'), 'headers'), 'retry-after')
  return retryAfter(typeof header === 'string' ? header : undefined)
}

export function isThrottled(outcome: Outcome<unknown>): boolean {
  const fault = 'error' in outcome ? faultIn(outcome.error) : undefined
  return fault !== undefined && (fault.status === 429 || throttled.test(fault.name))
}

/** Whether asking for each secret on its own may get what asking for many did not. */
export function mayWorkAlone(error: unknown): boolean {
  const fault = faultIn(error)
  if (error instanceof ConfideError || fault === undefined) return false
  const { name, status } = fault
  // Who is down or overloaded must not be asked twenty times as often.
  if (status !== 400 && status !== 403) return false
  return ![throttled, expired, unknown, unsigned].some(pattern => pattern.test(name))
}

export function isDenied(error: unknown): boolean {
  return denied.test(faultIn(error)?.name ?? '')
}

/** Denied the right to ask, not that to use the key of what was asked for. */
export function isDeniedAction(error: unknown): boolean {
  return isDenied(error) && !ofKey.test(faultIn(error)?.message ?? '')
}

/** Undefined for what is no answer of a server: a fault of ours, or the SDK's. */
function faultIn(error: unknown): ServiceFault | undefined {
  if (!(error instanceof Error)) return undefined
  const status = memberOf(memberOf(error, '$metadata'), 'httpStatusCode')
  const response = memberOf(error, '$response')
  if (typeof status !== 'number' && response === undefined && !(error instanceof SyntaxError)) {
    return undefined
  }
  const { name, message } = error
  return { name, message, status: typeof status === 'number' ? status : undefined }
}

/** `said` looks for sentences of the service; without it, the thing itself is missing. */
export function notThere(
  { what, version, region }: Pick<Question, 'what' | 'version' | 'region'>,
  said: (pattern: RegExp) => boolean = () => false,
): ConfideError {
  const where = region === undefined ? '' : ` in ${region}`
  const isVersion = said(/secret value for|version/i)
  if (isVersion && version !== undefined) {
    return new ConfideError(`the ${what} has no version ${version}`, {
      kind: 'missing',
      hint: 'leave the version out to get the current one',
    })
  }
  if (isVersion) {
    return new ConfideError(`the ${what} has no current value (AWSCURRENT)`, {
      kind: 'missing',
      hint: 'give it one: aws secretsmanager put-secret-value',
    })
  }
  const below = what === 'parameter' ? '; for all below a path, end it with a slash' : ''
  return new ConfideError(`there is no such ${what}${where}`, {
    kind: 'missing',
    hint: `check its name, and whether it is of this account and this region${below}`,
  })
}

function accessDenied(
  { message }: ServiceFault,
  { identity, action, what }: Question,
  said: (pattern: RegExp) => boolean,
): ConfideError {
  const who = principalIn(message, identity.credentials) ?? whose(identity)
  if (said(ofKey)) {
    return new ConfideError(`access to the key of the ${what} is denied for ${who}`, {
      kind: 'permission',
      hint: `the caller's policy, and that of the key, must allow kms:Decrypt`,
    })
  }
  const isExplicit = said(/explicit deny/)
  if (what === 'role' && !isExplicit) {
    return new ConfideError(`access denied for ${who}`, {
      kind: 'permission',
      hint:
        `its policy must allow ${action} on the role, and the role's trust policy must name it, ` +
        'with the external-id= that it asks for',
    })
  }
  return new ConfideError(`access denied for ${who}`, {
    kind: 'permission',
    hint: isExplicit
      ? `a policy denies ${action} on this ${what} explicitly: look for a Deny`
      : `its policy must allow ${action} on this ${what}`,
  })
}

/** Whose credentials they are; a role speaks for itself. */
function whose({ source }: Identity): string {
  return source.startsWith('arn:') ? source : `the credentials of ${source}`
}

function noKey({ what, identity }: Question): ConfideError {
  return new ConfideError(`the ${what} cannot be decrypted for ${whose(identity)}`, {
    kind: 'permission',
    hint: 'is its KMS key enabled, and does its policy allow kms:Decrypt?',
  })
}

function badSignature(identity: Identity, said: (pattern: RegExp) => boolean): ConfideError {
  const isClock = said(/expired|not yet current|too skewed/)
  return new ConfideError(`AWS does not accept the signature of ${identity.source}`, {
    kind: 'permission',
    hint: isClock
      ? 'set the clock of this machine right'
      : `${identity.advice}: is each of them complete, and of one pair?`,
  })
}

function unable(
  { name }: ServiceFault,
  status: number | undefined,
  { what, action }: Question,
): ConfideError {
  const code = status === undefined ? '' : ` (${status})`
  if (throttled.test(name) || status === 429) {
    const reason = isKnownName(name) ? ` (${name})` : code
    return new ConfideError(`AWS asks to come back later${reason}`, {
      kind: 'temporary',
      hint:
        'its rate limit is reached: start fewer at once, ask for a higher one, or give more ' +
        'time with --timeout',
    })
  }
  if (status !== undefined && status >= 500) {
    return new ConfideError(`AWS failed${code}`, {
      kind: 'unavailable',
      hint: 'see the status page of AWS, or the proxy or endpoint in between',
    })
  }
  if (name === 'SyntaxError' || /^(?:Unknown|UnknownError|Error)$/.test(name)) {
    return new ConfideError(`the answer is not from AWS${code}`, {
      kind: 'unavailable',
      hint: 'a proxy or a login page may answer there; check AWS_ENDPOINT_URL and HTTPS_PROXY',
    })
  }
  const word = isKnownName(name) ? `: ${name}` : ''
  return new ConfideError(`AWS did not accept ${action}${word}${code}`, {
    kind: 'data',
    hint: `check the name of the ${what} and its version`,
  })
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
