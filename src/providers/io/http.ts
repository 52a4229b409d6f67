import type { Agent, AgentOptions } from 'node:http'
import type { AgentOptions as TlsAgentOptions } from 'node:https'
import type { NetConnectOpts } from 'node:net'
import type { SecureContext } from 'node:tls'
import { ConfideError } from '../../leaf/errors.ts'
import {
  type Answer,
  Attempt,
  type Headers,
  type HttpRequest,
  type SendRequest,
} from './attempt.ts'
import { wrongServer } from './connection-failure.ts'
import type { Proxy } from './proxy.ts'
import { SpareSockets } from './spare-sockets.ts'

export type { Answer, HttpRequest } from './attempt.ts'

/** How to talk to one server. */
export interface ConnectionSettings {
  readonly origin: URL
  readonly signal: AbortSignal
  /** What to do about a certificate that is not trusted, for the report. */
  readonly trustHint: string
  /** What names the server, such as VAULT_ADDR, for the report. */
  readonly addressSource?: string
  /** What can name another host in the certificate, such as VAULT_TLS_SERVER_NAME. */
  readonly nameSource?: string
  /** Trusts exactly these roots; without it, the default ones. */
  readonly secureContext?: SecureContext
  readonly serverName?: string
  readonly verify: boolean
  readonly proxy?: Proxy
  /** How many at once; more than that only queue up in a server. */
  readonly connections?: number
}

/** Connections at once, where a provider does not say. */
const usualConnections = 64

/** One server and the kept-alive connections to it. Never reads the process's environment. */
export class HttpClient implements Disposable {
  readonly #settings: ConnectionSettings
  readonly #agent: Agent
  readonly #send: SendRequest
  readonly #options: TlsAgentOptions
  /** What ends each request that is under way, when the time is over. */
  readonly #pending = new Set<() => void>()
  #spare: SpareSockets | undefined

  private constructor(
    settings: ConnectionSettings,
    make: new (options: TlsAgentOptions) => Agent,
    options: TlsAgentOptions,
    send: SendRequest,
  ) {
    this.#settings = settings
    this.#options = options
    this.#agent = new make(options)
    this.#send = send
    settings.signal.addEventListener('abort', this.#giveUp, { once: true })
  }

  /** Connects nothing yet. TLS costs 6 ms to load, so http:// does without. */
  static async open(settings: ConnectionSettings): Promise<HttpClient> {
    const { origin, secureContext, serverName, verify, proxy } = settings
    const { connections = usualConnections } = settings
    const common: AgentOptions = {
      keepAlive: true,
      maxSockets: connections,
      ...(proxy !== undefined && {
        proxyEnv: { http_proxy: proxy.url.href, https_proxy: proxy.url.href },
      }),
    }
    if (origin.protocol === 'http:') {
      const { Agent, request } = await import('node:http')
      return new HttpClient(settings, Agent, common, request)
    }
    const { Agent, request } = await import('node:https')
    const options: TlsAgentOptions = {
      ...common,
      rejectUnauthorized: verify,
      ...(secureContext !== undefined && { secureContext }),
      ...(serverName !== undefined && { servername: serverName }),
    }
    return new HttpClient(settings, Agent, options, request)
  }

  /**
   * Opens connections for requests that are going to be made, the one that is being sent included.
   *
   * Not through a proxy, which may not open more tunnels than are used.
   */
  expect(requests: number): void {
    const { origin, proxy, serverName, connections = usualConnections } = this.#settings
    const count = Math.min(requests, connections)
    if (count < 2 || proxy !== undefined || this.#spare !== undefined) return
    const host = origin.hostname.replace(/^\[|\]$/g, '')
    const port = Number(origin.port || (origin.protocol === 'https:' ? 443 : 80))
    const isAddress = process.getBuiltinModule('node:net').isIP(host) !== 0
    // As the agent itself does it, with the same roots and the same check of the name.
    const servername = serverName ?? (isAddress ? '' : host)
    this.#spare = new SpareSockets(this.#agent)
    this.#spare.open(count, { ...this.#options, host, port, servername } as NetConnectOpts)
  }

  /** The answer to one GET; see {@link send}. */
  async get(url: URL, headers: Headers): Promise<Answer> {
    return await this.send({ method: 'GET', url, headers })
  }

  /**
   * The answer to one request, whatever its status.
   *
   * A redirect is followed once, and only on the same origin: headers carry credentials that no
   * other host, and no connection without TLS, may see. One that would turn a POST into a GET
   * (all but 307 and 308) is none that an API means. Throws 'unavailable' where there is no
   * answer, {@link BrokenConnection} when trying again may help, 'temporary' at the deadline.
   */
  async send(request: HttpRequest): Promise<Answer> {
    const answer = await this.#sendOnce(request)
    if (!isRedirect(answer)) return answer
    const { method, url } = request
    const { addressSource = 'the address' } = this.#settings
    const target = URL.parse(answer.headers.location ?? '', url)
    if (target?.origin !== url.origin) {
      throw new ConfideError(`${url.origin} redirects to another host`, {
        kind: 'unavailable',
        hint: `credentials are not sent on: ${addressSource} has to name who answers in the end`,
      })
    }
    const keepsMethod = method === 'GET' || method === 'HEAD' || answer.status >= 307
    const second = keepsMethod ? await this.#sendOnce({ ...request, url: target }) : undefined
    if (second !== undefined && !isRedirect(second)) return second
    const what = second === undefined ? `a ${method}` : 'again and again'
    const way = { ...this.#settings, url }
    throw wrongServer(`${url.origin} redirects ${what}`, way, 'unavailable')
  }

  /**
   * A server may close a connection that is kept alive at the very moment in which we use it
   * again: that says nothing about the server, so the next one is used at once. All that confide
   * sends can be sent twice.
   */
  async #sendOnce(request: HttpRequest): Promise<Answer> {
    for (;;) {
      const attempt = new Attempt(request, this.#settings)
      try {
        return await this.#run(attempt)
      } catch (error) {
        if (!attempt.wasStale(error)) throw error
      }
    }
  }

  async #run(attempt: Attempt): Promise<Answer> {
    const giveUp = () => attempt.giveUp()
    this.#pending.add(giveUp)
    try {
      return await attempt.run(this.#send, this.#agent)
    } finally {
      this.#pending.delete(giveUp)
    }
  }

  // One listener for all requests: a signal looks through its listeners for each that is added.
  readonly #giveUp = (): void => {
    for (const giveUp of this.#pending) giveUp()
  };

  [Symbol.dispose](): void {
    this.#settings.signal.removeEventListener('abort', this.#giveUp)
    this.#spare?.[Symbol.dispose]()
    this.#agent.destroy()
  }
}

function isRedirect({ status, headers }: Answer): boolean {
  return status >= 300 && status < 400 && headers.location !== undefined
}
