import type { Agent } from 'node:http'
import type { NetConnectOpts, Socket } from 'node:net'
import { rememberUsed } from './attempt.ts'

/** Opened in one go, so that a hundred do not hold up what is on its way already. */
const atOnce = 8

/** How an agent connects; TypeScript's declaration leaves out what it returns for us. */
type Connect = (options: object, callback?: unknown) => Socket | undefined

/**
 * Connections that are opened while we wait for an answer, for the requests that will follow it.
 *
 * A hundred of them take 20 ms, and several times that with TLS. One that fails is forgotten:
 * the request then opens its own, and says what is wrong.
 */
export class SpareSockets implements Disposable {
  readonly #connect: Connect
  readonly #spare: Socket[] = []
  #wanted = 0

  /** From now on `agent` takes a spare connection, where there is one. */
  constructor(agent: Agent) {
    const connect = agent.createConnection.bind(agent) as Connect
    this.#connect = connect
    const take: Connect = (options, callback) => this.#take() ?? connect(options, callback)
    agent.createConnection = take as typeof agent.createConnection
  }

  /** Opens so many, beginning when all is sent that is to be sent now. */
  open(count: number, options: NetConnectOpts): void {
    this.#wanted = count
    setImmediate(() => this.#openSome(options))
  }

  #openSome(options: NetConnectOpts): void {
    for (let opened = 0; opened < atOnce && this.#wanted > 0; opened++, this.#wanted--) {
      const socket = this.#connect(options)?.on('error', () => undefined)
      if (socket !== undefined) this.#spare.push(socket)
    }
    if (this.#wanted > 0) setImmediate(() => this.#openSome(options))
  }

  #take(): Socket | undefined {
    // What is asked for now need not be opened ahead any more.
    if (this.#wanted > 0) this.#wanted--
    const socket = this.#spare.shift()
    if (socket?.destroyed === true) return this.#take()
    // The server may close it at the moment in which it is used.
    if (socket !== undefined) rememberUsed(socket)
    return socket
  }

  [Symbol.dispose](): void {
    this.#wanted = 0
    for (const socket of this.#spare) socket.destroy()
  }
}
