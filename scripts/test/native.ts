/** Runs the C units' own tests (Test Anything Protocol) and the fuzzer, for a tally. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Tally } from './tally.ts'

/** A few seconds; `make -C native fuzz RUNS=-1` goes on for ever. */
const FUZZ_RUNS = 300_000

export function runNativeTests(root: string, tally: Tally): void {
  const start = performance.now()
  const { status, stdout, stderr } = make(root, ['test'])
  const lines = stdout.split('\n')
  const failures = lines.filter(line => line.startsWith('not ok '))
  const passed = lines.filter(line => line.startsWith('ok ')).length
  // A program that crashed, or did not compile, has no line of its own.
  const failed = Math.max(failures.length, status === 0 ? 0 : 1)
  tally.add('native (ASan, UBSan)', { passed, failed, skipped: 0 }, since(start), [
    ...failures,
    stderr,
  ])
}

export function runFuzzer(root: string, tally: Tally): void {
  const start = performance.now()
  const { status, stderr } = make(root, ['fuzz', `RUNS=${FUZZ_RUNS}`])
  const counts = { passed: status === 0 ? 1 : 0, failed: status === 0 ? 0 : 1, skipped: 0 }
  tally.add('native (libFuzzer)', counts, since(start), [stderr.slice(-4000)])
}

function make(root: string, rest: readonly string[]) {
  const output = join(root, 'build', 'native', 'test')
  const words = ['-s', '-C', join(root, 'native'), `OUTPUT=${output}`, ...rest]
  return spawnSync('make', words, { encoding: 'utf8', maxBuffer: 64 * 1024 * 1024 })
}

function since(start: number): number {
  return (performance.now() - start) / 1000
}
