import assert from 'node:assert/strict'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { childrenOf, onlyChildOf } from '../processes.ts'
import { placeBinary, type Run, start, temporaryDirectory } from '../runs.ts'
import { hang, hostileServer } from '../servers/hostile-http.ts'
import { until } from '../until.ts'

const asNobody = ['setpriv', '--reuid=65532', '--regid=65532', '--clear-groups']

function coreLimit(pid: number): string {
  return (
    readFileSync(`/proc/${pid}/limits`, 'utf8').match(/^Max core file size\s+(\S+)/m)?.[1] ?? ''
  )
}

/** The kernel gives the /proc files of a non-dumpable process to root, whoever runs it. */
function isDumpable(pid: number): boolean {
  return statSync(`/proc/${pid}/environ`).uid === 65532
}

interface Waiting {
  init: Run
  resolver: number
  cwd: string
}

/** A run that waits for its secret, as a plain user with all the core size that one can have. */
async function waitingRun(t: TestContext): Promise<Waiting> {
  const cwd = temporaryDirectory(t)
  const vault = await hostileServer(hang)
  t.after(() => vault.stop())
  const env = {
    X: 'vault:secret/data/app#password',
    VAULT_ADDR: vault.address,
    VAULT_TOKEN: 'token',
  }
  const binDirectory = temporaryDirectory(t)
  const command = [placeBinary(binDirectory), '--', fixture('waits')]
  const init = start(['prlimit', '--core=unlimited', ...asNobody, ...command], { env, cwd })
  t.after(() => init[Symbol.dispose]())
  await until('the request to arrive', () => vault.requests.length > 0)
  return { init, resolver: await onlyChildOf(init.pid), cwd }
}

test('the resolver and PID 1 are closed to other processes of the same user', async t => {
  const { init, resolver } = await waitingRun(t)
  assert.ok(!isDumpable(resolver))
  assert.ok(!isDumpable(init.pid))
})

test('a resolver that crashes leaves no core file', async t => {
  const { init, resolver, cwd } = await waitingRun(t)
  assert.equal(coreLimit(resolver), '0')
  process.kill(resolver, 'SIGSEGV')
  const { status } = await init.ended
  assert.equal(status, 71)
  assert.deepEqual(readdirSync(cwd), [])
})

test('PID 1 may not leave a core file, the command may as before', async t => {
  const directory = temporaryDirectory(t)
  const command = [placeBinary(directory), '--', fixture('waits')]
  const env = { X: `secretfile:${import.meta.filename}` }
  using init = start(['prlimit', '--core=unlimited', ...asNobody, ...command], { env })
  await init.line(/^ready$/)
  await until('PID 1 to have settled', () => coreLimit(init.pid) === '0')
  assert.ok(!isDumpable(init.pid))
  const [child = -1] = childrenOf(init.pid)
  assert.equal(coreLimit(child), 'unlimited')
  assert.ok(isDumpable(child))
})
