/** Servers that do not even speak HTTP as it should be: each connection is handled as told. */
import { once } from 'node:events'
import { type AddressInfo, createServer, type Socket } from 'node:net'

export interface RawServer {
  readonly port: number
  readonly address: string
  /** How many connections there were. */
  readonly connections: number
  stop(): Promise<void>
}

/** `count` is 1 for the first connection. */
export type Handle = (socket: Socket, count: number) => void

export async function rawServer(handle: Handle): Promise<RawServer> {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(socket => {
    sockets.add(socket)
    // Clients that have seen enough break the connection.
    socket.on('error', () => {}).on('close', () => sockets.delete(socket))
    handle(socket, ++connections)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const { port } = server.address() as AddressInfo
  return {
    port,
    address: `http://127.0.0.1:${port}`,
    get connections() {
      return connections
    },
    async stop() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

/** Answers the first bytes of each connection with this text, and leaves the connection open. */
export function says(text: string | Uint8Array): Handle {
  return socket => void socket.once('data', () => socket.write(text))
}

/** The same, and closes. */
export function saysAndCloses(text: string | Uint8Array): Handle {
  return socket => void socket.once('data', () => socket.end(text))
}
