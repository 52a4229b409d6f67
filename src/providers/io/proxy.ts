import { ConfideError } from '../../leaf/errors.ts'
import type { FetchContext } from '../provider.ts'

export const proxyVariables = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'NO_PROXY',
  'no_proxy',
] as const

/** The proxy on the way to a server; the URL may hold a password. */
export interface Proxy {
  readonly url: URL
  /** The variable that names it. */
  readonly variable: string
}

/**
 * The proxy that the environment wants between us and `address`, if any.
 *
 * Decided here and not by Node, which silently goes past a proxy that is written without http://
 * or with socks://, and takes neither `example.com` for its subdomains nor 10.0.0.0/8 in NO_PROXY.
 * As in Go's clients, which most peers are, a loopback address never goes through a proxy. Throws
 * 'configuration' for what is no address of a proxy, without quoting it.
 */
export function proxyFor(address: URL, context: FetchContext): { proxy?: Proxy } {
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(address.hostname)) return {}
  const [upper, lower] =
    address.protocol === 'https:' ? ['HTTPS_PROXY', 'https_proxy'] : ['HTTP_PROXY', 'http_proxy']
  const variable = context.variable(lower) ? lower : upper
  const value = context.variable(variable)?.trim()
  if (!value) return {}
  const exceptions = context.variable('no_proxy') || context.variable('NO_PROXY') || ''
  if (exceptions.split(',').some(entry => excepts(entry.trim().toLowerCase(), address))) return {}
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`)
  const isProxy = url !== null && /^https?:$/.test(url.protocol) && url.hostname !== ''
  if (!isProxy) throw noProxy(variable)
  for (const part of [url.password, plainText(url.password, variable)]) context.conceal(part)
  return { proxy: { url, variable } }
}

function plainText(part: string, variable: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    throw noProxy(variable)
  }
}

function noProxy(variable: string): ConfideError {
  return new ConfideError(`${variable} is not a proxy's address`, {
    kind: 'configuration',
    hint:
      `write ${variable}=http://proxy.example:3128; ` +
      'other kinds than http and https are not supported',
  })
}

/** Whether an entry of NO_PROXY means this address: a name with its subdomains, a network, *. */
function excepts(entry: string, address: URL): boolean {
  const { hostname, port, protocol } = address
  const host = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  if (entry === '*') return true
  if (isNetwork(entry)) return isWithin(host, entry)
  const [, name = entry, onPort] = /^(.+):(\d+)$/.exec(entry) ?? []
  if (entry.replace(/^\[|\]$/g, '') === host) return true
  if (onPort !== undefined && onPort !== (port || (protocol === 'https:' ? '443' : '80'))) {
    return false
  }
  const domain = name.replace(/^\[|\]$/g, '').replace(/^\*?\./, '')
  return domain !== '' && (host === domain || host.endsWith(`.${domain}`))
}

function isNetwork(entry: string): boolean {
  return /^[0-9a-f.:]+\/\d{1,3}$/.test(entry)
}

function isWithin(host: string, network: string): boolean {
  const { BlockList, isIP } = process.getBuiltinModule('node:net')
  const [base = '', bits = ''] = network.split('/')
  const family = isIP(host) === 6 ? 'ipv6' : 'ipv4'
  if (isIP(host) === 0 || isIP(base) !== isIP(host)) return false
  if (Number(bits) > (family === 'ipv6' ? 128 : 32)) return false
  const list = new BlockList()
  list.addSubnet(base, Number(bits), family)
  return list.check(host, family)
}

/** Its host and port, without user and password. */
export function placeOf({ url, variable }: Proxy): string {
  return `${url.host} (${variable})`
}

/** How to do without a proxy, for hints. */
export function stepPast(address: URL): string {
  return `NO_PROXY=${address.hostname} goes past the proxy`
}

/** What the proxy itself says instead of opening the way. */
export interface ProxyRefusal {
  readonly reason: string
  readonly hint: string
  readonly isTemporary: boolean
}

/** Undefined when the error is not an answer of the proxy to CONNECT. */
export function refusalOf(error: unknown, address: URL, proxy: Proxy): ProxyRefusal | undefined {
  const status: unknown = error instanceof Error ? Reflect.get(error, 'statusCode') : undefined
  return Number.isInteger(status) ? refusalWith(Number(status), address, proxy) : undefined
}

/** An answer of the proxy in the form in which Node reports one to CONNECT. */
export function proxyRefusal(status: number): Error {
  return Object.assign(new Error('refused'), { code: 'ERR_PROXY_TUNNEL', statusCode: status })
}

function refusalWith(status: number, address: URL, proxy: Proxy): ProxyRefusal {
  const { variable, url } = proxy
  const isTemporary = status === 429 || status >= 500
  if (status === 407) {
    const isNamed = url.username !== ''
    return {
      reason: isNamed
        ? 'the proxy does not accept its user and password (407)'
        : 'the proxy wants a user and a password (407)',
      hint: isNamed
        ? `correct them in ${variable}; write %40 for an @ in them`
        : `write ${variable}=${url.protocol}//USER:PASSWORD@${url.host}`,
      isTemporary,
    }
  }
  return {
    reason: `the proxy ${isTemporary ? 'cannot' : 'refuses to'} open the way there (${status})`,
    hint: isTemporary
      ? `can the proxy reach ${address.host}? ${stepPast(address)}`
      : `have the proxy allow ${address.host}; ${stepPast(address)}`,
    isTemporary,
  }
}
