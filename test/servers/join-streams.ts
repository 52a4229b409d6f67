/** Two connections as one. */
import type { Duplex } from 'node:stream'

/** What comes from one goes to the other, and they end together. */
export function joinStreams(one: Duplex, other: Duplex): void {
  one.pipe(other).pipe(one)
  for (const [socket, peer] of [
    [one, other],
    [other, one],
  ] as const) {
    socket.on('error', () => {})
    socket.on('close', () => peer.destroy())
  }
}
