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
  /** What can name another host in the certificate, such as VAULT_TLS_SERVER_NAME. */
  readonly nameSource?: string | undefined
}

/** How far a request has come. */
export type Progress = 'waiting' | 'connecting' | 'handshaking' | 'connected' | 'answering'

/** Why there was no answer, or no whole one. */
export function connectionFailure(error: unknown, progress: Progress, way: Way): ConfideError {
  const code = codeOf(error)
  const { url, proxy } = way
  const refusal = proxy && refusalOf(error, url, proxy)
  const reason = refusal?.reason ?? reasonOf(code)
  const what = progress === 'answering' ? 'cannot read the answer of' : 'cannot reach'
  const message = `${what} ${endOf(way)}: ${reason}`
  const details = {
    kind: 'unavailable',
    hint: refusal?.hint ?? hintFor(code, progress, way),
  } as const
  return (refusal?.isTemporary ?? isBroken(code))
    ? new BrokenConnection(message, details)
    : new ConfideError(message, details)
}

/** The deadline came first. */
export function lateFailure(progress: Progress, way: Way): ConfideError {
  const { message, hint } = latenessOf(progress, endOf(way), sourceOf(way))
  const past = way.proxy === undefined ? '' : `, ${stepPast(way.url)}`
  return new ConfideError(`${message} before the deadline`, {
    kind: 'temporary',
    hint: `${hint} --timeout sets the deadline${past}`,
  })
}

function latenessOf(progress: Progress, end: string, source: string) {
  switch (progress) {
    case 'waiting':
      return { message: `no answer from ${end}`, hint: 'is the server up and the network open?' }
    case 'connecting':
      return {
        message: `no connection to ${end}`,
        hint: `does a firewall drop what is sent there, or is ${source} wrong?`,
      }
    case 'handshaking':
      return {
        message: `connected to ${end}, but TLS was not set up`,
        hint: `is the server overloaded, or does ${source} name one without TLS?`,
      }
    case 'connected':
      return {
        message: `connected to ${end}, but there was no answer`,
        hint: `is the server overloaded, or is ${source} wrong?`,
      }
    case 'answering':
      return {
        message: `the answer of ${end} was not complete`,
        hint: 'is the network slow, or the server overloaded?',
      }
  }
}

/** Something answers, but it can't be what was meant. */
export function wrongServer(message: string, way: Way, kind: 'unavailable' | 'data'): ConfideError {
  return new ConfideError(message, {
    kind,
    hint: `check ${sourceOf(way)}: another server, or a proxy, may answer at this address`,
  })
}

/** The server, and the proxy before it, without user and password. */
function endOf({ url, proxy }: Way): string {
  return proxy === undefined ? url.origin : `${url.origin} through the proxy ${placeOf(proxy)}`
}

function sourceOf({ addressSource = 'the address' }: Way): string {
  return addressSource
}

function hintFor(code: string, progress: Progress, way: Way): string {
  if (isBroken(code) && progress === 'answering') {
    return 'it was tried several times: look at the log of the server, or of a proxy before it'
  }
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
    if (url.protocol === 'https:') return `check ${source}: does the server speak http:// there?`
    return `is ${proxy?.variable ?? source} an http:// address?`
  }
  if (code.startsWith('CERT_')) {
    return `renew the certificate, or set the clock right: it says ${clock()}`
  }
  if (code === 'ERR_TLS_CERT_ALTNAME_INVALID') {
    const other = way.nameSource === undefined ? '' : `, or name it in ${way.nameSource}`
    return `it is not for ${url.hostname}: use the host name that it is for${other}`
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
