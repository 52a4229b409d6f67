import { formatDuration } from '../../leaf/duration.ts'
import { ConfideError } from '../../leaf/errors.ts'
import type { Answer } from '../io/http.ts'
import { retryAfter } from '../io/retry.ts'
import type { Holder } from './holder.ts'
import { isFromVault, type Said, saidIn, sentences } from './sentences.ts'

/** What was asked for, in the words of a report. */
export interface Question {
  readonly path: string
  /** The other path that was tried, where the server would not say what is mounted. */
  readonly alternative?: string
  readonly version?: string | undefined
}

/** Who was asked by whom. */
export interface Circumstances {
  /** The variable that names the server. */
  readonly addressVariable: string
  readonly namespace: string
  /** Needed where {@link isDenied}. */
  readonly holder?: Holder | undefined
}

/** Whether the server refused who asked, or what it was asked: its report names the holder. */
export function isDenied(answer: Answer): boolean {
  return (answer.status === 401 || answer.status === 403) && isFromVault(answer)
}

/**
 * Why the server gave no secret, as someone reading a report has to know it.
 *
 * The body is only searched for known sentences: a hostile or broken server may put the token, or
 * the secret, into an error.
 */
export function refusal(answer: Answer, question: Question, about: Circumstances): ConfideError {
  const { status } = answer
  const said = saidIn(answer)
  if (isDenied(answer)) return denied(status, said, question, about)
  if (said(sentences.namespace)) {
    return new ConfideError('no such namespace', {
      kind: 'configuration',
      hint: 'check VAULT_NAMESPACE or BAO_NAMESPACE',
    })
  }
  if (status === 401 || status === 403) return notVault(status, about)
  if (status === 404) {
    return isFromVault(answer) ? missing(said, question, about) : notVault(status, about)
  }
  return unable(answer, said, about)
}

function denied(
  status: number,
  said: Said,
  { path, alternative }: Question,
  { holder, namespace }: Circumstances,
): ConfideError {
  const name = holder?.name ?? 'the token'
  const isKnown = said(sentences.badToken) ? false : said(sentences.policy) || holder?.isKnown
  if (isKnown === false) {
    return new ConfideError(`${name} is not valid (${status})`, {
      kind: 'permission',
      hint: 'it has expired, was revoked or used up, or is of another server: log in again',
    })
  }
  const right = `"read" on ${path}${alternative === undefined ? '' : `, or on ${alternative}`}`
  const where = inside(namespace)
  return new ConfideError(`permission denied (${status}) for ${name}`, {
    kind: 'permission',
    hint: isKnown
      ? `the token's policy needs ${right}${where}`
      : `the token is not valid or has expired, or its policy lacks ${right}${where}`,
  })
}

function inside(namespace: string): string {
  return namespace === '' ? '' : ` in the namespace ${namespace}`
}

function missing(said: Said, question: Question, { namespace }: Circumstances): ConfideError {
  const { path, alternative, version } = question
  const where = inside(namespace)
  if (said(sentences.mount)) {
    return new ConfideError('no such secret (404)', {
      kind: 'missing',
      hint: `nothing is mounted at ${path.split('/')[0]}/${where}`,
    })
  }
  if (version !== undefined) {
    return new ConfideError(`${path} has no version ${version}`, {
      kind: 'missing',
      hint: `leave #${version} out to get the newest version, if the path is right`,
    })
  }
  const other = alternative === undefined ? '' : ` or ${alternative}`
  return new ConfideError('no such secret (404)', {
    kind: 'missing',
    hint: `nothing is stored at ${path}${other}${where}`,
  })
}

/** A page of another server, such as a proxy's or a login's: that says nothing about a secret. */
function notVault(status: number, { addressVariable }: Circumstances): ConfideError {
  return new ConfideError(`the answer is not from Vault (${status})`, {
    kind: 'unavailable',
    hint: `check ${addressVariable}: another server, or a proxy, answers at this address`,
  })
}

function unable({ status, headers }: Answer, said: Said, about: Circumstances): ConfideError {
  const { addressVariable } = about
  if (said(sentences.tlsPort)) {
    return new ConfideError(`the server speaks https:// there, not http:// (${status})`, {
      kind: 'configuration',
      hint: `write https:// in ${addressVariable}`,
    })
  }
  if (status === 429) {
    const pause = retryAfter(headers['retry-after'])
    const when = pause === 0 ? 'later' : `in ${formatDuration(pause)}`
    return new ConfideError(`the server asks to come back ${when} (429)`, {
      kind: 'temporary',
      hint: 'its rate limit is reached; a longer --timeout leaves more time to try again',
    })
  }
  if (status === 412) {
    return new ConfideError('the server is behind the others of its cluster (412)', {
      kind: 'temporary',
      hint: 'a longer --timeout leaves it more time to catch up',
    })
  }
  if (said(sentences.initialized) || status === 501) {
    return new ConfideError(`the server is not initialized (${status})`, {
      kind: 'unavailable',
      hint: `initialize and unseal it, or check ${addressVariable}`,
    })
  }
  if (status === 503) {
    return new ConfideError(
      said(sentences.sealed) ? 'the server is sealed (503)' : 'the server is not in service (503)',
      { kind: 'unavailable', hint: 'unseal it, or use the address of an active server' },
    )
  }
  if (status >= 500 || status === 472 || status === 473) {
    return new ConfideError(`the server failed (${status})`, {
      kind: 'unavailable',
      hint: "look at the server's log, or at the proxy before it",
    })
  }
  return new ConfideError(`the server did not accept the request (${status})`, {
    kind: 'data',
    hint: 'check the address, the path and the version',
  })
}
