import { ConfideError } from '../../leaf/errors.ts'
import type { Answer } from '../io/http.ts'

/** Sentences of Vault and OpenBao that are told apart. Nothing that a server says is quoted. */
const sentences = {
  badToken: /invalid token|bad token|missing client token/,
  policy: /^1 error occurred:\s*\* permission denied\s*$/,
  namespace: /namespace not found|no namespace/,
  mount: /no handler for route/,
  sealed: /sealed/,
  tlsPort: /HTTP request to an HTTPS server/,
}

/**
 * Why the server gave no secret for `path`, as someone reading a report has to know it.
 *
 * The body is only searched for known sentences: a hostile or broken server may put the token, or
 * the secret, into an error.
 */
export function refusal({ status, body }: Answer, path: string): ConfideError {
  const said = (sentence: RegExp) => sentence.test(errorOf(body))
  if (status === 401 || status === 403) {
    return new ConfideError(`permission denied (${status})`, {
      kind: 'permission',
      hint: permissionHint(said, path),
    })
  }
  if (said(sentences.namespace)) {
    return new ConfideError('no such namespace', {
      kind: 'configuration',
      hint: 'check VAULT_NAMESPACE or BAO_NAMESPACE',
    })
  }
  if (status === 404) {
    return new ConfideError('no such secret (404)', {
      kind: 'missing',
      hint: said(sentences.mount)
        ? `nothing is mounted at ${path.split('/')[0]}/`
        : `nothing is stored at ${path}; check the path and the version`,
    })
  }
  return unable(status, said)
}

function permissionHint(said: (sentence: RegExp) => boolean, path: string): string {
  if (said(sentences.badToken)) return 'the token is not valid, or it has expired'
  if (said(sentences.policy)) return `the token's policy needs "read" on ${path}`
  return `the token is not valid or has expired, or its policy needs "read" on ${path}`
}

function unable(status: number, said: (sentence: RegExp) => boolean): ConfideError {
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
    hint: said(sentences.tlsPort)
      ? 'it speaks https:// there, not http://'
      : 'check the address, the path and the version',
  })
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
