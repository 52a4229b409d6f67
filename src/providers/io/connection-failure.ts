import { ConfideError } from '../../leaf/errors.ts'
import { codeOf, isBroken, isTlsFault, isUntrusted, reasonOf } from './failure-codes.ts'
import { placeOf, type Proxy, refusalOf, stepPast } from './proxy.ts'

/** The connection broke before the whole answer was there, which says nothing about the next. */
export class BrokenConnection extends ConfideError {}

/** The way that a request went, for reports. */
export interface Way {
  readonly url: URL
  readonly proxy?: Proxy | undefined
  /** What to do about a certificate that is not trusted. */
  readonly trustHint: string
  /** What names the server, such as VAULT_ADDR. */
  readonly addressSource?: string | undefined
}

/** Why there was no answer. */
export function connectionFailure(error: unknown, way: Way): ConfideError {
  const code = codeOf(error)
  const { url, proxy } = way
  const refusal = proxy && refusalOf(error, url, proxy)
  const message = `cannot reach ${endOf(way)}: ${refusal?.reason ?? reasonOf(code)}`
  const details = { kind: 'unavailable', hint: refusal?.hint ?? hintFor(code, way) } as const
  return (refusal?.isTemporary ?? isBroken(code))
    ? new BrokenConnection(message, details)
    : new ConfideError(message, details)
}

/** How far a request had come when the time was over. */
export type Progress = 'waiting' | 'connecting' | 'connected' | 'answering'

/** The deadline came first. */
export function lateFailure(progress: Progress, way: Way): ConfideError {
  const message = {
    waiting: `no answer from ${endOf(way)} before the deadline`,
    connecting: `no connection to ${endOf(way)} before the deadline`,
    connected: `connected to ${endOf(way)}, but there was no answer before the deadline`,
    answering: `the answer of ${endOf(way)} was not complete before the deadline`,
  }[progress]
  const hint = {
    waiting: 'is the server up and the network open? --timeout sets the deadline',
    connecting: `check ${sourceOf(way)}: a firewall may drop what is sent there, or nobody is there`,
    connected: 'is that server overloaded, or another one? --timeout sets the deadline',
    answering: 'is the network slow, or the server overloaded? --timeout sets the deadline',
  }[progress]
  return new ConfideError(message, { kind: 'temporary', hint })
}

/** The server, and the proxy before it, without user and password. */
function endOf({ url, proxy }: Way): string {
  return proxy === undefined ? url.origin : `${url.origin} through the proxy ${placeOf(proxy)}`
}

function sourceOf({ addressSource = 'the address' }: Way): string {
  return addressSource
}

function hintFor(code: string, way: Way): string {
  const hint = stepFor(code, way)
  if (way.proxy === undefined) return hint
  return `${hint}${hint.endsWith('?') ? '' : ';'} ${stepPast(way.url)}`
}

function stepFor(code: string, way: Way): string {
  const { url, proxy, trustHint } = way
  const source = sourceOf(way)
  if (isUntrusted(code)) {
    return proxy === undefined ? trustHint : `${trustHint}, or that of a proxy that opens TLS`
  }
  if (isTlsFault(code)) {
    if (url.protocol === 'https:') return 'does the server speak http:// there?'
    return `is ${proxy?.variable ?? source} an http:// address?`
  }
  if (code.startsWith('CERT_')) {
    return `renew the certificate, or set the clock right: it says ${clock()}`
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    return `it does not name ${url.hostname}: use the host name that it is for`
  }
  if (code === 'ERR_PROXY_TUNNEL') return 'is there an HTTP proxy at that address?'
  if (code.startsWith('HPE_')) {
    return `check scheme and port in ${source}: another server may answer there`
  }
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `check the name in ${proxy?.variable ?? source}, and the name server (/etc/resolv.conf)`
  }
  if (isBroken(code)) {
    const end = proxy === undefined ? `speak ${url.protocol}// there` : 'can the proxy reach it'
    return `it was tried several times: does the server run, and ${end}?`
  }
  if (proxy !== undefined) return `does the proxy run, and is ${proxy.variable} right?`
  return `check ${source}, and that the server runs and can be reached from here`
}

function clock(): string {
  return `${new Date().toISOString().slice(0, 16).replace('T', ' ')} UTC`
}
