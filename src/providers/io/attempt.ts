import type {
  Agent,
  ClientRequest,
  IncomingHttpHeaders,
  IncomingMessage,
  RequestOptions,
} from 'node:http'
import { ConfideError } from '../../leaf/errors.ts'
import { readBody } from './body.ts'
import {
  BrokenConnection,
  connectionFailure,
  lateFailure,
  type Progress,
  type Way,
  wrongServer,
} from './connection-failure.ts'
import { proxyRefusal } from './proxy.ts'

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
export type SendRequest = (options: RequestOptions) => ClientRequest

/** Connections that a request has gone over before: Node's `reusedSocket` misses some of them. */
const used = new WeakSet<object>()

/** A failure of the first request over this connection will not count either. */
export function rememberUsed(socket: object): void {
  used.add(socket)
}

/** One request on its way over one connection. */
export class Attempt {
  readonly #request: HttpRequest
  readonly #way: Way
  readonly #signal: AbortSignal
  readonly #started = Promise.withResolvers<IncomingMessage>()
  #sent: ClientRequest | undefined
  /** Why the connection failed: a body that breaks off does not say whether it was malformed. */
  #fault: Error | undefined
  #isReused = false
  #isAnswering = false
  #isLate = false

  constructor(request: HttpRequest, settings: Omit<Way, 'url'> & { readonly signal: AbortSignal }) {
    this.#request = request
    this.#way = { ...settings, url: request.url }
    this.#signal = settings.signal
  }

  /** The whole answer. Throws a ConfideError where there is none. */
  async run(send: SendRequest, agent: Agent): Promise<Answer> {
    if (this.#signal.aborted) throw lateFailure('waiting', this.#way)
    const { method, url, headers, body } = this.#request
    const { protocol, hostname, port, pathname, search } = url
    const { promise, resolve, reject } = this.#started
    try {
      // Without this header a server, or a proxy, may compress as it likes (RFC 9110, 12.5.3).
      const options = {
        agent,
        method,
        protocol,
        // As in Node, which takes three times as long to take a URL apart.
        host: hostname.startsWith('[') ? hostname.slice(1, -1) : hostname,
        port,
        path: pathname + search,
        headers: { 'accept-encoding': 'identity', ...headers },
      }
      // An error may come after the first, which then nobody must be without a listener for.
      this.#sent = send(options)
        .on('error', error => {
          this.#fault ??= error
          reject(error)
        })
        .once('response', resolve)
        .once('upgrade', (_, socket) => {
          socket.destroy()
          reject(
            wrongServer(
              `${url.origin} answers in another protocol (101)`,
              this.#way,
              'unavailable',
            ),
          )
        })
        .once('socket', socket => {
          this.#isReused = used.has(socket)
          used.add(socket)
        })
      this.#sent.end(body)
      return await this.#take(await promise)
    } catch (error) {
      if (error instanceof ConfideError) throw error
      throw this.#isLate
        ? lateFailure(this.#progress(), this.#way)
        : connectionFailure(this.#fault ?? error, this.#progress(), this.#way)
    }
  }

  async #take(response: IncomingMessage): Promise<Answer> {
    const { statusCode: status = 0, headers } = response
    this.#isAnswering = true
    const { url, proxy } = this.#way
    // 407 comes from a proxy by definition, and its page is nothing that the server said.
    if (status === 407 && proxy !== undefined && url.protocol === 'http:') {
      response.destroy()
      throw connectionFailure(proxyRefusal(status), 'connected', this.#way)
    }
    return { status, headers, body: await readBody(response, this.#way) }
  }

  /** Ends it at the deadline. While a proxy opens a tunnel, destroying it tells nobody. */
  giveUp(): void {
    this.#isLate = true
    this.#started.reject(lateFailure(this.#progress(), this.#way))
    this.#sent?.destroy()
  }

  /** Whether it failed because the connection, used before, was closed by then. */
  wasStale(error: unknown): boolean {
    return this.#isReused && !this.#isAnswering && error instanceof BrokenConnection
  }

  #progress(): Progress {
    if (this.#isAnswering) return 'answering'
    const socket = this.#sent?.socket
    if (!socket) return 'waiting'
    if (socket.connecting) return 'connecting'
    return 'secureConnecting' in socket && socket.secureConnecting ? 'handshaking' : 'connected'
  }
}
