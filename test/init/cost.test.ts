import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { fixture } from '../fixtures.ts'
import { statusField } from '../processes.ts'
import { binary, run, start, temporaryDirectory } from '../runs.ts'
import { until } from '../until.ts'
import { promise } from './modes.ts'

test('without a reference Node never starts: one fork, one command', async t => {
  const log = join(temporaryDirectory(t), 'trace')
  const tracer = ['strace', '-f', '-o', log, '-e', 'trace=process,mmap,openat']
  const { status } = await run([...tracer, binary, '--', fixture('exits-with'), '0'])
  assert.equal(status, 0)
  const trace = readFileSync(log, 'latin1')
  assert.equal(trace.match(/\b(fork|vfork|clone3?)\(/g)?.length, 1, trace)
  assert.equal(trace.match(/\bexecve(at)?\(/g)?.length, 2, trace)
  assert.doesNotMatch(trace, /PROT_EXEC/)
})

promise('an idle init never wakes up', async ({ env }) => {
  using init = start([binary, '--', fixture('waits')], { env })
  await init.line(/^ready$/)
  const switches = () => statusField(init.pid, 'voluntary_ctxt_switches')
  await until('the init to sleep', () => statusField(init.pid, 'State').startsWith('S'))
  await pause(200)
  const before = switches()
  // An init that polls wakes once a second, as tini does.
  await pause(2500)
  assert.equal(switches(), before)
})

promise('PID 1 weighs less than 100 kB once the command runs', async ({ env }) => {
  using init = start([binary, '--', fixture('waits')], { env })
  await init.line(/^ready$/)
  const resident = () =>
    Number(readFileSync(`/proc/${init.pid}/smaps_rollup`, 'utf8').match(/^Rss:\s+(\d+)/m)?.[1])
  await until('the memory of the start to be given back', () => resident() <= 100)
})
