/** Commands that are timed against each other. */
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Variables } from './backend.ts'

/** One command in one environment, and the milliseconds that each of its runs took. */
export interface Case {
  readonly name: string
  readonly command: string
  readonly variables: Variables
  readonly times: number[]
}

export function makeCase(name: string, command: string, variables: Variables = {}): Case {
  return { name, command, variables, times: [] }
}

/** How often, and what comes before the runs of a case in each block. */
export interface Schedule<One extends Case = Case> {
  readonly blocks: number
  readonly runs: number
  readonly warmups: number
  readonly before?: (one: One) => Promise<void>
}

/** Each block measures every case a few times, so that a slow minute slows all of them. */
export async function timeInBlocks<One extends Case>(
  cases: readonly One[],
  schedule: Schedule<One>,
): Promise<void> {
  for (let block = 0; block < schedule.blocks; block += 1) {
    for (const one of cases) {
      await schedule.before?.(one)
      one.times.push(...(await time(one, schedule.runs, schedule.warmups)))
    }
  }
}

/** hyperfine starts programs with less of its own cost than Node can. */
async function time(
  { command, variables }: Case,
  runs: number,
  warmups: number,
): Promise<number[]> {
  const report = join(tmpdir(), `confide-bench-${process.pid}.json`)
  const counts = ['--warmup', String(warmups), '--runs', String(runs)]
  const rest = ['-N', ...counts, '--export-json', report, command]
  await promisify(execFile)('hyperfine', rest, { env: { PATH: process.env['PATH'], ...variables } })
  const { results } = JSON.parse(await readFile(report, 'utf8')) as {
    results: { times: number[] }[]
  }
  await rm(report)
  return (results[0]?.times ?? []).map(seconds => seconds * 1000)
}

/** The median of its runs, in milliseconds. */
export function medianOf({ times }: Case): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
