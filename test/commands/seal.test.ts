import assert from 'node:assert/strict'
import {
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { inspect } from 'node:util'
import { ConfideError } from '../../src/leaf/errors.ts'
import { SecretValue } from '../../src/leaf/secret.ts'
import { sealInput, type SealOptions } from '../../src/commands/seal.ts'
import { sealed } from '../../src/providers/sealed.ts'
import { keyPair } from '../servers/age.ts'
import { playIo } from '../servers/command-io.ts'
import { contextOf, fetchText } from '../servers/context.ts'

const directory = mkdtempSync(join(tmpdir(), 'confide-seal-'))
after(() => rmSync(directory, { recursive: true, force: true }))

const alice = await keyPair()
const bob = await keyPair()

function optionsFor(more: Partial<SealOptions> = {}): SealOptions {
  return { recipients: [alice.recipient], recipientFiles: [], armor: false, force: false, ...more }
}

/** What a reference gives that names this place in the file, with the one identity. */
async function open(path: string, name = '', { identity } = alice) {
  const context = contextOf({ variables: { CONFIDE_AGE_IDENTITY: identity } })
  return await fetchText(sealed, `sealed:${path}${name}`, context)
}

let files = 0
async function seal(input: string | Uint8Array, more: Partial<SealOptions> = {}) {
  const output = join(directory, `${++files}${more.output ?? '.age'}`)
  const io = playIo({ input })
  await sealInput(optionsFor({ ...more, output }), io)
  return { output, said: io.said.join('\n') }
}

/** Fails as the message says, and quotes nothing of the input. */
async function assertRefused(
  input: string | Uint8Array,
  more: Partial<SealOptions>,
  kind: string,
  message: RegExp,
): Promise<void> {
  const before = readdirSync(directory)
  const error = await seal(input, more).then(
    () => assert.fail(`sealed: ${String(input)}`),
    (reason: unknown) => reason,
  )
  assert.ok(error instanceof ConfideError, inspect(error))
  assert.equal(error.kind, kind)
  assert.match(error.message, message)
  assert.ok(error.hint)
  assert.ok(!/canary/i.test(inspect(error, { depth: null })))
  assert.deepEqual(readdirSync(directory), before)
}

test('each format is found out, and its names can be referred to', async () => {
  const cases: [string, string][] = [
    ['{"A": "x y", "B": 1.10}', 'sealed 2 names (json) for 1 recipient: '],
    ['A: x y\nB: 1.10\n', 'sealed 2 names (yaml) for 1 recipient: '],
    ['# both\nA="x y"\nexport B=1.10\n', 'sealed 2 names (dotenv) for 1 recipient: '],
  ]
  for (const [input, message] of cases) {
    const { output, said } = await seal(input)
    assert.equal(said, message + output)
    assert.equal(await open(output, '#A'), 'x y')
    assert.equal(await open(output, '#B'), '1.10')
    assert.equal(await open(output), input)
  }
})

test('binary and text that names nothing are sealed as they are', async () => {
  for (const input of ['-----BEGIN KEY-----\nabc=\n', 'just a token', 'a\0b']) {
    const { output, said } = await seal(input)
    assert.match(said, /^sealed raw text for 1 recipient/)
    assert.equal(await open(output), input)
  }
})

test('the file is made as the umask says, and takes its name at once', async t => {
  const umask = process.umask(0o027)
  t.after(() => process.umask(umask))
  const { output } = await seal('A=x')
  assert.equal(statSync(output).mode & 0o777, 0o640)
  assert.ok(readdirSync(directory).every(name => !name.startsWith('.')))
})

test('a file that exists is kept, unless it is to be replaced', async () => {
  const output = join(directory, 'kept.age')
  writeFileSync(output, 'precious')
  const io = playIo({ input: 'A=x' })
  await assert.rejects(sealInput(optionsFor({ output }), io), { kind: 'usage', hint: /--force/ })
  assert.equal(readFileSync(output, 'utf8'), 'precious')
  await sealInput(optionsFor({ output, force: true }), io)
  assert.equal(await open(output, '#A'), 'x')
})

test('replaced is the file behind a link, and nothing that is no file', async () => {
  const target = join(directory, 'target.age')
  const link = join(directory, 'link.age')
  writeFileSync(target, 'old')
  symlinkSync(target, link)
  await sealInput(optionsFor({ output: link, force: true }), playIo({ input: 'A=x' }))
  assert.ok(lstatSync(link).isSymbolicLink())
  assert.equal(await open(target, '#A'), 'x')
  for (const output of ['/dev/null', '/dev/stdout', directory]) {
    const options = optionsFor({ output, force: true })
    const io = playIo({ input: 'A=x' })
    await assert.rejects(sealInput(options, io), { kind: 'usage', message: /not a regular file/ })
  }
})

test('one name takes what is typed or piped as its value, without what echo adds', async () => {
  const values: [string, string][] = [
    ['one line\n', 'one line'],
    ['one line\r\n', 'one line'],
    ['no newline', 'no newline'],
    ['-----BEGIN-----\nkey\n', '-----BEGIN-----\nkey\n'],
    ['"quotes" and \\', '"quotes" and \\'],
  ]
  for (const [input, value] of values) {
    const { output } = await seal(input, { name: 'TOKEN' })
    assert.equal(await open(output, '#TOKEN'), value)
  }
  const output = join(directory, 'hidden.age')
  const io = playIo({ typed: 'typed secret' })
  await sealInput(optionsFor({ output, name: 'TOKEN' }), io)
  assert.equal(await open(output, '#TOKEN'), 'typed secret')
  assert.deepEqual(io.questions, ['value of TOKEN (hidden): '])
  assert.ok(!io.said.join().includes('typed'))
})

test('everyone who was named can open it, and nobody else', async () => {
  const list = join(directory, 'recipients.txt')
  writeFileSync(list, `# the team\n\n${bob.recipient}\r\n`)
  const { output, said } = await seal('A=x', { recipientFiles: [list] })
  assert.match(said, /for 2 recipients/)
  assert.equal(await open(output, '#A', alice), 'x')
  assert.equal(await open(output, '#A', bob), 'x')
  const result = await open(output, '#A', await keyPair())
  assert.ok(typeof result === 'object' && result.kind === 'permission')
})

test('who is no recipient is told apart, and a secret key is not shown', async () => {
  const list = join(directory, 'wrong.txt')
  writeFileSync(list, `${bob.recipient}\n${alice.identity}\n`)
  const cases: [Partial<SealOptions>, string, RegExp][] = [
    [{ recipients: [] }, 'usage', /no recipient was named/],
    [{ recipients: [alice.identity] }, 'usage', /--recipient: this is an identity/],
    [{ recipientFiles: [list] }, 'usage', /wrong\.txt, line 2: this is an identity/],
    [{ recipients: ['ssh-ed25519 AAAAcanary'] }, 'usage', /ssh keys/],
    [{ recipients: ['canary'] }, 'usage', /not an age recipient/],
    [{ recipients: [`${alice.recipient.slice(0, -1)}b`] }, 'usage', /mistyped/],
    [{ recipientFiles: ['/nonexistent'] }, 'missing', /recipients in \/nonexistent: no such file/],
  ]
  for (const [more, kind, message] of cases) await assertRefused('A=x', more, kind, message)
})

test('a typo shows now, by line, and not when the secret is needed', async () => {
  const cases: [string, Partial<SealOptions>, RegExp][] = [
    ['A=canary\nB canary\n', {}, /not dotenv: line 2/],
    ['A=canary\nB=2\nA=3\n', {}, /lines 1 and 3 give the same name/],
    ['{"A": "canary"', {}, /not json: it ends too early/],
    ['{"A": 1,\n"B": canary}', { output: '.json.age' }, /not json: the fault is in line 2/],
    ['{"A": 1,\n"\\u0041": "canary"}', {}, /not json: line 2 gives a name again/],
    ['{"A": {"B": "\\"{", "C": [{"B": 1}],\n"B": "canary"}}', {}, /line 2 gives a name again/],
    ['A: canary\n---\nB: 1\n', {}, /not yaml: a second document begins in line [23]/],
    ['A: 1\nB: !!binary "canary?"\n', {}, /not yaml: the !!binary in line 2 is not base64/],
    ['{}', {}, /not json: it names nothing/],
    ['{}\n', { output: '.yaml.age' }, /not yaml: it names nothing/],
    ['# canary\n', { output: '.env.age' }, /not dotenv: it names nothing/],
    ['{"A": 1, "canary#1": 2}', {}, /^one of the names has a "#" in it$/],
    ['{"": "canary"}', {}, /^one of the names is empty$/],
    ['A: "canary\n', {}, /not yaml: the fault is in line/],
    ['A: 1\nA: canary\n', {}, /not yaml: line 2 gives a name again/],
    ['A=canary', { output: '.json.age' }, /not json: the fault is in line 1/],
    ['canary', { output: '.env.age' }, /not dotenv: line 1/],
    ['["canary"]', { format: 'json' }, /must be an object/],
    ['canary', { format: 'yaml' }, /must be a mapping/],
    ['', {}, /nothing came on stdin/],
    ['', { name: 'A' }, /nothing came on stdin/],
    ['a\0canary', { name: 'A' }, /not text/],
  ]
  for (const [input, more, message] of cases) await assertRefused(input, more, 'data', message)
})

test('a format that only the name of the file promises is told from a typo', async () => {
  const output = join(directory, 'x.json.age')
  const io = playIo({ input: 'A=canary' })
  await assert.rejects(sealInput(optionsFor({ output }), io), {
    kind: 'data',
    hint: 'x.json.age promises json: rename it, or name --format',
  })
  await assertRefused('{"A": canary}', { output: '.json.age' }, 'data', /line 1/)
  const { output: named } = await seal('A=x', { output: '.json.age', format: 'dotenv' })
  const result = await open(named, '#A')
  assert.ok(typeof result === 'object' && result.kind === 'data')
})

test('a name may have blanks in it, wherever it comes from', async () => {
  const { output } = await seal('x', { name: 'two words' })
  assert.equal(await open(output, '#two words'), 'x')
  for (const input of ['{"two words": "x"}', 'two words: x\nB: 1\n']) {
    const { output: other } = await seal(input)
    assert.equal(await open(other, '#two words'), 'x')
  }
})

test('what YAML tags as binary is delivered as the bytes that it is', async () => {
  const bytes = Buffer.from([0, 255, 254, 10, 65])
  const encoded = bytes.toString('base64')
  const lines = ['A: !!binary |', `  ${encoded.slice(0, 4)}`, `  ${encoded.slice(4)}`]
  const { output } = await seal([...lines, `T: {deep: !!binary ${encoded}}`, 'B: x\n'].join('\n'))
  const context = contextOf({ variables: { CONFIDE_AGE_IDENTITY: alice.identity } })
  const reference = sealed.parse(`sealed:${output}#A`)
  assert.ok(reference !== null)
  const [first, second] = await sealed.fetch([reference, reference], context)
  assert.ok(first instanceof SecretValue && second instanceof SecretValue)
  first[Symbol.dispose]()
  assert.ok(second.reveal(got => Buffer.compare(got, bytes) === 0))
  assert.equal(await open(output, '#T'), `{"deep":"${encoded}"}`)
})

test('settings that contradict each other are refused before anything is typed', async () => {
  const cases: [Partial<SealOptions>, RegExp][] = [
    [{ name: 'A', format: 'json' }, /--name cannot be used with --format/],
    [{ name: 'A#B' }, /^the name has a "#" in it$/],
    [{ name: '' }, /^the name is empty$/],
    [{ name: 'A', output: '.env.age' }, /JSON, not dotenv/],
  ]
  for (const [more, message] of cases) await assertRefused('canary', more, 'usage', message)
})

test('to stdout goes only the file, and no binary to a terminal', async () => {
  const io = playIo({ input: 'A=x' })
  await sealInput(optionsFor(), io)
  const path = join(directory, 'stdout.age')
  writeFileSync(path, Buffer.concat(io.results))
  assert.equal(await open(path, '#A'), 'x')
  const terminal = playIo({ input: 'A=x', outputIsTerminal: true })
  await assert.rejects(sealInput(optionsFor(), terminal), { kind: 'usage', hint: /--armor/ })
  await sealInput(optionsFor({ armor: true }), terminal)
  assert.match(Buffer.concat(terminal.results).toString(), /^-----BEGIN AGE [^]*FILE-----\n$/)
})

test('in a script, success is silent', async () => {
  const io = playIo({ input: 'A=x', errorIsTerminal: false })
  await sealInput(optionsFor(), io)
  assert.deepEqual(io.said, [])
})

test('an empty secret has to be meant', async () => {
  const { output } = await seal('', { format: 'raw' })
  assert.equal(await open(output), '')
})
