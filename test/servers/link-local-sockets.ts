/**
 * A program for link-local.ts, run in a network of its own: sets its addresses up, and then makes
 * one listening socket for each message, until its parent leaves.
 *
 * Arguments: the addresses of IPv4, and those of IPv6, each with commas between them.
 */
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'

const [, , addresses = '', addresses6 = ''] = process.argv

ip('link', 'set', 'lo', 'up')
for (const address of addresses.split(',')) ip('address', 'add', `${address}/32`, 'dev', 'lo')
let hasIpv6 = true
try {
  for (const address of addresses6.split(',')) ip('address', 'add', `${address}/128`, 'dev', 'lo')
} catch {
  hasIpv6 = false
}
process.on('message', ({ host, port }: { host: string; port: number }) => void hand(host, port))
process.on('disconnect', () => process.exit())
process.send?.({ hasIpv6 })

async function hand(host: string, port: number): Promise<void> {
  const server = createServer().listen(port, host)
  await once(server, 'listening')
  // Ours is closed, or we would take some of the connections.
  process.send?.({}, server, undefined, () => server.close())
}

function ip(...words: readonly string[]): void {
  execFileSync('ip', words, { stdio: 'ignore' })
}
