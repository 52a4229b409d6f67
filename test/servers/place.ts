/** Where a server of a test listens. */
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'

/** Makes a server listen, and answers with HOST:PORT. */
export type Place = (server: Server) => Promise<string>

/** A free port, for this machine only. */
export const loopback: Place = async server => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return `127.0.0.1:${port}`
}
