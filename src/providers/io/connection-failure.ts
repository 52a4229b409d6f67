import { ConfideError } from '../../leaf/errors.ts'

/** The connection broke before the whole answer was there, which says nothing about the next. */
export class BrokenConnection extends ConfideError {}

const broken = ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'EAI_AGAIN']

/** Certificates that lead to no root we trust. */
const untrusted = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'CERT_SIGNATURE_FAILURE',
  'INVALID_CA',
]

/** Codes whose name is not plain enough. */
const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'the connection broke off',
  EPIPE: 'the connection broke off',
  ECONNABORTED: 'the connection broke off',
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name server does not answer',
  EHOSTUNREACH: 'no route to the host',
  ENETUNREACH: 'no route to the network',
  ETIMEDOUT: 'the connection timed out',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
}

/**
 * Why there was no answer, from the code of a socket's error alone: its message can quote what
 * the other side sent, such as the names in a certificate.
 */
export function connectionFailure(error: unknown, url: URL, trustHint: string): ConfideError {
  const code = codeOf(error)
  const at = `cannot reach ${url.origin}`
  if (broken.includes(code)) {
    return new BrokenConnection(`${at}: ${reasonOf(code)}`, {
      kind: 'unavailable',
      hint: `it was tried several times: does the server run, and speak ${url.protocol}// there?`,
    })
  }
  if (untrusted.includes(code)) {
    return new ConfideError(`${at}: its certificate is not trusted (${code})`, {
      kind: 'unavailable',
      hint: trustHint,
    })
  }
  return new ConfideError(`${at}: ${reasonOf(code)}`, {
    kind: 'unavailable',
    hint: hintFor(code, url),
  })
}

function codeOf(error: unknown): string {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'UNKNOWN'
}

function reasonOf(code: string): string {
  const reason = reasons[code]
  if (reason !== undefined) return `${reason} (${code})`
  if (code.startsWith('HPE_')) return `it does not speak HTTP (${code})`
  return isTlsFault(code) ? `the TLS handshake failed (${code})` : code
}

function isTlsFault(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_')
}

function hintFor(code: string, url: URL): string {
  if (isTlsFault(code) && url.protocol === 'https:') return 'does the server speak http:// there?'
  if (code.startsWith('HPE_')) return 'check scheme and port: an https:// server may answer there'
  if (code.startsWith('CERT_')) return 'renew the certificate, or set the clock right'
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') return 'use the host name that the certificate names'
  return 'check the address and that the server runs and can be reached from here'
}
