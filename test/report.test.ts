import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfideError } from '../src/leaf/errors.ts'
import { asConfideError } from '../src/report.ts'
import { evaluate } from './evaluate.ts'

/** What words of JavaScript print that have `r` and `error`, and how they end unless well. */
function stderrOf(script: string): string {
  const modules = { r: 'src/report.ts', e: 'src/leaf/errors.ts' }
  const helper =
    'const error = (message, kind, hint) => new e.ConfideError(message, { kind, hint });'
  const { stdout, stderr, status } = evaluate(helper + script, { modules })
  assert.equal(stdout, '')
  return `${stderr}${status === 0 ? '' : `status ${status}\n`}`
}

test('each error is a line, its hint the next', () => {
  assert.equal(
    stderrOf(`r.report([error('one', 'data', 'do it'), error('two', 'missing')])`),
    'confide: error: one\nconfide: hint: do it\nconfide: error: two\n',
  )
})

test('a hint that errors in a row share is printed once', () => {
  assert.equal(
    stderrOf(
      `r.report([error('1', 'data', 'h'), error('2', 'data', 'h'), error('3', 'data', 'i')])`,
    ),
    'confide: error: 1\nconfide: error: 2\nconfide: hint: h\nconfide: error: 3\nconfide: hint: i\n',
  )
})

test('the exit code is that of the first error', () => {
  const script = `process.exitCode = r.report([error('1', 'missing'), error('2', 'usage')])`
  assert.match(stderrOf(script), /status 66/)
})

test('a newline in a name cannot forge a line', () => {
  assert.equal(
    stderrOf(`r.report([error('cannot fetch A\\nconfide: error: B', 'data')])`),
    'confide: error: cannot fetch A\\x0aconfide: error: B\n',
  )
})

test('debug is said only when asked for, warnings always', () => {
  const script = (verbose: number) =>
    stderrOf(`const log = r.makeLog(${verbose}); log.debug('d'); log.warn('w')`)
  assert.equal(script(0), 'confide: warning: w\n')
  assert.equal(script(1), 'confide: debug: d\nconfide: warning: w\n')
})

test('a ConfideError is shown as it is', () => {
  const error = new ConfideError('x', { kind: 'data' })
  assert.equal(asConfideError(error), error)
})

test('any other error is a bug, shown by name and place, never by its message', () => {
  const error = asConfideError(new TypeError('hunter2'))
  assert.equal(error.kind, 'bug')
  assert.match(error.message, /^a fault in confide: TypeError at report\.test\.ts:\d+:\d+$/)
  assert.doesNotMatch(JSON.stringify([error, error.cause, error.stack]), /hunter2/)
})

test('even what is thrown and no error is shown without its content', () => {
  assert.equal(asConfideError('hunter2').message, 'a fault in confide: string')
})
