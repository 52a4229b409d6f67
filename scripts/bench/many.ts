/** Many references at once, from servers that take their time: seconds, requests, connections. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { promisify } from 'node:util'
import type { Backend, Counts, Protocol, SchemeName, Variables } from './backend.ts'
import { bounded, type Figure } from './table.ts'
import { makeCase, medianOf, type Schedule, timeInBlocks } from './timing.ts'

/** Secrets of their own, each of which has one reference. */
interface Load {
  readonly scheme: SchemeName
  readonly references: number
  /** Milliseconds that each answer takes. */
  readonly delay: number
  readonly protocol?: Protocol
  /** The most that are promised. */
  readonly seconds?: number
  readonly requests?: number
  readonly connections?: number
}

const loads: readonly Load[] = [
  { scheme: 'aws-sm', references: 30, delay: 100, seconds: 0.4, requests: 3 },
  { scheme: 'aws-sm', references: 100, delay: 50 },
  { scheme: 'aws-sm', references: 1000, delay: 50, seconds: 0.6 },
  { scheme: 'aws-sm', references: 1000, delay: 50, protocol: 'https' },
  { scheme: 'aws-ssm', references: 100, delay: 50 },
  { scheme: 'aws-ssm', references: 1000, delay: 50 },
  { scheme: 'vault', references: 100, delay: 50, seconds: 0.25 },
  { scheme: 'vault', references: 1000, delay: 50, seconds: 0.9, connections: 100 },
  { scheme: 'vault', references: 1000, delay: 50, protocol: 'https' },
]

/** How many files the command may have open, with one for each secret and room to spare. */
const filesFor = ({ references }: Load) => (references >= 1000 ? 2048 : 256)

export async function measureMany(
  confide: string,
  backend: Backend,
  { blocks, runs }: Pick<Schedule, 'blocks' | 'runs'>,
): Promise<Figure[]> {
  const limit = openFiles()
  const possible = loads.filter(load => filesFor(load) <= limit)
  const cases = possible.map(load => {
    const variables = backend.secrets(load.scheme, load.references, load.protocol)
    return { ...makeCase(titleOf(load), `${confide} -- /bin/true`, variables), load }
  })
  const counted = new Map<Load, Counts>()
  await timeInBlocks(cases, {
    blocks,
    runs,
    warmups: 0,
    // Serves as the warm-up, too.
    before: async ({ load, variables }) => {
      counted.set(load, most(counted.get(load), await countOf(confide, variables, backend, load)))
    },
  })
  const figures = cases.map(one => figureOf(one.load, medianOf(one) / 1000, counted.get(one.load)))
  const impossible = loads.filter(load => !possible.includes(load))
  const sharing = await measureSharing(confide, backend)
  return [sharing, ...figures, ...impossible.map(load => notMeasured(load, limit))]
}

async function measureSharing(confide: string, backend: Backend): Promise<Figure> {
  const { requests } = await countOf(confide, backend.keys('aws-sm', 10), backend, { delay: 0 })
  const what = '10 aws-sm: references to one secret'
  return bounded(what, { value: requests, limit: 1, unit: 'requests' })
}

async function countOf(
  confide: string,
  variables: Variables,
  backend: Backend,
  { delay }: Pick<Load, 'delay'>,
): Promise<Counts> {
  await backend.restart(delay)
  const env = { PATH: process.env['PATH'], ...variables }
  await promisify(execFile)(confide, ['--', '/bin/true'], { env })
  return await backend.restart(delay)
}

function most(one: Counts | undefined, other: Counts): Counts {
  return {
    requests: Math.max(one?.requests ?? 0, other.requests),
    connections: Math.max(one?.connections ?? 0, other.connections),
  }
}

function figureOf(load: Load, seconds: number, counts: Counts | undefined): Figure {
  const { requests = 0, connections = 0 } = counts ?? {}
  return bounded(
    titleOf(load),
    { value: seconds, limit: load.seconds, unit: 's' },
    { value: requests, limit: load.requests, unit: 'requests' },
    { value: connections, limit: load.connections, unit: 'connections' },
  )
}

/** A lower hard limit is the machine's; confide itself would refuse to start the command. */
function notMeasured(load: Load, limit: number): Figure {
  const needed = `it takes ulimit -n ${filesFor(load)}, and the limit here is ${limit}`
  return { what: titleOf(load), value: `not measured: ${needed}` }
}

function titleOf({ scheme, references, delay, protocol }: Load): string {
  const count = references.toLocaleString('en')
  const way = protocol === 'https' ? ', TLS' : ''
  return `${count} ${scheme}: references, ${delay} ms an answer${way}`
}

/** Node has raised its own soft limit to the hard one, and what it starts inherits that. */
function openFiles(): number {
  const [, soft = '0'] =
    /^Max open files\s+(\w+)/m.exec(readFileSync('/proc/self/limits', 'utf8')) ?? []
  return soft === 'unlimited' ? Number.POSITIVE_INFINITY : Number(soft)
}
