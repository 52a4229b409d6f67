import type { SecureContext } from 'node:tls'
import { ConfideError } from '../../leaf/errors.ts'
import { HttpClient } from '../io/http.ts'
import { pinnedRoots } from '../io/pinned-roots.ts'
import { proxyFor } from '../io/proxy.ts'
import { trustExtraRoots } from '../io/roots.ts'
import { readSettingsFile } from '../io/settings-file.ts'
import type { FetchContext } from '../provider.ts'

/** As much of the SDK's request as a transport needs. */
interface SdkRequest {
  readonly protocol: string
  readonly hostname: string
  readonly port?: number
  readonly path: string
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly query?: Readonly<Record<string, string | string[] | null>>
  readonly body?: unknown
}

interface SdkAnswer {
  readonly statusCode: number
  readonly headers: Record<string, string>
  readonly body: Uint8Array
}

/**
 * The connections of all clients of the SDK: its own handler would follow no rule of ours about
 * redirects, proxies, roots and the deadline, and takes longer to load.
 */
export class Transport implements Disposable {
  readonly metadata = { handlerProtocol: 'http/1.1' }
  readonly #context: FetchContext
  readonly #clients = new Map<string, Promise<HttpClient>>()

  constructor(context: FetchContext) {
    this.#context = context
  }

  /** Sends one request of the SDK; rejects with a ConfideError where there is no answer. */
  async handle(request: SdkRequest): Promise<{ response: SdkAnswer }> {
    const url = urlOf(request)
    const client = await this.#clientFor(url)
    const { method, headers, body } = request
    const bytes = bytesOf(body)
    const sent = { method, url, headers, ...(bytes && { body: bytes }) }
    const answer = await client.send(sent).catch((error: unknown) => {
      throw suspectingRegion(error, url)
    })
    const flat = Object.entries(answer.headers).map(([name, value]) => [name, String(value)])
    return {
      response: {
        statusCode: answer.status,
        headers: Object.fromEntries(flat) as Record<string, string>,
        body: answer.body,
      },
    }
  }

  // The SDK wants both, and changes nothing through them.
  updateHttpClientConfig(): void {}
  httpHandlerConfigs(): object {
    return {}
  }

  destroy(): void {}

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) {
      client.then(
        open => open[Symbol.dispose](),
        () => undefined,
      )
    }
  }

  #clientFor(url: URL): Promise<HttpClient> {
    const client = this.#clients.get(url.origin) ?? this.#open(url)
    this.#clients.set(url.origin, client)
    return client
  }

  async #open(origin: URL): Promise<HttpClient> {
    const context = this.#context
    const pinned = origin.protocol === 'https:' ? await this.#trust() : undefined
    return await HttpClient.open({
      origin,
      signal: context.signal,
      trustHint: 'name its authority: AWS_CA_BUNDLE=/path/to/ca.pem',
      verify: true,
      ...(pinned !== undefined && { secureContext: pinned }),
      ...proxyFor(origin, context),
    })
  }

  /** AWS_CA_BUNDLE replaces the default roots, as in the AWS CLI. */
  async #trust(): Promise<SecureContext | undefined> {
    const context = this.#context
    const path = context.variable('AWS_CA_BUNDLE')
    if (path) {
      const pem = await readSettingsFile(path, 'AWS_CA_BUNDLE', context.signal)
      return await pinnedRoots(pem, 'AWS_CA_BUNDLE')
    }
    await trustExtraRoots(context)
    return undefined
  }
}

/** The names of hosts are made of regions, so that a wrong one shows only here. */
function suspectingRegion(error: unknown, { hostname }: URL): unknown {
  const isOfAws = /\.(?:amazonaws\.com(?:\.cn)?|api\.aws)$/.test(hostname)
  const isUnknown = error instanceof ConfideError && /: no such host/.test(error.message)
  if (!isOfAws || !isUnknown) return error
  const { message, kind } = error
  return new ConfideError(message, {
    kind,
    hint: 'is there such a region, and a name server (/etc/resolv.conf) that knows its hosts?',
  })
}

function urlOf({ protocol, hostname, port, path, query }: SdkRequest): URL {
  const search = new URLSearchParams()
  for (const [name, value] of Object.entries(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value ?? '']) search.append(name, one)
  }
  const at = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`
  const url = URL.parse(search.size > 0 ? `${at}?${search.toString()}` : at)
  if (url !== null) return url
  throw new ConfideError('the address of the endpoint is no address', {
    kind: 'configuration',
    hint: 'check AWS_ENDPOINT_URL and AWS_REGION: write AWS_ENDPOINT_URL=https://host:port',
  })
}

function bytesOf(body: unknown): Uint8Array | undefined {
  if (typeof body === 'string') return Buffer.from(body)
  return body instanceof Uint8Array ? body : undefined
}
