import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { evaluate } from '../evaluate.ts'

const folder = mkdtempSync(join(tmpdir(), 'confide-check-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return `secretfile:${join(folder, name)}`
}

const canary = 'correct horse battery staple'
const plain = file('plain', canary)

/** Runs `confide check` with these variables and options. */
function check(variables: Readonly<Record<string, string>>, given: Record<string, string> = {}) {
  const script = `
    const inbox = i.inboxWith(${JSON.stringify(variables)})
    const given = new Map(Object.entries(${JSON.stringify(given)}).map(([k, v]) => [k, [v]]))
    process.exitCode = await c.check.run({ inbox, given, readDescriptor: () => new Uint8Array() })`
  const result = evaluate(script, {
    modules: { c: 'src/commands/check.ts', i: 'test/inboxes.ts' },
  })
  assert.doesNotMatch(result.stdout + result.stderr, /horse/)
  return result
}

test('a line for each variable: name, provider, size, outcome, in columns', () => {
  const variables = {
    LONG_NAME: plain,
    PATH: '/bin',
    X: `a\${${plain}}b`,
    L: 'literal:secretfile:/x',
  }
  assert.deepEqual(check(variables), {
    status: 0,
    stdout: [
      'LONG_NAME  secretfile  28 bytes  ok',
      'X          secretfile  30 bytes  ok',
      'L          literal     13 bytes  ok',
      '',
    ].join('\n'),
    stderr: '',
  })
})

test('without references it says so', () => {
  assert.deepEqual(check({ A: '1' }), { status: 0, stdout: 'no references\n', stderr: '' })
  assert.equal(check({ A: '1' }, { json: '' }).stdout, '[]\n')
})

test('--json has the same for programs', () => {
  const { stdout } = check({ A: plain, B: 'secretfile:/nonexistent?optional&as=env' }, { json: '' })
  assert.deepEqual(JSON.parse(stdout), [
    {
      variable: 'A',
      provider: 'secretfile',
      reference: plain,
      delivery: 'fd',
      size: 28,
      becomes: null,
      outcome: 'ok',
      message: null,
      hint: null,
      exitCode: 0,
    },
    {
      variable: 'B',
      provider: 'secretfile',
      reference: 'secretfile:/nonexistent',
      delivery: 'env',
      size: null,
      becomes: null,
      outcome: 'left out',
      message: null,
      hint: null,
      exitCode: 0,
    },
  ])
})

test('a failure has its message, hint and exit code in the JSON', () => {
  const variables = { A: 'secretfile:/nonexistent?default=xy', B: 'secretfile:relative' }
  const { stdout, status } = check(variables, { json: '' })
  assert.equal(status, 65)
  const [first, second] = JSON.parse(stdout)
  assert.partialDeepStrictEqual(first, { outcome: 'default', size: 2, exitCode: 0 })
  assert.partialDeepStrictEqual(second, { outcome: 'invalid', size: null, exitCode: 65 })
  assert.match(second.message, /^wrong reference in B: /)
  assert.match(second.hint, /secretfile:/)
})

test('one byte is no bytes, and a default is not the secret', () => {
  const variables = { A: file('one', 'x'), B: 'x${secretfile:/nonexistent?default=y}' }
  assert.equal(
    check(variables).stdout,
    'A  secretfile  1 byte   ok\nB  secretfile  2 bytes  default\n',
  )
})

test('memory files are tried where they can be made', () => {
  const script = `
    const inbox = i.inboxWith(${JSON.stringify({ A: plain, B: `${plain}?owner=70` })})
    const { openSync, readdirSync } = process.getBuiltinModule('node:fs')
    const refusal = () => { throw new Error('EPERM') }
    const sealedMemfd = (_, mode, uid) => uid === 70 ? refusal() : openSync('/dev/null')
    const before = readdirSync('/proc/self/fd').length
    const surroundings = { inbox, given: new Map(), readDescriptor: () => 0, sealedMemfd }
    process.exitCode = await c.check.run(surroundings)
    if (readdirSync('/proc/self/fd').length !== before) throw new Error('left open')`
  const { status, stdout, stderr } = evaluate(script, {
    modules: { c: 'src/commands/check.ts', i: 'test/inboxes.ts' },
  })
  assert.equal(status, 78, stderr)
  assert.match(stdout, /^A .* ok\nB .* misconfigured\n$/)
  assert.match(stderr, /^confide: error: cannot deliver B: owner=70 needs root\nconfide: hint: /)
})

test('failures are lines of the table and of the report, and the first is the exit code', () => {
  const { status, stdout, stderr } = check({
    A: 'secretfile:/nonexistent',
    B: plain,
    C: 'secretfile:wrong',
    D: `${file('nul', 'a\0b')}?as=env`,
  })
  assert.equal(status, 66)
  assert.match(
    stdout,
    /^A\s+secretfile\s+-\s+missing\nB.* ok\nC\s+-\s+-\s+invalid\nD\s.*\sinvalid\n$/,
  )
  assert.match(stderr, /^confide: error: cannot fetch A from secretfile:\/nonexistent: /)
  assert.match(stderr, /\nconfide: error: wrong reference in C: /)
  assert.match(stderr, /\nconfide: error: cannot deliver D: the secret holds a NUL/)
})

test('a variable that becomes several is a line with all their names', () => {
  const members = file('members.json', JSON.stringify({ 'user/name': 'ab', password: canary }))
  const empty = file('empty.json', '{}')
  const variables = {
    DB: `${members}?prefix=DB_`,
    X: `${members}?prefix=X_&as=env`,
    NONE: `${empty}?prefix=N_&optional`,
    BAD: `${empty}?prefix=B_`,
    NUL: `${file('nul.json', '{"a":"x","b":"\\u0000"}')}?prefix=NUL_&as=env`,
  }
  const { status, stdout, stderr } = check(variables)
  assert.equal(status, 66)
  assert.match(stdout, /^DB    secretfile  30 bytes  ok: DB_USER_NAME, DB_PASSWORD$/m)
  assert.match(stdout, /^X     secretfile  30 bytes  ok: X_USER_NAME, X_PASSWORD$/m)
  assert.match(stdout, /^NONE  secretfile  -         left out$/m)
  assert.match(stdout, /^BAD   secretfile  -         missing$/m)
  assert.match(stdout, /^NUL   secretfile  2 bytes   invalid$/m)
  assert.match(stderr, /: cannot expand BAD from secretfile:\S+: the object has no members$/m)
  assert.match(stderr, /: cannot deliver NUL_B, a member of NUL: /m)
  const rows = JSON.parse(check(variables, { json: '' }).stdout) as { becomes: unknown }[]
  assert.deepEqual(
    rows.map(({ becomes }) => becomes),
    [['DB_USER_NAME', 'DB_PASSWORD'], ['X_USER_NAME', 'X_PASSWORD'], null, null, null],
  )
})

test('options choose the variables, as they do for a run', () => {
  const { status, stdout } = check({ A: plain, B: 'secretfile:/nonexistent' }, { except: 'B' })
  assert.equal(status, 0)
  assert.match(stdout, /^A .*\n$/)
})

test('a name with a newline cannot forge a line', () => {
  assert.match(check({ 'A\nB  vault  1 bytes  ok': plain }).stdout, /^A\\x0aB .*\n$/)
})
