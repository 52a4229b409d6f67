/** What PID 1 weighs and does while the command runs, and what a resolver needs at most. */
import { execFile, spawn } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import type { Workload } from '../build/workloads.ts'
import type { Backend, Variables } from './backend.ts'
import { bounded, type Figure } from './table.ts'

const AS_PID_ONE = ['--pid', '--fork', '--kill-child', '--mount-proc']
/** How long the command of a measurement lives, and how much of that is watched. */
const LIFE = '30'
const WATCHED = 3000

export async function measureMemory(
  confide: string,
  workloads: readonly Workload[],
  backend: Backend,
): Promise<Figure[]> {
  const local = (name: string) => workloads.find(one => one.name === name)?.variables ?? {}
  const idle = await watchPidOne(confide, local('file'))
  const peak = async (what: string, limit: number, variables: Variables) => {
    const value = await peakMegabytes(confide, variables)
    return bounded(`peak of a resolver, ${what}`, { value, limit, unit: 'MB' })
  }
  await backend.restart(0)
  return [
    bounded('memory of PID 1 after the hand-over', {
      value: idle.kilobytes,
      limit: 100,
      unit: 'kB',
    }),
    bounded('its wake-ups in 3 s', { value: idle.wakeups, limit: 0, unit: '' }),
    await peak('file', 50, local('file')),
    await peak('sealed', 50, local('sealed')),
    await peak('1 vault: reference', 72, backend.secrets('vault', 1)),
    await peak('100 vault: references', 72, backend.secrets('vault', 100)),
    await peak('1 aws-sm: reference', 72, backend.secrets('aws-sm', 1)),
    await peak('100 aws-sm: references', 72, backend.secrets('aws-sm', 100)),
  ]
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
    const lines = childrenOf(init).map(pid => readProc(`/proc/${pid}/cmdline`))
    if (lines.includes(`${command.join('\0')}\0`)) return init
  }
  throw new Error('confide did not start the command')
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter(pid => pid > 0 && field(`/proc/${pid}/status`, 'PPid') === parent)
}

/** A number behind a name in a file of /proc. */
function field(path: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s*(\\d+)`, 'm').exec(readProc(path))?.[1])
}

/** A process that has gone, such as the resolver, has nothing to say. */
function readProc(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}

/** Several runs, as a peak depends on when V8 collects, too. */
const peakRuns = 3

/** The kernel keeps the largest resident size among a process and those it waited for. */
async function peakMegabytes(confide: string, variables: Variables): Promise<number> {
  const env = { PATH: process.env['PATH'], ...variables }
  const rest = ['-f', '%M', confide, '--', 'true']
  let most = 0
  for (let run = 0; run < peakRuns; run += 1) {
    const { stderr } = await promisify(execFile)('/usr/bin/time', rest, { env })
    most = Math.max(most, Number(stderr.trim()) / 1000)
  }
  return most
}
