import { setTimeout as sleep } from 'node:timers/promises'
import type { client as NodeVaultClient } from 'node-vault'
import { ConfideError } from '../../leaf/errors.ts'
import { BrokenConnection } from '../io/connection-failure.ts'
import { type Answer, HttpClient } from '../io/http.ts'
import { proxyFor } from '../io/proxy.ts'
import { type Outcome, retry, retryAfter } from '../io/retry.ts'
import type { FetchContext } from '../provider.ts'
import { type Holder, holderFrom } from './holder.ts'
import type { Server } from './refusal.ts'
import { addressFrom, lookupFor, type Product, tokenFrom } from './settings.ts'
import { trustFrom } from './trust.ts'

/** One server, asked as one token. */
export interface VaultClient extends Disposable {
  readonly server: Server
  /** The answer to a GET below /v1, whatever its status. `path` is encoded and may have a query. */
  read(path: string): Promise<Answer>
  /** So many secrets will be read, once it is known where they lie. */
  expect(secrets: number): void
  /** Whose token it is. The server is asked once, and has a second to answer. */
  holder(): Promise<Holder>
}

/** Longer than a server takes that has just refused something; no report waits longer. */
const patience = 1000

/** What node-vault hands to its transport, and what it wants back. */
interface TransportRequest {
  readonly uri: string
  readonly headers: Readonly<Record<string, string>>
}
interface TransportResponse {
  readonly statusCode: number
  readonly body: Answer
  readonly request: { readonly path: string }
}

/**
 * A client that reads through node-vault, with everything in it replaced that leaks.
 *
 * Its transport is ours, so axios never runs: that would follow redirects to other hosts with the
 * token, obey proxies from the process's environment and round numbers while parsing. Its debug
 * output is off, no URL is rendered from a mustache template, and its errors, which carry the
 * server's body as their message, do not leave this function.
 */
export async function openVault(product: Product, context: FetchContext): Promise<VaultClient> {
  const lookup = lookupFor(product, context)
  const prefix = product === 'bao' ? 'BAO_' : 'VAULT_'
  const { url: address, variable: addressVariable } = addressFrom(lookup, product)
  const token = await tokenFrom(product, context)
  const { value: namespace = '', variable: namespaceVariable = `${prefix}NAMESPACE` } =
    lookup('NAMESPACE') ?? {}
  const { signal } = context
  const http = await HttpClient.open({
    origin: address,
    signal,
    connections: 100,
    addressSource: addressVariable,
    trustHint: `name its authority: ${prefix}CACERT=/path/to/ca.pem`,
    nameSource: `${prefix}TLS_SERVER_NAME`,
    ...(address.protocol === 'https:' ? await trustFrom(lookup, context) : { verify: true }),
    ...proxyFor(address, context),
  })
  const transport = async (request: TransportRequest): Promise<TransportResponse> => {
    const { uri, headers } = request
    const answer = await retry(() => http.get(new URL(uri), headers), {
      signal,
      pause,
      isThrottled,
    })
    return { statusCode: answer.status, body: answer, request: { path: '' } }
  }
  const { default: nodeVault } = await import('node-vault')
  const client = nodeVault({
    endpoint: address.href,
    debug: () => undefined,
    commands: {},
    mustache: {},
    tv4: Object.assign(() => true, { validate: () => true }),
    'request-promise': { defaults: () => transport },
  })
  // Set afterwards: where the configuration leaves one out, process.env would fill in.
  Object.assign(client, { token: token.text, pathPrefix: '', namespace })
  const read = async (path: string) => {
    // Agents and proxies with require_request_header refuse requests without it.
    const answer = await readWith(client, path, { 'X-Vault-Request': 'true' })
    context.debug(`${product}: GET ${path}: ${answer.status}`)
    return answer
  }
  const findHolder = async () => {
    const answer = read('auth/token/lookup-self').catch(() => undefined)
    const late = sleep(patience, undefined, { ref: false })
    return holderFrom(await Promise.race([answer, late]), token)
  }
  let holder: Promise<Holder> | undefined
  return {
    server: { origin: address.origin, addressVariable, namespace, namespaceVariable },
    read,
    expect: secrets => http.expect(secrets),
    holder: () => (holder ??= findHolder()),
    [Symbol.dispose]: () => http[Symbol.dispose](),
  }
}

async function readWith(
  client: NodeVaultClient,
  path: string,
  headers: Readonly<Record<string, string>>,
): Promise<Answer> {
  try {
    return (await client.read(path, { headers: { ...headers } })) as Answer
  } catch (error) {
    if (error instanceof ConfideError) throw error
    const response: unknown = error instanceof Error ? Reflect.get(error, 'response') : undefined
    if (isRefusal(response)) return response.body
    throw error
  }
}

/** node-vault rejects every status but 200 and 204, with what our transport gave it inside. */
function isRefusal(response: unknown): response is { body: Answer } {
  return typeof response === 'object' && response !== null && 'body' in response
}

function isThrottled(outcome: Outcome<Answer>): boolean {
  return 'value' in outcome && outcome.value.status === 429
}

/**
 * Tried again: what is overloaded, restarting, cut off, or behind the rest of its cluster (412,
 * as Vault's own client does). Never what was answered with no.
 */
function pause(outcome: Outcome<Answer>): number | undefined {
  if ('error' in outcome) return outcome.error instanceof BrokenConnection ? 0 : undefined
  const { status, headers } = outcome.value
  const isTemporary = [412, 429].includes(status) || (status >= 500 && status !== 501)
  return isTemporary ? retryAfter(headers['retry-after']) : undefined
}
