import assert from 'node:assert/strict'
import { chmodSync, chownSync, copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { binary, type Outcome, placeBinary, run, temporaryDirectory } from '../runs.ts'

const env = { X: `secretfile:${import.meta.filename}` }
const asNobody = ['setpriv', '--reuid=65532', '--regid=65532', '--clear-groups']

function assertWorks({ status, stdout, stderr }: Outcome): void {
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.ok(stdout.includes('a test that finds itself'))
}

test('however it is called, it finds itself', async t => {
  // a test that finds itself
  const directory = temporaryDirectory(t)
  placeBinary(directory)
  symlinkSync(join(directory, 'confide'), join(directory, 'another-name'))
  const command = ['--', fixture('reads-secret'), 'X']
  assertWorks(await run(['./confide', ...command], { env, cwd: directory }))
  assertWorks(await run(['./another-name', ...command], { env, cwd: directory }))
  assertWorks(await run(['confide', ...command], { env: { ...env, PATH: directory } }))
  const script = 'exec -a /nonexistent/name "$@"'
  assertWorks(await run(['bash', '--norc', '-c', script, 'bash', binary, ...command], { env }))
})

test('a file that can only be executed says that it must be readable', async t => {
  const directory = temporaryDirectory(t)
  const copy = join(directory, 'confide')
  copyFileSync(binary, copy)
  chmodSync(copy, 0o111)
  const { status, stdout, stderr } = await run([...asNobody, copy, '--', 'echo', 'started'], {
    env,
  })
  assert.equal(status, 71)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /confide: hint: .*readable/)
})

test('a set-user-ID file resolves nothing for its caller: 78', async t => {
  const directory = temporaryDirectory(t)
  const copy = join(directory, 'confide')
  copyFileSync(binary, copy)
  chownSync(copy, 0, 0)
  chmodSync(copy, 0o4755)
  const value = join(directory, 'value')
  writeFileSync(value, 'for root alone', { mode: 0o600 })
  const { status, stdout, stderr } = await run([...asNobody, copy, '--', 'cat', '/dev/null'], {
    env: { X: `secretfile:${value}` },
  })
  assert.equal(status, 78)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /^confide: error: .*privileges/)
})
