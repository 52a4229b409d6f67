import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fixture } from '../fixtures.ts'
import { nothingRunsWith, onlyChildOf, runningWith } from '../processes.ts'
import { binary, start } from '../runs.ts'
import { hang, hostileServer } from '../servers/hostile-http.ts'
import { until } from '../until.ts'

/** Kill one that may be gone already. */
function killIfThere(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It was quicker.
  }
}

async function hangingReference(t: TestContext): Promise<Record<string, string>> {
  const vault = await hostileServer(hang)
  t.after(() => vault.stop())
  return { X: 'vault:secret/data/app#password', VAULT_ADDR: vault.address, VAULT_TOKEN: 'token' }
}

test('a hundred kills of a resolver that waits: error 71, and the command never ran', async t => {
  const marker = randomUUID()
  const env = await hangingReference(t)
  for (let instant = 0; instant < 100; instant++) {
    using init = start([binary, '--', 'echo', 'started', marker], { env })
    const resolver = await onlyChildOf(init.pid)
    await pause(instant)
    process.kill(resolver, 'SIGKILL')
    const { status, stdout, stderr } = await init.ended
    assert.equal(status, 71, `after ${instant} ms: ${stderr}`)
    assert.equal(stdout.toString(), '')
    assert.match(stderr, /^confide: error: the resolver was killed/)
  }
  await nothingRunsWith(marker)
})

test('a hundred kills of a resolver that works: all is handed over, or nothing', async () => {
  const env = { X: `secretfile:${import.meta.filename}` }
  for (let instant = 0; instant < 100; instant++) {
    using init = start([binary, '--', fixture('reads-secret'), 'X'], { env })
    const first = await onlyChildOf(init.pid)
    await pause(instant / 2)
    // Of several children only the first one is the resolver; gone means that it was done.
    killIfThere(first)
    const { status, stdout, stderr } = await init.ended
    if (status !== 0) assert.match(stderr, /^confide: error: /)
    assert.equal(stdout.includes('a hundred kills'), status === 0, `after ${instant / 2} ms`)
  }
})

test('a hundred kills of confide while it waits: nothing keeps running', async t => {
  const marker = randomUUID()
  const env = await hangingReference(t)
  for (let instant = 0; instant < 100; instant++) {
    using init = start([binary, '--', 'echo', 'started', marker], { env })
    await pause(instant)
    init.signal('SIGKILL')
    const { stdout } = await init.ended
    assert.equal(stdout.toString(), '')
  }
  await nothingRunsWith(marker)
})

test('a hundred kills of confide around the hand-over: a whole start, or none', async () => {
  const env = { X: `secretfile:${import.meta.filename}` }
  for (let instant = 0; instant < 100; instant++) {
    const marker = randomUUID()
    using init = start([binary, '--', fixture('waits'), marker], { env })
    await pause(instant)
    init.signal('SIGKILL')
    await until('the command to run, or nothing', () => {
      return init.stdout === 'ready\n' || runningWith(marker).length === 0
    })
    for (const pid of runningWith(marker)) killIfThere(pid)
    await nothingRunsWith(marker)
  }
})
