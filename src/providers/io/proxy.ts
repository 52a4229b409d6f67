import type { FetchContext } from '../provider.ts'

export const proxyVariables = [
  'HTTPS_PROXY',
  'https_proxy',
  'HTTP_PROXY',
  'http_proxy',
  'NO_PROXY',
  'no_proxy',
] as const

/**
 * The proxy variables of the environment, for an agent's `proxyEnv`.
 *
 * As in Go's clients, which most peers are, a loopback address never goes through a proxy.
 */
export function proxyFor(
  address: URL,
  context: FetchContext,
): { proxy?: Readonly<Record<string, string>> } {
  if (/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(address.hostname)) return {}
  const set = proxyVariables.flatMap(name => {
    const value = context.variable(name)
    return value ? [[name, value] as const] : []
  })
  return set.length > 0 ? { proxy: Object.fromEntries(set) } : {}
}
