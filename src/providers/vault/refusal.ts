import { ConfideError } from '../../leaf/errors.ts'
import type { Answer } from '../io/http.ts'
import { memberOf, parseBody } from './body.ts'

/** Sentences of Vault and OpenBao that are told apart. Nothing that a server says is quoted. */
const sentences = {
  badToken: /invalid token|bad token|missing client token/,
  // A token that is not known gets only the second line of this, from OpenBao as from Vault.
  policy: /^1 error occurred:\s*\* permission denied\s*$/,
  namespace: /namespace not found|no namespace/,
  mount: /no handler for route/,
  sealed: /sealed/,
  // Of Go, of nginx, and of Apache.
  tlsPort: /HTTP request (to an HTTPS server|was sent to HTTPS)|plain HTTP to an SSL-enabled/,
}

/** What was asked for, in the words of a report. */
export interface Question {
  readonly path: string
  /** The other path that was tried, where the server would not say what is mounted. */
  readonly alternative?: string
  readonly version?: string | undefined
  /** The variable that names the server. */
  readonly addressVariable: string
}

/**
 * Why the server gave no secret, as someone reading a report has to know it.
 *
 * The body is only searched for known sentences: a hostile or broken server may put the token, or
 * the secret, into an error.
 */
export function refusal({ status, body }: Answer, question: Question): ConfideError {
  const said = (sentence: RegExp) => sentence.test(errorOf(body))
  if (status === 401 || status === 403) {
    return new ConfideError(`permission denied (${status})`, {
      kind: 'permission',
      hint: permissionHint(said, question),
    })
  }
  if (said(sentences.namespace)) {
    return new ConfideError('no such namespace', {
      kind: 'configuration',
      hint: 'check VAULT_NAMESPACE or BAO_NAMESPACE',
    })
  }
  if (status === 404) return isFromVault(body) ? missing(said, question) : notVault(question)
  return unable(status, said, question)
}

type Said = (sentence: RegExp) => boolean

function permissionHint(said: Said, { path, alternative }: Question): string {
  if (said(sentences.badToken)) return 'the token is not valid, or it has expired'
  const right = `"read" on ${path}${alternative === undefined ? '' : `, or on ${alternative}`}`
  if (said(sentences.policy)) return `the token's policy needs ${right}`
  return `the token is not valid or has expired, or its policy lacks ${right}`
}

function missing(said: Said, { path, alternative, version }: Question): ConfideError {
  if (said(sentences.mount)) {
    return new ConfideError('no such secret (404)', {
      kind: 'missing',
      hint: `nothing is mounted at ${path.split('/')[0]}/`,
    })
  }
  if (version !== undefined) {
    return new ConfideError(`${path} has no version ${version}`, {
      kind: 'missing',
      hint: `leave #${version} out to get the newest version, if the path is right`,
    })
  }
  return new ConfideError('no such secret (404)', {
    kind: 'missing',
    hint: `nothing is stored at ${path}${alternative === undefined ? '' : ` or ${alternative}`}`,
  })
}

/** A web server's own page for an address that it does not know; no secret is missing there. */
function notVault({ addressVariable }: Question): ConfideError {
  return new ConfideError('the answer is not from Vault (404)', {
    kind: 'unavailable',
    hint: `check ${addressVariable}: another server, or a proxy, answers at this address`,
  })
}

function unable(status: number, said: Said, { addressVariable }: Question): ConfideError {
  if (said(sentences.tlsPort)) {
    return new ConfideError(`the server speaks https:// there, not http:// (${status})`, {
      kind: 'configuration',
      hint: `write https:// in ${addressVariable}`,
    })
  }
  if (status === 429) {
    return new ConfideError('the server asks to come back later (429)', {
      kind: 'temporary',
      hint: 'its rate limit is reached; a longer --timeout leaves more time to try again',
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

/** Vault explains each refusal in a list, which may be empty. */
function isFromVault(body: Buffer): boolean {
  return Array.isArray(memberOf(parseBody(body), 'errors'))
}

function errorOf(body: Buffer): string {
  const text = body.subarray(0, 4096).toString('latin1')
  try {
    const { errors } = JSON.parse(text) as { errors?: unknown }
    return Array.isArray(errors) ? String(errors[0]) : ''
  } catch {
    return text
  }
}
