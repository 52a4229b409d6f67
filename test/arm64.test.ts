/** The build for arm64, run by an emulator of that processor: a smoke test of its own parts. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { type Outcome, run, temporaryDirectory } from './runs.ts'

const binary = join(import.meta.dirname, '..', 'dist', 'confide-arm64')

/** The command itself is a program of this machine: the emulator passes execve(2) on. */
async function emulate(
  words: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const emulator = process.arch === 'arm64' ? [] : ['qemu-aarch64-static']
  return await run([...emulator, binary, ...words], { env })
}

test('arm64: without a reference the command runs and its exit code comes back', async () => {
  const { status, stdout, stderr } = await emulate(['--', 'sh', '-c', 'echo started; exit 42'])
  // The emulator knows no PR_SET_CHILD_SUBREAPER, which is a warning and no more.
  assert.match(stderr, /^(confide: warning: cannot become a subreaper.*\n)?$/)
  assert.equal(status, 42)
  assert.equal(stdout.toString(), 'started\n')
})

test('arm64: a secret arrives in a sealed memory file', async t => {
  const path = join(temporaryDirectory(t), 'value')
  writeFileSync(path, 'secret')
  const script = 'cat $X_FILE; echo " $X_FILE ${X-unset}"'
  const { status, stdout, stderr } = await emulate(['--', 'sh', '-c', script], {
    X: `secretfile:${path}`,
  })
  assert.equal(status, 0, stderr)
  assert.equal(stdout.toString(), 'secret /proc/self/fd/20 unset\n')
})

test('arm64: a missing secret stops everything', async () => {
  const { status, stdout, stderr } = await emulate(['--', 'echo', 'started'], {
    X: 'secretfile:/nonexistent',
  })
  assert.equal(status, 66, stderr)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /cannot fetch X from secretfile:\/nonexistent/)
})

test('arm64: the command line answers', async () => {
  const { status, stdout } = await emulate(['--version'])
  assert.equal(status, 0)
  assert.match(stdout.toString(), /^confide \d+\.\d+\.\d+$/m)
})
