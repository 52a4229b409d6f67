/** Faults that no real server can be made to have: a tiny HTTP server that misbehaves as told. */
import { once } from 'node:events'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { loopback, type Place } from './place.ts'

export interface HostileServer {
  readonly address: string
  /** What was asked, in order: method, URL and headers. */
  readonly requests: readonly Asked[]
  stop(): Promise<void>
}
export interface Asked {
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
}

/** Answers one request, or doesn't; `count` is 1 for the first. */
export type Behaviour = (
  request: IncomingMessage,
  response: ServerResponse,
  count: number,
) => void | Promise<void>

/** Listens at a free port of 127.0.0.1 unless `place` says otherwise. */
export async function hostileServer(
  behaviour: Behaviour,
  place: Place = loopback,
): Promise<HostileServer> {
  const requests: Asked[] = []
  const server: Server = createServer((request, response) => {
    const { method = '', url = '', headers } = request
    requests.push({ method, url, headers })
    void behaviour(request, response, requests.length)
  })
  return {
    address: `http://${await place(server)}`,
    requests,
    async stop() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers with JSON. */
export function json(status: number, body: unknown, headers: Record<string, string> = {}) {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** Any text with any status: HTML of a captive portal, a truncated body. */
export function plain(status: number, body: string, headers: Record<string, string> = {}) {
  return (_request: IncomingMessage, response: ServerResponse) => {
    response.writeHead(status, headers)
    response.end(body)
  }
}

/** Takes the request and never says a word. */
export const hang: Behaviour = () => {}

/** Breaks the connection instead of an answer. */
export const reset: Behaviour = request => {
  request.socket.resetAndDestroy()
}

/** Promises more bytes than it sends, and closes. */
export function cutOff(body: string): Behaviour {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': String(body.length + 100) })
    response.write(body, () => response.destroy())
  }
}

/** One byte, and then nothing for ever. */
export function stall(body: string): Behaviour {
  return (_request, response) => {
    response.writeHead(200, { 'content-length': String(body.length) })
    response.write(body.slice(0, 1))
  }
}

/** What a Vault answers about the mount of a version 2 engine at secret/, for any path. */
export const mountAtSecret = { data: { path: 'secret/', type: 'kv', options: { version: '2' } } }

/** Answers questions about mounts like Vault, and everything else as told. */
export function behindMounts(behaviour: Behaviour): Behaviour {
  return (request, response, count) => {
    if (request.url?.startsWith('/v1/sys/internal/ui/mounts/') === true) {
      json(200, mountAtSecret)(request, response)
      return
    }
    return behaviour(request, response, count)
  }
}
