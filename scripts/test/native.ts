/** Runs the C units' own tests (Test Anything Protocol) and adds them to a tally. */
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import type { Tally } from './tally.ts'

export function runNativeTests(root: string, tally: Tally): void {
  const start = performance.now()
  const output = join(root, 'build', 'native', 'test')
  const rest = ['-s', '-C', join(root, 'native'), 'test', `OUTPUT=${output}`]
  const { status, stdout, stderr } = spawnSync('make', rest, { encoding: 'utf8' })
  const lines = stdout.split('\n')
  const failures = lines.filter(line => line.startsWith('not ok '))
  const passed = lines.filter(line => line.startsWith('ok ')).length
  // A program that crashed, or did not compile, has no line of its own.
  const failed = Math.max(failures.length, status === 0 ? 0 : 1)
  const seconds = (performance.now() - start) / 1000
  tally.add('native (make test)', { passed, failed, skipped: 0 }, seconds, [...failures, stderr])
}
