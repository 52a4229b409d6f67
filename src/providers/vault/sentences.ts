import type { Answer } from '../io/http.ts'
import { memberOf, parseBody } from './body.ts'

/** Sentences of Vault and OpenBao that are told apart. Nothing that a server says is quoted. */
export const sentences = {
  badToken: /invalid token|bad token|missing client token/,
  // A token that is not known gets only the second line of this, from OpenBao as from Vault.
  policy: /^1 error occurred:\s*\* permission denied\s*$/,
  namespace: /namespace not found|no namespace/,
  mount: /no handler for route/,
  sealed: /sealed/,
  // Of Go, of nginx, and of Apache.
  tlsPort: /HTTP request (to an HTTPS server|was sent to HTTPS)|plain HTTP to an SSL-enabled/,
} as const

/** Whether the answer says so. */
export type Said = (sentence: RegExp) => boolean

export function saidIn({ body }: Answer): Said {
  const error = errorOf(body)
  return sentence => sentence.test(error)
}

/** Vault explains each refusal in a list, which may be empty; no other server does. */
export function isFromVault({ body }: Answer): boolean {
  return Array.isArray(memberOf(parseBody(body), 'errors'))
}

/** The token is good, and none of its policies allows what was asked. */
export function isPolicyRefusal(answer: Answer): boolean {
  return answer.status === 403 && saidIn(answer)(sentences.policy)
}

function errorOf(body: Buffer): string {
  const text = body.subarray(0, 4096).toString('latin1')
  const errors = memberOf(parseBody(Buffer.from(text)), 'errors')
  if (errors === undefined) return text
  return Array.isArray(errors) ? String(errors[0]) : ''
}
