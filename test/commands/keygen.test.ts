import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { identityToRecipient } from 'age-encryption'
import { makeIdentity, readOutput } from '../../src/commands/keygen.ts'
import { playIo } from '../servers/command-io.ts'

const directory = mkdtempSync(join(tmpdir(), 'confide-keygen-'))
after(() => rmSync(directory, { recursive: true, force: true }))

const format =
  /^# created: [\d-]+T[\d:]+Z\n# public key: (age1[a-z0-9]+)\n(AGE-SECRET-KEY-1[A-Z0-9]+)\n$/

test('an identity file is as age-keygen makes it, for its owner only', async () => {
  const output = join(directory, 'identity.txt')
  const io = playIo()
  await makeIdentity({ output, force: false }, io)
  const [, recipient, identity] = format.exec(readFileSync(output, 'utf8')) ?? []
  assert.equal(recipient, await identityToRecipient(identity ?? ''))
  assert.equal(statSync(output).mode & 0o777, 0o600)
  assert.deepEqual(io.said, [`public key: ${recipient}`])
  assert.equal(io.results.length, 0)
})

test('a file that exists is kept, unless it is to be replaced', async () => {
  const output = join(directory, 'kept.txt')
  writeFileSync(output, 'precious', { mode: 0o644 })
  await assert.rejects(makeIdentity({ output, force: false }, playIo()), {
    kind: 'usage',
    message: `${output} exists already`,
    hint: /--force/,
  })
  assert.equal(readFileSync(output, 'utf8'), 'precious')
  await makeIdentity({ output, force: true }, playIo())
  assert.match(readFileSync(output, 'utf8'), format)
  assert.equal(statSync(output).mode & 0o777, 0o600)
})

test('without a file it goes to stdout, and nothing to stderr', async () => {
  const io = playIo()
  await makeIdentity({ force: false }, io)
  assert.match(Buffer.concat(io.results).toString(), format)
  assert.deepEqual(io.said, [])
})

test('a file behind stdout that others can read is warned about', async () => {
  const io = playIo({ outputIsShared: true })
  await makeIdentity({ force: false }, io)
  assert.match(Buffer.concat(io.results).toString(), format)
  assert.deepEqual(io.said, [
    'confide: warning: stdout is a file that others can read: chmod 600 it',
  ])
})

test('a name for the file that is empty is wrong usage, and - is stdout', () => {
  const output = (name: string) => readOutput(new Map([['output', ['x', name]]]))
  assert.throws(() => output(''), { kind: 'usage', message: '--output names no file' })
  assert.equal(output('-'), undefined)
  assert.equal(output('file'), 'file')
  assert.equal(readOutput(new Map()), undefined)
})

test('where nothing can be written, nothing is left behind', async () => {
  const output = join(directory, 'nowhere', 'identity.txt')
  const options = { output, force: false }
  await assert.rejects(makeIdentity(options, playIo()), { kind: 'missing', hint: /directory/ })
  assert.ok(!existsSync(output))
})
