import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { type Outcome, run, temporaryDirectory } from '../runs.ts'
import { makeRoot } from './oci.ts'

const asNobody = ['--userspec=65532:65532']

/** An empty root with /confide, fixtures and one secret; not even /dev is there. */
function emptyRoot(t: TestContext): string {
  const root = makeRoot(temporaryDirectory(t), ['reads-secret', 'prints-environment'])
  writeFileSync(join(root, 'secret'), 'secret')
  return root
}

async function inRoot(
  root: string,
  words: readonly string[],
  options: readonly string[] = [],
): Promise<Outcome> {
  const env = { X: 'secretfile:/secret', PATH: '/' }
  return await run(['/usr/sbin/chroot', ...options, root, '/confide', ...words], { env })
}

test('without /proc the command gets NAME_FD, and one warning says so', async t => {
  const root = emptyRoot(t)
  const { status, stdout, stderr } = await inRoot(root, ['--', '/reads-secret', 'X'], asNobody)
  assert.equal(status, 0, stderr)
  assert.equal(stdout.toString(), 'secret')
  assert.match(stderr, /^confide: warning: .*\/proc.*\n$/)
})

test('without /proc there is no NAME_FILE that could not be opened', async t => {
  const { stdout } = await inRoot(emptyRoot(t), ['--', '/prints-environment'])
  const names = stdout.toString().match(/(?<=^|\0)[^=\0]+(?==)/g) ?? []
  assert.deepEqual([...names].sort(), [
    'CONFIDE_FDNAMES',
    'CONFIDE_FDS',
    'CONFIDE_PID',
    'PATH',
    'X_FD',
  ])
})

test('without /proc and without a reference nothing is said', async t => {
  const { status, stdout, stderr } = await run(
    ['/usr/sbin/chroot', emptyRoot(t), '/confide', '--', '/prints-environment'],
    { env: { PATH: '/' } },
  )
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'PATH=/\0')
  assert.equal(stderr, '')
})

test('without /proc, help and errors are the same as elsewhere', async t => {
  const root = emptyRoot(t)
  const help = await inRoot(root, ['--help'])
  assert.equal(help.status, 0)
  assert.match(help.stdout.toString(), /^Usage:/)
  const wrong = await inRoot(root, ['--no-such-option'])
  assert.equal(wrong.status, 64)
})

test('with /proc in the root the command gets NAME_FILE', async t => {
  const root = emptyRoot(t)
  mkdirSync(join(root, 'proc'))
  const start = `exec chroot ${root} /confide -- /reads-secret X`
  const script = `mount -t proc proc ${root}/proc && ${start}`
  const namespaces = ['unshare', '--mount', '--pid', '--fork', '--kill-child']
  const env = { X: 'secretfile:/secret' }
  const { status, stdout, stderr } = await run([...namespaces, 'sh', '-c', script], { env })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'secret')
})
