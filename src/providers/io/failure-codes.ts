/** The codes that Node's sockets and parsers give their errors, and what they mean. */

const broken = ['ECONNRESET', 'EPIPE', 'ECONNABORTED', 'EAI_AGAIN', 'ERR_PROXY_TUNNEL']

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
  CERT_HAS_EXPIRED: 'the certificate has expired',
  CERT_NOT_YET_VALID: 'the certificate is not valid yet',
  ERR_TLS_CERT_ALTNAME_INVALID: 'the certificate is for another name',
  HPE_HEADER_OVERFLOW: 'the headers of the answer are too long',
  ERR_PROXY_TUNNEL: 'the proxy opened no tunnel',
}

/** Only the code: the message can quote what the other side sent, such as names and headers. */
export function codeOf(error: unknown): string {
  const code = error instanceof Error ? Reflect.get(error, 'code') : undefined
  return typeof code === 'string' && /^[A-Z][A-Z0-9_]{2,60}$/.test(code) ? code : 'UNKNOWN'
}

/** The code in words, with the code behind them for who looks it up. */
export function reasonOf(code: string): string {
  const reason = reasons[code]
  if (reason !== undefined) return `${reason} (${code})`
  if (isUntrusted(code)) return `the certificate is not trusted (${code})`
  if (code.startsWith('HPE_')) return `what answers does not speak HTTP (${code})`
  return isTlsFault(code) ? `the TLS handshake failed (${code})` : code
}

/** Whether the connection broke off, which says nothing about the next one. */
export function isBroken(code: string): boolean {
  return broken.includes(code)
}

export function isUntrusted(code: string): boolean {
  return untrusted.includes(code)
}

export function isTlsFault(code: string): boolean {
  return code === 'EPROTO' || code.startsWith('ERR_SSL_')
}
