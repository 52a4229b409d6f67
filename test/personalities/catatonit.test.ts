import assert from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { childrenOf, onlyChildOf } from '../processes.ts'
import { asPidOne, run, start } from '../runs.ts'
import { until } from '../until.ts'
import { called, group } from './called.ts'

test('it adopts orphans wherever it runs', async t => {
  using init = start([called(t, 'catatonit'), '--', fixture('double-forks')])
  await init.line(/^done$/)
  assert.equal(init.stdout, `orphan of ${init.pid}\ndone\n`)
})

test('-g sends signals to the whole group', async t => {
  using init = start([called(t, 'catatonit'), '-g', '--', ...group(fixture)])
  await init.line(/^ready$/)
  init.signal('SIGUSR1')
  await init.line(/^signal 10 /)
  assert.equal((await init.ended).status, 0)
})

test('-P runs nothing and ends with 0 on SIGTERM and SIGINT alone', async t => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    using outer = start([...asPidOne, called(t, 'catatonit'), '-P'])
    const init = await onlyChildOf(outer.pid)
    // What it does last before it waits, and long after it holds its signals.
    await until('it to change to /', () => readlinkSync(`/proc/${init}/cwd`) === '/')
    process.kill(init, 'SIGUSR1')
    process.kill(init, 'SIGHUP')
    assert.deepEqual(childrenOf(init), [])
    process.kill(init, signal)
    assert.equal((await outer.ended).status, 0)
  }
})

test('the command finds no signal blocked', async t => {
  const { stdout } = await run([called(t, 'catatonit'), fixture('prints-status')])
  assert.match(stdout.toString(), /^blocked=0$/m)
})

test('CATATONIT_DEBUG tells the story on stderr', async t => {
  const env = { CATATONIT_DEBUG: '' }
  const { stderr } = await run([called(t, 'catatonit'), 'true'], { env })
  assert.match(stderr, /^INFO \(catatonit:\d+\): pid1 \(\d+\) spawned$/m)
})

test('usage errors are 1; the version has the shape that docker info reads', async t => {
  const catatonit = called(t, 'catatonit')
  const none = await run([catatonit])
  assert.equal(none.status, 1)
  assert.match(none.stderr, /^ERROR \(catatonit:\d+\): missing program name\nusage: catatonit /)
  const unknown = await run([catatonit, '--foo'])
  assert.equal(unknown.status, 1)
  assert.match(unknown.stderr, /unrecognized option '--foo'\nusage: catatonit /)
  const { status, stdout } = await run([catatonit, '-V'])
  assert.equal(status, 0)
  assert.match(stdout.toString(), /^tini version 0\.2\.1_catatonit - confide\n$/)
})
