import assert from 'node:assert/strict'
import { fixture } from '../fixtures.ts'
import { childrenOf, onlyChildOf } from '../processes.ts'
import { asPidOne, binary, start } from '../runs.ts'
import { until } from '../until.ts'
import { promise } from './modes.ts'

function parentsOf(output: string): Set<string | undefined> {
  return new Set([...output.matchAll(/^orphan of (\d+)$/gm)].map(found => found[1]))
}

promise('PID 1 adopts and reaps every orphan', async ({ env }) => {
  const command = [fixture('double-forks'), '300']
  using outer = start([...asPidOne, binary, '--', ...command], { env })
  await outer.line(/^done$/)
  assert.deepEqual(parentsOf(outer.stdout), new Set(['1']))
  const init = await onlyChildOf(outer.pid)
  await until('only the command to be left', () => childrenOf(init).length === 1)
})

promise('elsewhere it is the subreaper of its orphans', async ({ env }) => {
  using init = start([binary, '--', fixture('double-forks'), '50'], { env })
  await init.line(/^done$/)
  assert.deepEqual(parentsOf(init.stdout), new Set([String(init.pid)]))
  await until('only the command to be left', () => childrenOf(init.pid).length === 1)
})

promise('the end of an orphan is not taken for the end of the command', async ({ env }) => {
  using init = start([binary, '--', fixture('double-forks'), '50'], { env })
  await init.line(/^done$/)
  init.signal('SIGTERM')
  assert.equal((await init.ended).status, 143)
})
