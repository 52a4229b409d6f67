import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { statSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { nothingRunsWith, onlyChildOf } from '../processes.ts'
import { binary, type Outcome, run, start, temporaryDirectory } from '../runs.ts'
import { hang, hostileServer, json } from '../servers/hostile-http.ts'
import { until } from '../until.ts'

async function hangingReference(t: TestContext): Promise<Record<string, string>> {
  const vault = await hostileServer(hang)
  t.after(() => vault.stop())
  return { X: 'vault:secret/data/app#password', VAULT_ADDR: vault.address, VAULT_TOKEN: 'token' }
}

function assertGaveUp({ status, stdout, stderr }: Outcome): void {
  assert.equal(status, 75, stderr)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /^confide: error: /)
}

test('a server that never answers ends at the deadline with 75', async t => {
  const marker = randomUUID()
  const env = await hangingReference(t)
  const command = [binary, '--timeout', '2s', '--', 'echo', 'started', marker]
  const outcome = await run(command, { env })
  assertGaveUp(outcome)
  assert.match(outcome.stderr, /cannot fetch X from vault:secret\/data\/app#password/)
  await nothingRunsWith(marker)
})

test('CONFIDE_TIMEOUT sets the same deadline', async t => {
  const env = { ...(await hangingReference(t)), CONFIDE_TIMEOUT: '0.3' }
  assertGaveUp(await run([binary, '--', 'echo', 'started'], { env }))
})

test('a FIFO that nobody writes to ends at the deadline with 75', async t => {
  const fifo = join(temporaryDirectory(t), 'fifo')
  await run(['mkfifo', fifo])
  const env = { X: `secretfile:${fifo}` }
  assertGaveUp(await run([binary, '--timeout', '300ms', '--', 'echo', 'started'], { env }))
})

test('a FIFO is read once someone writes to it', async t => {
  const fifo = join(temporaryDirectory(t), 'fifo')
  await run(['mkfifo', fifo])
  using init = start([binary, '--', 'sh', '-c', 'cat $X_FILE'], {
    env: { X: `secretfile:${fifo}` },
  })
  await run(['sh', '-c', `printf secret > ${fifo}`])
  assert.equal((await init.ended).stdout.toString(), 'secret')
})

test('one slow secret fails, the report still names the others that failed', async t => {
  const env = { ...(await hangingReference(t)), B: 'secretfile:/nonexistent' }
  const outcome = await run([binary, '--timeout', '2s', '--', 'echo', 'started'], { env })
  assertGaveUp(outcome)
  assert.match(outcome.stderr, /cannot fetch B from secretfile:\/nonexistent/)
})

test('a resolver that can say nothing any more is killed at the deadline', async t => {
  const marker = randomUUID()
  const env = await hangingReference(t)
  using init = start([binary, '--timeout', '1s', '--', 'echo', 'started', marker], { env })
  const resolver = await onlyChildOf(init.pid)
  process.kill(resolver, 'SIGSTOP')
  assertGaveUp(await init.ended)
  await nothingRunsWith(marker)
})

/** Enough to map the file, and too little for Node, which then waits for ever for a thread. */
const tooLittle = `--as=${statSync(binary).size + 15_000_000}`

test('the deadline holds where the memory is too small for Node to start', async t => {
  const marker = randomUUID()
  const command = [binary, '--timeout', '2s', '--', 'echo', 'started', marker]
  const env = { X: `secretfile:${join(temporaryDirectory(t), 'missing')}` }
  const { status, stdout, stderr } = await run(['prlimit', tooLittle, ...command], { env })
  assert.equal(status, 75, stderr)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /confide: error: /)
  await nothingRunsWith(marker)
})

test('without a reference the same memory is enough', async () => {
  const command = ['prlimit', tooLittle, binary, '--', 'echo', 'started']
  const { status, stdout } = await run(command)
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'started\n')
})

test('the deadline ends with the start of the command', async t => {
  const vault = await hostileServer(json(404, { errors: [] }))
  t.after(() => vault.stop())
  const env = {
    X: 'vault:secret/data/app#password?optional',
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: 'token',
  }
  const command = [binary, '--timeout', '2s', '--', 'sh', '-c', 'sleep 2.5; echo done']
  const { status, stdout } = await run(command, { env })
  await until('a request', () => vault.requests.length > 0)
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'done\n')
})
