/** A proxy of HTTP for tests, as HTTPS_PROXY and HTTP_PROXY name one. */
import { createServer, type IncomingMessage, request as ask } from 'node:http'
import { connect, type Socket } from 'node:net'
import { joinStreams } from './join-streams.ts'
import { loopback, type Place } from './place.ts'

export interface ConnectProxy {
  /** http://HOST:PORT, without the password. */
  readonly address: string
  /** What was asked, refused or not: 'CONNECT host:443', 'GET http://host/path'. */
  readonly requests: readonly string[]
  stop(): Promise<void>
}

export interface ProxyRules {
  /** USER:PASSWORD, without which everything is answered with 407. */
  readonly password?: string
  /** Answers everything with this status. */
  readonly refuse?: number
  /** Breaks every connection off: 'asked' instead of an answer, 'open' once it is a tunnel. */
  readonly dies?: 'asked' | 'open'
  /** Where it goes instead, HOST:PORT: so that the true names of AWS can be used. */
  readonly route?: (authority: string) => string
}

export async function connectProxy(
  rules: ProxyRules = {},
  place: Place = loopback,
): Promise<ConnectProxy> {
  const requests: string[] = []
  const open = new Set<Socket>()
  const refusal = (request: IncomingMessage): number | undefined => {
    requests.push(`${request.method} ${request.url}`)
    const { 'proxy-authorization': given } = request.headers
    const { password } = rules
    const expected = password && `Basic ${Buffer.from(password).toString('base64')}`
    return expected !== undefined && given !== expected ? 407 : rules.refuse
  }
  const server = createServer((request, response) => {
    const status = refusal(request)
    if (rules.dies !== undefined) request.socket.resetAndDestroy()
    else if (status !== undefined) response.writeHead(status, challenge).end()
    else {
      const { method, headers, url = '' } = request
      const { host, pathname, search } = new URL(url)
      const [hostname, port] = split(rules.route?.(host) ?? host, 80)
      const path = pathname + search
      const onward = ask({ hostname, port, method, path, headers }, answer => {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
      })
      onward.on('error', () => response.destroy())
      request.pipe(onward)
    }
  })
  server.on('connect', (request, socket: Socket, head: Buffer) => {
    const status = refusal(request)
    if (rules.dies === 'asked') return void socket.resetAndDestroy()
    if (status !== undefined) return void socket.end(statusLine(status))
    const authority = request.url ?? ''
    const [hostname, port] = split(rules.route?.(authority) ?? authority, 443)
    const onward = connect(port, hostname, () => {
      socket.write(statusLine(200), () => {
        if (rules.dies === 'open') socket.destroy()
      })
      onward.write(head)
    })
    joinStreams(socket, onward)
  })
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  return {
    address: `http://${await place(server)}`,
    requests,
    async stop() {
      for (const socket of open) socket.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}

const challenge = { 'proxy-authenticate': 'Basic realm="test"' }

function statusLine(status: number): string {
  const header = status === 407 ? 'Proxy-Authenticate: Basic realm="test"\r\n' : ''
  return `HTTP/1.1 ${status} ${status === 200 ? 'Connection Established' : 'No'}\r\n${header}\r\n`
}

function split(authority: string, usual: number): [host: string, port: number] {
  const [, host = '', port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(authority) ?? []
  return [host, Number(port ?? usual)]
}
