/** The file, and what an image registry would store and send of it. */
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import type { Figure } from './table.ts'

const LARGEST_FILE = 130
const LARGEST_LAYER = 36

export function measureSize(confide: string, slowly: boolean): Figure[] {
  const size = statSync(confide).size / 1e6
  const file = {
    what: 'the file',
    value: megabytes(size),
    bound: `≤ ${LARGEST_FILE} MB`,
    holds: size <= LARGEST_FILE,
  }
  const quick = { what: 'as a layer, zstd -9', value: megabytes(compressed(confide, 9)) }
  if (!slowly) return [file, quick]
  const best = compressed(confide, 19)
  const layer = {
    what: 'as a layer, zstd -19',
    value: megabytes(best),
    bound: `≤ ${LARGEST_LAYER} MB`,
    holds: best <= LARGEST_LAYER,
  }
  return [file, quick, layer]
}

function compressed(path: string, level: number): number {
  const command = `zstd -${level} -T0 -q -c "$1" | wc -c`
  return Number(execFileSync('sh', ['-c', command, 'sh', path], { encoding: 'utf8' })) / 1e6
}

function megabytes(size: number): string {
  return `${size.toFixed(1)} MB`
}
