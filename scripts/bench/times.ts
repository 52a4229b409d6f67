/** Start-up times with one reference or none, as ratios to tini and to Node. */
import type { Workload } from '../build/workloads.ts'
import type { Backend } from './backend.ts'
import type { Figure } from './table.ts'
import { type Case, makeCase, medianOf, type Schedule, timeInBlocks } from './timing.ts'

export async function measureTimes(
  confide: string,
  workloads: readonly Workload[],
  backend: Backend,
  { blocks, runs }: Pick<Schedule, 'blocks' | 'runs'>,
): Promise<Figure[]> {
  const local = (name: string) => workloads.find(work => work.name === name)?.variables ?? {}
  const one = (name: string, variables = {}) => makeCase(name, `${confide} -- true`, variables)
  const tini = makeCase('tini -- true', 'tini -s -- true')
  const node = makeCase('node -e 0', `${process.execPath} -e 0`)
  const none = one('without a reference')
  const file = one('one secretfile: reference', local('file'))
  const sealed = one('one sealed: reference', local('sealed'))
  const vault = one('one vault: reference', backend.secrets('vault', 1))
  const vaultOverTls = one('the same over TLS', backend.secrets('vault', 1, 'https'))
  const aws = one('one aws-sm: reference', backend.secrets('aws-sm', 1))
  const awsOverTls = one('the same over TLS', backend.secrets('aws-sm', 1, 'https'))
  const cases = [tini, none, node, file, sealed, vault, vaultOverTls, aws, awsOverTls]
  await backend.restart(0)
  await timeInBlocks(cases, { blocks, runs, warmups: 1 })
  return [
    alone(tini),
    ratio(none, tini, 1),
    alone(node),
    ratio(file, node, 1.3),
    ratio(sealed, node),
    ratio(vault, node, 3),
    ratio(vaultOverTls, node),
    ratio(aws, node, 2.8),
    ratio(awsOverTls, node),
  ]
}

function alone(one: Case): Figure {
  return { what: `time of ${one.name}`, value: milliseconds(one) }
}

function ratio(one: Case, base: Case, limit?: number): Figure {
  const factor = medianOf(one) / medianOf(base)
  const value = `${milliseconds(one)}, ${factor.toFixed(2)} × ${base.name}`
  const what = `time with ${one.name}`.replace('with without', 'without')
  if (limit === undefined) return { what, value }
  return { what, value, bound: `≤ ${limit.toFixed(1)} × ${base.name}`, holds: factor <= limit }
}

function milliseconds(one: Case): string {
  return `${medianOf(one).toFixed(2)} ms`
}
