/**
 * A network of its own in which servers of the test listen at any address, also at those that
 * cloud providers reserve; and nothing else is reachable there, not even through DNS.
 *
 * A socket belongs to the network that it was made in, whoever holds it: a child process makes
 * the sockets inside, and hands them to us. So the servers themselves are in the test's process.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import type { Server } from 'node:net'
import { join } from 'node:path'
import { binary, type Outcome, run, type RunOptions } from '../runs.ts'
import type { Place } from './place.ts'

export interface LinkLocal {
  /** Inside, at this address; `server.close()` ends it as usual. */
  at(host: string, port: number): Place
  /** Runs a program inside. */
  run(command: readonly string[], options?: RunOptions): Promise<Outcome>
  confide(words: readonly string[], options?: RunOptions): Promise<Outcome>
  /** Whether addresses of IPv6 can be used; not so where the kernel was started without. */
  readonly hasIpv6: boolean
  stop(): Promise<void>
}

/** The addresses of metadata services, of EC2, ECS and EKS; 127.0.0.1 is there as well. */
const addresses = ['169.254.169.254', '169.254.170.2', '169.254.170.23']
const addresses6 = ['fd00:ec2::254', 'fd00:ec2::23']

/** Needs root. */
export async function linkLocal(): Promise<LinkLocal> {
  const program = join(import.meta.dirname, 'link-local-sockets.ts')
  const words = ['--net', process.execPath, program, addresses.join(), addresses6.join()]
  const stdio = ['ignore', 'inherit', 'inherit', 'ipc'] as const
  const child = spawn('unshare', words, { stdio: [...stdio] })
  const [message] = await next(child)
  const inside = ['nsenter', `--net=/proc/${child.pid}/ns/net`]
  // One at a time, so that an answer belongs to the latest question.
  let turn: Promise<unknown> = Promise.resolve()
  return {
    at: (host, port) => async server => {
      const handed = turn.then(async () => {
        child.send({ host, port })
        const [, handle] = await next(child)
        return handle as Server
      })
      turn = handed.catch(() => {})
      server.listen(await handed)
      await once(server, 'listening')
      const name = host.includes(':') ? `[${host}]` : host
      return port === 80 ? name : `${name}:${port}`
    },
    run: (command, options) => run([...inside, ...command], options),
    confide: (words, options) => run([...inside, binary, ...words], options),
    hasIpv6: (message as { hasIpv6: boolean }).hasIpv6,
    async stop() {
      if (child.connected) child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
    },
  }
}

/** The child's next message, with the socket that it hands over; throws if it ends instead. */
async function next(child: ChildProcess): Promise<unknown[]> {
  const stop = new AbortController()
  try {
    const end = once(child, 'exit', { signal: stop.signal }).then(([code]) => {
      throw new Error(`no network of its own (status ${code})`)
    })
    return await Promise.race([once(child, 'message', { signal: stop.signal }), end])
  } finally {
    stop.abort()
  }
}
