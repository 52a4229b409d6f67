/** What PID 1 weighs and does while the command runs, and what a resolver needs at most. */
import { execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Workload } from '../build/workloads.ts'
import type { Figure } from './table.ts'

const AS_PID_ONE = ['--pid', '--fork', '--kill-child', '--mount-proc']
/** How long the command of a measurement lives, and how much of that is watched. */
const LIFE = '30'
const WATCHED = 3000

export async function measureMemory(
  confide: string,
  workloads: readonly Workload[],
): Promise<Figure[]> {
  const variablesOf = (name: string) => workloads.find(one => one.name === name)?.variables ?? {}
  const idle = await watchPidOne(confide, variablesOf('file'))
  const peak = async (name: string, limit: number) => {
    const megabytes = await peakMegabytes(confide, variablesOf(name))
    return bounded(`peak of a resolver, ${name}`, megabytes, limit, 'MB')
  }
  return [
    bounded('memory of PID 1 after the hand-over', idle.kilobytes, 100, 'kB'),
    bounded('its wake-ups in 3 s', idle.wakeups, 0, ''),
    await peak('file', 50),
    await peak('sealed', 50),
    await peak('vault', 72),
  ]
}

function bounded(what: string, value: number, limit: number, unit: string): Figure {
  const text = `${Number(value.toFixed(1))} ${unit}`.trimEnd()
  return { what, value: text, bound: `≤ ${limit} ${unit}`.trimEnd(), holds: value <= limit }
}

interface Idle {
  readonly kilobytes: number
  readonly wakeups: number
}

async function watchPidOne(confide: string, variables: Readonly<Record<string, string>>) {
  const rest = [...AS_PID_ONE, confide, '--', 'sleep', LIFE]
  const env = { PATH: process.env['PATH'], ...variables }
  const child = spawn('unshare', rest, { env, stdio: 'ignore' })
  try {
    const pid = await pidOf(['sleep', LIFE], child.pid ?? 0)
    await sleep(500)
    const before = field(`/proc/${pid}/status`, 'voluntary_ctxt_switches')
    await sleep(WATCHED)
    const after = field(`/proc/${pid}/status`, 'voluntary_ctxt_switches')
    const kilobytes = field(`/proc/${pid}/smaps_rollup`, 'Rss')
    return { kilobytes, wakeups: after - before } satisfies Idle
  } finally {
    child.kill()
  }
}

/** The child of `unshare`, once it has started the command. */
async function pidOf(command: readonly string[], unshare: number): Promise<number> {
  for (let tries = 0; tries < 500; tries += 1) {
    await sleep(20)
    const init = childrenOf(unshare)[0]
    if (init === undefined) continue
    const lines = childrenOf(init).map(pid => readFileSync(`/proc/${pid}/cmdline`, 'latin1'))
    if (lines.includes(`${command.join('\0')}\0`)) return init
  }
  throw new Error('confide did not start the command')
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > 0 && field(`/proc/${pid}/status`, 'PPid') === parent)
}

/** A number behind a name in a file of /proc; a process that has gone has none. */
function field(path: string, name: string): number {
  try {
    return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(readFileSync(path, 'utf8'))?.[1])
  } catch {
    return Number.NaN
  }
}

/** The kernel keeps the largest resident size among a process and those it waited for. */
async function peakMegabytes(
  confide: string,
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const env = { PATH: process.env['PATH'], ...variables }
  const rest = ['-f', '%M', confide, '--', 'true']
  const { stderr } = await promisify(execFile)('/usr/bin/time', rest, { env })
  return Number(stderr.trim()) / 1000
}
