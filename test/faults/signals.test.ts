import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fixture } from '../fixtures.ts'
import { nothingRunsWith, onlyChildOf } from '../processes.ts'
import { asPidOne, binary, start } from '../runs.ts'
import { hang, hostileServer, json } from '../servers/hostile-http.ts'
import { until } from '../until.ts'

/** A signal can arrive before the first instruction of ours: then the kernel does the ending. */
const endings = new Set<number | string>([143, 'SIGTERM'])
const reference = 'vault:secret/data/app#password'

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
  ['SIGHUP', 129],
  ['SIGQUIT', 131],
] as const) {
  test(`${signal} while secrets are fetched ends everything with ${code}`, async t => {
    const marker = randomUUID()
    const vault = await hostileServer(hang)
    t.after(() => vault.stop())
    const env = { X: reference, VAULT_ADDR: vault.address, VAULT_TOKEN: 'token' }
    using init = start([binary, '--', 'echo', 'started', marker], { env })
    await until('the request to arrive', () => vault.requests.length > 0)
    init.signal(signal)
    const { status, stdout } = await init.ended
    assert.equal(status, code)
    assert.equal(stdout.toString(), '')
    await nothingRunsWith(marker)
  })
}

test('as PID 1, SIGTERM while secrets are fetched ends the container with 143', async t => {
  const vault = await hostileServer(hang)
  t.after(() => vault.stop())
  const env = { X: reference, VAULT_ADDR: vault.address, VAULT_TOKEN: 'token' }
  using outer = start([...asPidOne, binary, '--', 'echo', 'started'], { env })
  await until('the request to arrive', () => vault.requests.length > 0)
  process.kill(await onlyChildOf(outer.pid), 'SIGTERM')
  const { status, stdout } = await outer.ended
  assert.equal(status, 143)
  assert.equal(stdout.toString(), '')
})

test('a hundred SIGTERMs at swept instants: 143, and the command never ran', async t => {
  const marker = randomUUID()
  const vault = await hostileServer(hang)
  t.after(() => vault.stop())
  const env = { X: reference, VAULT_ADDR: vault.address, VAULT_TOKEN: 'token' }
  for (let instant = 0; instant < 100; instant++) {
    using init = start([binary, '--', 'echo', 'started', marker], { env })
    await pause(instant)
    init.signal('SIGTERM')
    const { status, stdout } = await init.ended
    assert.ok(endings.has(status), `ended with ${status} after ${instant} ms`)
    assert.equal(stdout.toString(), '')
  }
  await nothingRunsWith(marker)
})

test('a hundred SIGTERMs around the hand-over: none is lost', async () => {
  const marker = randomUUID()
  const env = { X: `secretfile:${import.meta.filename}` }
  for (let instant = 0; instant < 100; instant++) {
    using init = start([binary, '--', fixture('waits'), marker], { env })
    await pause(instant)
    init.signal('SIGTERM')
    const { status } = await init.ended
    assert.ok(endings.has(status), `ended with ${status} after ${instant} ms`)
  }
  await nothingRunsWith(marker)
})

test('a hang-up that is ignored on entry does not end it: nohup', async t => {
  const pending: (() => void)[] = []
  const vault = await hostileServer((request, response) => {
    pending.push(() => json(404, { errors: [] })(request, response))
  })
  t.after(() => vault.stop())
  const env = { X: `${reference}?optional`, VAULT_ADDR: vault.address, VAULT_TOKEN: 'token' }
  const command = ['env', '--ignore-signal=HUP', binary, '--', 'echo', 'started']
  using init = start(command, { env })
  await until('the request to arrive', () => vault.requests.length > 0)
  init.signal('SIGHUP')
  const answering = setInterval(() => pending.shift()?.(), 20)
  const { status, stdout } = await init.ended
  clearInterval(answering)
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'started\n')
})
