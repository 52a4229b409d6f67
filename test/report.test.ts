import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ConfideError } from '../src/leaf/errors.ts'
import { asConfideError } from '../src/report.ts'
import { evaluate } from './evaluate.ts'

/** What words of JavaScript print that have `r` and `error`, and how they end unless well. */
function stderrOf(script: string): string {
  const modules = { r: 'src/report.ts', e: 'src/leaf/errors.ts', s: 'src/leaf/secret.ts' }
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

/** Words of JavaScript that make these the secrets of the run. */
const concealing = (...secrets: readonly string[]) =>
  secrets
    .map(text => `r.conceal(new s.SecretValue(Buffer.from(${JSON.stringify(text)})));`)
    .join('')

test('no line shows a secret of this run, not even where a message holds one', () => {
  const script = `${concealing('hunter22', 'p w/<0>"')}
    const log = r.makeLog(1); log.debug('got hunter22'); log.warn('user:p%20w%2F%3C0%3E%22@host')
    r.report([error('it said hunter22, hunter22', 'data', '{"k":"p w/<0>\\""}')])`
  assert.equal(
    stderrOf(script),
    'confide: debug: got [secret]\nconfide: warning: user:[secret]@host\n' +
      'confide: error: it said [secret], [secret]\nconfide: hint: {"k":"[secret]"}\n',
  )
})

test('secrets that overlap leave nothing of either', () => {
  const script = `${concealing('passw0rd', 'passw0rd-long', 'long-and-more')}`
  assert.equal(
    stderrOf(`${script} r.makeLog(0).warn('a passw0rd-long-and-more b passw0rdpassw0rd')`),
    'confide: warning: a [secret] b [secret][secret]\n',
  )
})

test('a short secret, or a mere word, does not blank every word that has it', () => {
  const script = concealing('a', '', 'error', ' fault\n', 'error-1', 'permission')
  assert.equal(
    stderrOf(`${script} r.report([error('a fault in an error', 'data')])`),
    'confide: error: a fault in an error\n',
  )
})

test('a secret that everyone knows is shown: its writer could blank our reports with it', () => {
  const script = `${concealing('eu-west-1', 'prod/database', 'such parameter', 'hunter22')}
    r.standsInPlain(() => ['aws-ssm:/prod/database/password', 'eu-west-1'])
    r.report([error('cannot fetch X from aws-ssm:/prod/database/password: there is no such ' +
      'parameter in eu-west-1; it said hunter22', 'missing')])`
  assert.equal(
    stderrOf(script).split('\n')[0],
    'confide: error: cannot fetch X from aws-ssm:/prod/database/password: there is no such ' +
      'parameter in eu-west-1; it said [secret]',
  )
})

test('what was concealed is overwritten in the end', () => {
  const script = `const bytes = Buffer.from('hunter22'); const value = new s.SecretValue(bytes)
    r.conceal(value); r.forgetConcealed(); r.makeLog(0).warn(bytes.toString('hex') + ' hunter22')`
  assert.equal(stderrOf(script), `confide: warning: ${'0'.repeat(16)} hunter22\n`)
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
