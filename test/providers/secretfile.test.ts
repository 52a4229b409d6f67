import assert from 'node:assert/strict'
import { execFileSync, spawn } from 'node:child_process'
import {
  chmodSync,
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { secretfile } from '../../src/providers/secretfile.ts'
import { contextOf, fetchText, fetchTexts, type Result } from '../servers/context.ts'

const directory = mkdtempSync(join(tmpdir(), 'confide-secretfile-'))
after(() => rmSync(directory, { recursive: true, force: true }))

function place(name: string, bytes: string | Uint8Array = ''): string {
  const path = join(directory, name)
  writeFileSync(path, bytes)
  return path
}

async function fetch(text: string, signal?: AbortSignal): Promise<Result> {
  return await fetchText(secretfile, text, contextOf(signal === undefined ? {} : { signal }))
}

test('any bytes come back as they are, whatever their number', async () => {
  for (const size of [0, 1, 4095, 4096, 4097, 65 * 1024, 8 * 1024 * 1024]) {
    const bytes = Buffer.alloc(size, Buffer.from([0, 10, 255, 128]))
    const reference = secretfile.parse(`secretfile:${place('bytes', bytes)}`)
    assert.ok(reference !== null)
    const [secret] = await secretfile.fetch([reference], contextOf())
    assert.ok(secret !== undefined && 'reveal' in secret)
    assert.ok(
      secret.reveal(got => Buffer.compare(got, bytes) === 0),
      `${size} bytes`,
    )
  }
})

test('a key selects from JSON, and a number keeps its digits', async () => {
  const path = place('keys', '{"name":"value","big":12345678901234567890,"price":1.10}')
  const texts = ['name', 'price', 'big'].map(key => `secretfile:${path}#${key}`)
  const results = await fetchTexts(secretfile, texts, contextOf())
  assert.deepEqual(results, ['value', '1.10', '12345678901234567890'])
})

test('a key that is not there is missing, and a file that is no JSON has no keys', async () => {
  const absent = await fetch(`secretfile:${place('json', '{"name":"value"}')}#other`)
  assert.ok(typeof absent === 'object' && absent.kind === 'missing')
  const text = await fetch(`secretfile:${place('text', 'plain')}#name`)
  assert.ok(typeof text === 'object' && text.kind === 'data')
})

test('a file that does not exist is missing', async () => {
  for (const path of ['/nonexistent/secret', `${place('file')}/below`]) {
    const result = await fetch(`secretfile:${path}`)
    assert.ok(typeof result === 'object')
    assert.equal(result.kind, 'missing')
    assert.match(result.hint ?? '', /mounted/)
  }
})

test('a directory, a socket-like place and a file without end are no secrets', async () => {
  const folder = join(directory, 'folder')
  mkdirSync(folder)
  for (const path of [folder, '/dev/zero', `/${'x'.repeat(300)}`]) {
    const result = await fetch(`secretfile:${path}`)
    assert.ok(typeof result === 'object', path)
    assert.equal(result.kind, 'data')
    assert.ok(result.hint)
  }
})

test('a file above 64 MiB is refused before it is read', async () => {
  const path = place('huge')
  truncateSync(path, 64 * 1024 * 1024 + 1)
  const result = await fetch(`secretfile:${path}`)
  assert.ok(typeof result === 'object')
  assert.deepEqual([result.kind, result.message], ['data', 'it is larger than 64 MiB'])
})

test('a file that we may not read says as whom we tried', { skip: !isRoot() }, async () => {
  const path = place('forbidden', 'secret')
  chmodSync(path, 0o000)
  chmodSync(directory, 0o711)
  process.seteuid?.(65532)
  try {
    const result = await fetch(`secretfile:${path}`)
    assert.ok(typeof result === 'object')
    assert.equal(result.kind, 'permission')
    assert.match(result.hint ?? '', /uid 65532/)
  } finally {
    process.seteuid?.(0)
  }
})

function isRoot(): boolean {
  return process.getuid?.() === 0
}

test('a FIFO is read to its end, once for all its keys', async () => {
  const path = join(directory, 'fifo')
  execFileSync('mkfifo', [path])
  const texts = [`secretfile:${path}#one`, `secretfile:${path}#two`, `secretfile:${path}`]
  const results = fetchTexts(secretfile, texts, contextOf())
  // Two writes with time between: the end is the last writer's, not the first silence.
  const script = `exec 3>"${path}"; printf '{"one":"1",' >&3; sleep 0.1; printf '"two":2}' >&3`
  const writer = spawn('sh', ['-c', script], { stdio: 'inherit' })
  assert.deepEqual(await results, ['1', '2', '{"one":"1","two":2}'])
  assert.equal(writer.signalCode, null)
})

test('a FIFO that nobody writes to is given up at the deadline', async () => {
  const path = join(directory, 'silent')
  execFileSync('mkfifo', [path])
  const controller = new AbortController()
  const result = fetch(`secretfile:${path}`, controller.signal)
  setTimeout(() => controller.abort(), 20)
  const outcome = await result
  assert.ok(typeof outcome === 'object')
  assert.equal(outcome.kind, 'temporary')
  assert.match(outcome.hint ?? '', /writer/)
})

test('after the deadline nothing is opened', async () => {
  const result = await fetch(`secretfile:${place('late', 'secret')}`, AbortSignal.abort())
  assert.ok(typeof result === 'object')
  assert.equal(result.kind, 'temporary')
})

test('an inherited descriptor is read through /proc, from its start', async () => {
  const descriptor = openSync(place('inherited', 'secret'), 'r')
  try {
    const path = `/proc/self/fd/${descriptor}`
    assert.equal(await fetch(`secretfile:${path}`), 'secret')
    assert.equal(await fetch(`secretfile:${path}`), 'secret')
  } finally {
    closeSync(descriptor)
  }
})

test('an inherited pipe is read to its end, even when its writer has gone', () => {
  const program = join(import.meta.dirname, '..', 'servers', 'fetch-stdin.ts')
  // A pipe of the shell: Node would make a socket, which nobody can open again through /proc.
  const script = `printf secret | { sleep 0.2; "$0" "$1"; }`
  const words = ['-c', script, process.execPath, program]
  assert.equal(execFileSync('sh', words, { encoding: 'utf8' }), 'secret')
})

test('only absolute paths without version are references', () => {
  for (const text of [
    'secretfile:',
    'secretfile:relative',
    'secretfile:/x#',
    'secretfile:/x#k#1',
  ]) {
    assert.throws(() => secretfile.parse(text), { kind: 'data', hint: /secretfile:\/run/ })
  }
  assert.equal(secretfile.parse('file:/x'), null)
})
