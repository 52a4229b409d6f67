/**
 * `npm test [-- FILTER…]`: builds, checks and tests everything; with filters, only the files of
 * tests whose path holds one of them. The last line is `N passed, N failed`.
 */
import { globSync } from 'node:fs'
import { join } from 'node:path'
import { ensureBuilt, root } from './build/ensure.ts'
import { runChecks } from './check.ts'
import { runFiles } from './test/files.ts'
import { runFuzzer, runNativeTests } from './test/native.ts'
import { prepare } from './test/prepare.ts'
import { sanitized, sanitizedTests } from './test/sanitized.ts'
import { Tally } from './test/tally.ts'

const filters = process.argv.slice(2)
const files = globSync('test/**/*.test.ts', { cwd: root })
  .filter(file => filters.length === 0 || filters.some(filter => file.includes(filter)))
  .sort()
  .map(file => join(root, file))
const tally = new Tally()
try {
  await ensureBuilt(process.arch === 'arm64' ? 'arm64' : 'x64')
  if (files.some(file => file.includes('arm64'))) await ensureBuilt('arm64')
  prepare(root)
  if (filters.length === 0) {
    await runChecks(tally)
    runNativeTests(root, tally)
    runFuzzer(root, tally)
  }
  await runFiles(root, files, tally)
  if (filters.length === 0 && process.arch === 'x64') {
    process.env['CONFIDE_BINARY'] = sanitized(root, join(root, 'dist', 'confide'))
    const spine = files.filter(file => sanitizedTests.some(part => file.includes(part)))
    await runFiles(root, spine, tally, ' (UBSan)')
  }
} catch (error) {
  const reason = error instanceof Error ? (error.stack ?? error.message) : String(error)
  tally.add('the run itself', { passed: 0, failed: 1, skipped: 0 }, 0, [reason])
}
console.log(tally.closing)
process.exitCode = tally.succeeded ? 0 : 1
