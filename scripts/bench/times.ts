/** Start-up times, as ratios to tini and to Node. */
import { execFile } from 'node:child_process'
import { readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Workload } from '../build/workloads.ts'
import type { Figure } from './table.ts'

interface Case {
  readonly name: string
  readonly command: string
  readonly variables: Readonly<Record<string, string>>
  readonly times: number[]
}

const RUNS = 10

/** Each block measures every case a few times, so that a slow minute slows all of them. */
export async function measureTimes(
  confide: string,
  workloads: readonly Workload[],
  blocks: number,
): Promise<Figure[]> {
  const make = (name: string, command: string, workload?: string): Case => {
    const variables = workloads.find(work => work.name === workload)?.variables ?? {}
    return { name, command, variables, times: [] }
  }
  const tini = make('tini -- true', 'tini -s -- true')
  const node = make('node -e 0', `${process.execPath} -e 0`)
  const none = make('without a reference', `${confide} -- true`)
  const file = make('one secretfile: reference', `${confide} -- true`, 'file')
  const sealed = make('one sealed: reference', `${confide} -- true`, 'sealed')
  const vault = make('one vault: reference', `${confide} -- true`, 'vault')
  for (let block = 0; block < blocks; block += 1) {
    for (const one of [tini, none, node, file, sealed, vault]) one.times.push(...(await time(one)))
  }
  return [
    alone(tini),
    ratio(none, tini, 1),
    alone(node),
    ratio(file, node, 1.3),
    ratio(sealed, node),
    ratio(vault, node, 3),
  ]
}

/** hyperfine starts programs with less of its own cost than Node can. */
async function time({ command, variables }: Case): Promise<number[]> {
  const report = join(tmpdir(), `confide-bench-${process.pid}.json`)
  const rest = ['-N', '--warmup', '2', '--runs', String(RUNS), '--export-json', report, command]
  await promisify(execFile)('hyperfine', rest, { env: { PATH: process.env['PATH'], ...variables } })
  const { results } = JSON.parse(await readFile(report, 'utf8')) as {
    results: { times: number[] }[]
  }
  await rm(report)
  return (results[0]?.times ?? []).map(seconds => seconds * 1000)
}

function alone(one: Case): Figure {
  return { what: `time of ${one.name}`, value: milliseconds(one) }
}

function ratio(one: Case, base: Case, limit?: number): Figure {
  const factor = median(one.times) / median(base.times)
  const value = `${milliseconds(one)}, ${factor.toFixed(2)} × ${base.name}`
  const what = `time with ${one.name}`.replace('with without', 'without')
  if (limit === undefined) return { what, value }
  return { what, value, bound: `≤ ${limit.toFixed(1)} × ${base.name}`, holds: factor <= limit }
}

function milliseconds({ times }: Case): string {
  return `${median(times).toFixed(2)} ms`
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
