import assert from 'node:assert/strict'
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { parseEnv } from 'node:util'
import fc from 'fast-check'
import { addEnvFiles } from '../src/env-file.ts'
import { makeEntry } from '../src/environ.ts'
import { parseDotenv } from '../src/leaf/dotenv.ts'
import { asNobody } from './servers/as-nobody.ts'

const folder = mkdtempSync(join(tmpdir(), 'confide-env-file-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

const assignmentsOf = (text: string) => parseDotenv(text, line => `x.env:${line}`)
const parse = (text: string) =>
  Object.fromEntries(assignmentsOf(text).map(({ name, value }) => [name, value]))

const readings: [text: string, variables: Record<string, string>][] = [
  ['', {}],
  ['\n\n  \n', {}],
  ['# a comment\n  # another\n', {}],
  ['A=1', { A: '1' }],
  ['A=1\nB=2\n', { A: '1', B: '2' }],
  ['A=1\r\nB=2\r\n', { A: '1', B: '2' }],
  ['\uFEFFA=1', { A: '1' }],
  ['export A=1\nexport  B=2', { A: '1', B: '2' }],
  ['  A = 1  ', { A: '1' }],
  ['A=', { A: '' }],
  ['A=""', { A: '' }],
  ['A=a=b', { A: 'a=b' }],
  ['A=two words', { A: 'two words' }],
  ['A=x # comment', { A: 'x' }],
  ['A= # comment', { A: '' }],
  ['A=x#y', { A: 'x#y' }],
  ['A=#x', { A: '#x' }],
  ['DB=vault:secret/data/app#password', { DB: 'vault:secret/data/app#password' }],
  ['A="x # y" # comment', { A: 'x # y' }],
  ['A="a\\nb"', { A: 'a\nb' }],
  ["A='a\\nb'", { A: 'a\\nb' }],
  ['A="two\nlines"\nB=1', { A: 'two\nlines', B: '1' }],
  ['A=`it\'s "quoted"`', { A: 'it\'s "quoted"' }],
  ['A=it\'s "bare"', { A: 'it\'s "bare"' }],
  ['A="$B ${C}"', { A: '$B ${C}' }],
  ['spring.datasource.url=x\nA-B=y', { 'spring.datasource.url': 'x', 'A-B': 'y' }],
  ['A=1\nA=2', { A: '2' }],
]
for (const [text, variables] of readings) {
  test(`${JSON.stringify(text)} is ${JSON.stringify(variables)}`, () => {
    assert.deepEqual(parse(text), variables)
  })
}

const hintFor = ({ source }: RegExp) => {
  return source.includes('never closed') ? /^close it, or choose another quote$/ : /./
}

const faults: [text: string, message: RegExp][] = [
  ['A=1\nnonsense\n', /^x\.env:2 has no "="$/],
  ['export\nA=1', /^x\.env:1 has no "="$/],
  ['A: 1', /^x\.env:1 has no "="$/],
  ['=1', /^x\.env:1 has no valid variable name$/],
  ['1A=1', /^x\.env:1 has no valid variable name$/],
  ['A B=1', /^x\.env:1 has no valid variable name$/],
  ['# c\n\nA="x\nB=1\n', /^x\.env:3 has a " that is never closed$/],
  ['A="x" y', /^x\.env:1 has text behind the closing quote$/],
  ["A='it''s'", /^x\.env:1 has text behind the closing quote$/],
  ['A="x\\"y"', /^x\.env:1 has text behind the closing quote$/],
  ['A="two\nlines"\nnonsense', /^x\.env:3 has no "="$/],
  ['A=a\0b', /^x\.env:1 puts a NUL into A$/],
]
for (const [text, message] of faults) {
  test(`${JSON.stringify(text)} is wrong: ${message.source}`, () => {
    assert.throws(() => parse(text), { kind: 'data', message, hint: hintFor(message) })
  })
}

test('no message repeats a value', () => {
  for (const text of ['hunter2', 'A="hunter2', 'A="x" hunter2', '"hunter2"=1']) {
    assert.throws(
      () => parse(text),
      (error: Error) => !JSON.stringify([error.message, error]).includes('hunter2'),
    )
  }
})

test('what parseEnv of Node takes without a loss is read in the same way', () => {
  const lines = fc.constantFrom(
    ...['A=1', 'B="x y"', "C='#'", '# c', '', 'export D=`"`', 'E=a b # c', 'F=', 'G="a\nb"'],
  )
  fc.assert(
    fc.property(fc.array(lines), parts => {
      const text = parts.join('\n')
      assert.deepEqual(parse(text), { ...parseEnv(text) })
    }),
  )
})

test('any text is read or refused with its line, and nothing is lost silently', () => {
  const words = fc.constantFrom('A', '=', '"', "'", '`', '#', ' ', '\n', 'x', '\\', 'export ', '\r')
  fc.assert(
    fc.property(
      fc.array(words).map(parts => parts.join('')),
      text => {
        try {
          const count = assignmentsOf(text).length
          if (/[^\s#]/.test(text.replace(/#.*/g, ''))) assert.ok(count > 0)
        } catch (error) {
          assert.match((error as Error).message, /^x\.env:\d+ /)
        }
      },
    ),
    { numRuns: 2000 },
  )
})

test('variables come behind the environment, in the order of the file', () => {
  const path = file('order.env', 'Z=1\nA=vault:secret/x#y\n')
  const environ = addEnvFiles([makeEntry('M', '0')], [path])
  assert.deepEqual(
    environ.map(({ name, value }) => `${name}=${value}`),
    ['M=0', 'Z=1', 'A=vault:secret/x#y'],
  )
})

test('the environment wins over files, also with an empty value', () => {
  const path = file('wins.env', 'A=file\nB=file\n')
  const environ = addEnvFiles([makeEntry('A', '')], [path])
  assert.deepEqual(
    environ.map(({ name, value }) => `${name}=${value}`),
    ['A=', 'B=file'],
  )
})

test('later files win over earlier ones', () => {
  const paths = [file('one.env', 'A=1\nB=1\n'), file('two.env', 'A=2\n')]
  const environ = addEnvFiles([], paths)
  assert.deepEqual(Object.fromEntries(environ.map(({ name, value }) => [name, value])), {
    A: '2',
    B: '1',
  })
})

test('a file that cannot be read is missing', () => {
  const path = join(folder, 'nothing.env')
  assert.throws(() => addEnvFiles([], [path]), {
    kind: 'missing',
    message: `cannot read the env file ${path}: no such file`,
  })
})

test('a directory is no env file, and one that may not be read is a matter of permission', () => {
  assert.throws(() => addEnvFiles([], [folder]), {
    kind: 'data',
    message: `cannot read the env file ${folder}: is a directory`,
  })
  const path = file('locked.env', 'A=1\n')
  chmodSync(path, 0)
  assert.throws(() => asNobody(() => addEnvFiles([], [path])), {
    kind: 'permission',
    message: `cannot read the env file ${path}: permission denied`,
  })
})

test('a file that is not UTF-8 is refused', () => {
  const path = file('latin1.env', Buffer.from('A=\xff', 'latin1'))
  assert.throws(() => addEnvFiles([], [path]), { kind: 'data' })
})
