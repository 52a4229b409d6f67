import type { Agent, AgentOptions, ClientRequest, IncomingHttpHeaders } from 'node:http'
import type { IncomingMessage, RequestOptions } from 'node:http'
import type { AgentOptions as TlsAgentOptions } from 'node:https'
import type { SecureContext } from 'node:tls'
import { ConfideError } from '../../leaf/errors.ts'
import { connectionFailure } from './connection-failure.ts'

/** How to talk to one server. */
export interface ConnectionSettings {
  readonly origin: URL
  readonly signal: AbortSignal
  /** What to do about a certificate that is not trusted, for the report. */
  readonly trustHint: string
  /** Trusts exactly these roots; without it, the default ones. */
  readonly secureContext?: SecureContext
  readonly serverName?: string
  readonly verify: boolean
  /** HTTPS_PROXY and the like, as Node's agents understand them. */
  readonly proxy?: Readonly<Record<string, string>>
  /** How many at once; more than that only queue up in a server. */
  readonly connections?: number
}

/** One request; node:http adds Host and Content-Length where `headers` has none. */
export interface HttpRequest {
  readonly method: string
  readonly url: URL
  readonly headers: Headers
  readonly body?: Uint8Array
}

export interface Answer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export type Headers = Readonly<Record<string, string>>
type SendRequest = (url: URL, options: RequestOptions) => ClientRequest

/** No secret is this large; a broken server must not fill the memory. */
const largestBody = 64 * 1024 * 1024

/** Connections at once, where a provider does not say. */
const usualConnections = 64

/** One server and the kept-alive connections to it. Never reads the process's environment. */
export class HttpClient implements Disposable {
  readonly #settings: ConnectionSettings
  readonly #agent: Agent
  readonly #send: SendRequest

  private constructor(settings: ConnectionSettings, agent: Agent, send: SendRequest) {
    this.#settings = settings
    this.#agent = agent
    this.#send = send
  }

  /** Connects nothing yet. TLS costs 6 ms to load, so http:// does without. */
  static async open(settings: ConnectionSettings): Promise<HttpClient> {
    const { origin, secureContext, serverName, verify, proxy } = settings
    const { connections = usualConnections } = settings
    const common: AgentOptions = {
      keepAlive: true,
      maxSockets: connections,
      ...(proxy !== undefined && { proxyEnv: proxy }),
    }
    if (origin.protocol === 'http:') {
      const { Agent, request } = await import('node:http')
      return new HttpClient(settings, makeAgent(Agent, common), request)
    }
    const { Agent, request } = await import('node:https')
    const options: TlsAgentOptions = {
      ...common,
      rejectUnauthorized: verify,
      ...(secureContext !== undefined && { secureContext }),
      ...(serverName !== undefined && { servername: serverName }),
    }
    return new HttpClient(settings, makeAgent(Agent, options), request)
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
    const target = URL.parse(answer.headers.location ?? '', url)
    if (target?.origin !== url.origin) {
      throw new ConfideError(`${url.origin} redirects to another host`, {
        kind: 'unavailable',
        hint: 'credentials are not sent on: use the address of the server that answers in the end',
      })
    }
    const keepsMethod = method === 'GET' || method === 'HEAD' || answer.status >= 307
    const second = keepsMethod ? await this.#sendOnce({ ...request, url: target }) : undefined
    if (second !== undefined && !isRedirect(second)) return second
    throw new ConfideError(
      `${url.origin} redirects ${second === undefined ? `a ${method}` : 'again and again'}`,
      {
        kind: 'unavailable',
        hint: 'check the address: something else than the server may answer there',
      },
    )
  }

  async #sendOnce({ method, url, headers, body }: HttpRequest): Promise<Answer> {
    const { signal, trustHint } = this.#settings
    try {
      const response = await new Promise<IncomingMessage>((resolve, reject) => {
        this.#send(url, { method, headers, agent: this.#agent, signal })
          .once('response', resolve)
          .once('error', reject)
          .end(body)
      })
      return {
        status: response.statusCode ?? 0,
        headers: response.headers,
        body: await readBody(response),
      }
    } catch (error) {
      if (error instanceof ConfideError) throw error
      throw signal.aborted ? late(url) : connectionFailure(error, url, trustHint)
    }
  }

  [Symbol.dispose](): void {
    this.#agent.destroy()
  }
}

/** Node's error about a proxy would quote its address, which may have a password in it. */
function makeAgent<Options>(Agent: new (options: Options) => Agent, options: Options): Agent {
  try {
    return new Agent(options)
  } catch (cause) {
    throw new ConfideError("the proxy's address is wrong", {
      kind: 'configuration',
      hint: 'write HTTPS_PROXY=http://proxy.example:3128, and the same for HTTP_PROXY',
      cause,
    })
  }
}

function isRedirect({ status, headers }: Answer): boolean {
  return status >= 300 && status < 400 && headers.location !== undefined
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length <= largestBody) continue
    throw new ConfideError('the answer is larger than 64 MiB', {
      kind: 'data',
      hint: 'check the address: something else than the server may answer there',
    })
  }
  return Buffer.concat(chunks)
}

function late(url: URL): ConfideError {
  return new ConfideError(`no answer from ${url.origin} before the deadline`, {
    kind: 'temporary',
    hint: 'is the server up and the network open? --timeout sets the deadline',
  })
}
