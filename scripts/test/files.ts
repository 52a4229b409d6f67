/** Runs files of tests, each in a process of its own, and adds what became of them to a tally. */
import type { AssertionError } from 'node:assert'
import { relative } from 'node:path'
import { run } from 'node:test'
import { inspect } from 'node:util'
import type { Tally } from './tally.ts'

/** Longer than any file takes; a file that hangs must not hang the whole run. */
const LIMIT = 15 * 60 * 1000
/** The machine has two cores, and tests of signals want one of them. */
const AT_ONCE = 2

interface Failure {
  readonly name: string
  readonly line?: number | undefined
  readonly error: unknown
}

/** What is known of a file while it runs. */
class FileLog {
  readonly failures: Failure[] = []
  readonly output: string[] = []
  readonly start = performance.now()

  get seconds(): number {
    return (performance.now() - this.start) / 1000
  }

  details(root: string, file: string): string[] {
    const said = this.output.join('').trim()
    const failures = this.failures.map(({ name, line, error }) => {
      return `not ok ${name} (${relative(root, file)}:${line ?? 1})\n${describe(error)}\n`
    })
    return said === '' ? failures : [...failures, `it also printed:\n${said}\n`]
  }
}

export async function runFiles(
  root: string,
  files: readonly string[],
  tally: Tally,
  suffix = '',
): Promise<void> {
  const logs = new Map<string, FileLog>()
  const logOf = (file: string | undefined) => {
    const log = logs.get(file ?? '') ?? new FileLog()
    logs.set(file ?? '', log)
    return log
  }
  const finish = (file: string, passed: number, failed: number, skipped: number) => {
    const log = logOf(file)
    const details = log.details(root, file)
    tally.add(relative(root, file) + suffix, { passed, failed, skipped }, log.seconds, details)
  }
  const stream = run({ files: [...files], concurrency: AT_ONCE, timeout: LIMIT, cwd: root })
  for await (const { type, data } of stream) {
    if (type === 'test:dequeue') logOf(data.file)
    else if (type === 'test:stdout' || type === 'test:stderr') {
      logOf(data.file).output.push(data.message)
    } else if (type === 'test:fail' && data.details.type !== 'suite') {
      const { name, line, details, file } = data
      logOf(file).failures.push({ name, line, error: details.error })
      // A file that could not be loaded fails under its own name, and has no summary.
      if (name === file) finish(file, 0, 1, 0)
    } else if (type === 'test:pass' && data.name === data.file) {
      logOf(data.file).failures.push({ name: data.name, error: 'the file has no tests' })
      finish(data.file, 0, 1, 0)
    } else if (type === 'test:summary' && data.file !== undefined) {
      const { passed, failed, cancelled, skipped, todo } = data.counts
      finish(data.file, passed, failed + cancelled, skipped + todo)
    }
  }
}

/** node:test wraps what was thrown; the wrapper and Node's own frames say nothing. */
function describe(error: unknown): string {
  const thrown = error instanceof Error && error.cause !== undefined ? error.cause : error
  if (!(thrown instanceof Error)) return typeof thrown === 'string' ? thrown : inspect(thrown)
  const lines = (thrown.stack ?? thrown.message).split('\n')
  const own = lines.filter(line => !/^\s+at .*node:/.test(line))
  return [...own, ...comparison(thrown)].join('\n')
}

/** A message that a test wrote itself leaves out what was compared. */
function comparison(error: Error): string[] {
  if (!('generatedMessage' in error && error.generatedMessage === false)) return []
  const { actual, expected } = error as AssertionError
  if (typeof actual === 'boolean') return []
  return [`actual: ${inspect(actual)}`, `expected: ${inspect(expected)}`]
}
