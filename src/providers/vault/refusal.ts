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

/** Who was asked, in the words of a report. */
export interface Server {
  readonly origin: string
  /** The variable that names the server. */
  readonly addressVariable: string
  /** Empty for the root of all namespaces. */
  readonly namespace: string
  /** The variable that names the namespace, or would. */
  readonly namespaceVariable: string
}

/** Whether the server refused who asked, or what it was asked: its report names the holder. */
export function isDenied(answer: Answer): boolean {
  return (answer.status === 401 || answer.status === 403) && isFromVault(answer)
}

/**
 * Why the server gave no secret, as someone reading a report has to know it.
 *
 * The body is only searched for known sentences: a hostile or broken server may put the token, or
 * the secret, into an error. `holder` is who asked, where {@link isDenied}.
 */
export function refusal(
  answer: Answer,
  question: Question,
  server: Server,
  holder?: Holder,
): ConfideError {
  const { status } = answer
  const said = saidIn(answer)
  if (isDenied(answer)) return denied(answer, question, server, holder)
  if (said(sentences.namespace)) return noNamespace(server)
  if (status === 401 || status === 403) return notVault(status, server)
  if (status === 404) {
    return isFromVault(answer) ? missing(said, question, server) : notVault(status, server)
  }
  return unable(answer, said, server)
}

function denied(
  answer: Answer,
  { path, alternative }: Question,
  server: Server,
  holder: Holder | undefined,
): ConfideError {
  const { status } = answer
  const said = saidIn(answer)
  const name = holder?.name ?? 'the token'
  const isKnown = said(sentences.badToken) ? false : said(sentences.policy) || holder?.isKnown
  if (isKnown === false) {
    return new ConfideError(`${name} is not valid (${status})`, {
      kind: 'permission',
      hint: 'it has expired, was revoked or used up, or is of another server: log in again',
    })
  }
  const right = `"read" on ${path}${alternative === undefined ? '' : `, or on ${alternative}`}`
  const where = inside(server)
  return new ConfideError(`permission denied (${status}) for ${name}`, {
    kind: 'permission',
    hint: isKnown
      ? `the token's policy needs ${right}${where}`
      : `the token is not valid or has expired, or its policy lacks ${right}${where}`,
  })
}

function inside({ namespace }: Server): string {
  return namespace === '' ? '' : ` in the namespace ${namespace}`
}

function noNamespace({ namespace, namespaceVariable }: Server): ConfideError {
  return new ConfideError(
    namespace === '' ? 'no such namespace' : `there is no namespace ${namespace}`,
    {
      kind: 'configuration',
      hint: `check ${namespaceVariable}, and that the token is of that server`,
    },
  )
}

function missing(said: Said, question: Question, server: Server): ConfideError {
  const { path, alternative, version } = question
  const where = `${inside(server)} of ${server.origin}`
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

/** Another server, such as a proxy or a login page, answers: that says nothing about a secret. */
export function notVault(status: number, { origin, addressVariable }: Server): ConfideError {
  return new ConfideError(`${origin} does not answer as Vault does (${status})`, {
    kind: 'unavailable',
    hint: `check ${addressVariable}: another server, a proxy or a login page answers there`,
  })
}

function unable({ status, headers }: Answer, said: Said, server: Server): ConfideError {
  const { origin, addressVariable } = server
  if (said(sentences.tlsPort)) {
    return new ConfideError(`${new URL(origin).host} speaks https://, not http:// (${status})`, {
      kind: 'configuration',
      hint: `write https:// in ${addressVariable}`,
    })
  }
  if (status === 429) {
    const pause = retryAfter(headers['retry-after'])
    const when = pause === 0 ? 'later' : `in ${formatDuration(pause)}`
    return new ConfideError(`${origin} asks to come back ${when} (429)`, {
      kind: 'temporary',
      hint: 'its rate limit is reached; a longer --timeout leaves more time to try again',
    })
  }
  if (status === 412) {
    return new ConfideError(`${origin} is behind the others of its cluster (412)`, {
      kind: 'temporary',
      hint: 'a longer --timeout leaves it more time to catch up',
    })
  }
  if (status === 503) return outOfService(said(sentences.sealed), server)
  if (status >= 500 || status === 472 || status === 473) {
    return new ConfideError(`${origin} failed (${status})`, {
      kind: 'unavailable',
      hint: "it was tried several times: look at the server's log, or at a proxy before it",
    })
  }
  return new ConfideError(`${origin} did not accept the request (${status})`, {
    kind: 'data',
    hint: `check ${addressVariable}, the path and the version`,
  })
}

/** A server that nobody has initialized says that it is sealed, too. */
function outOfService(isSealed: boolean, { origin, addressVariable }: Server): ConfideError {
  return isSealed
    ? new ConfideError(`${origin} is sealed (503)`, {
        kind: 'unavailable',
        hint:
          'unseal it (initialize it first, if it is new), ' +
          `or name another in ${addressVariable}`,
      })
    : new ConfideError(`${origin} is not in service (503)`, {
        kind: 'unavailable',
        hint: 'it may be starting, or the load balancer has no active server: look at their logs',
      })
}
