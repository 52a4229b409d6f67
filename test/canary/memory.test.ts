import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import * as processes from '../processes.ts'
import { asPidOne, binary, type Run, start } from '../runs.ts'
import { provideSources, type Source } from './sources.ts'

const { sources } = provideSources()

interface Running {
  source: Source
  init: number
  command: number
}

/** Start the command as the child of PID 1 with each source, by each delivery. */
async function withEverySource(look: (running: Running, delivery: string) => void): Promise<void> {
  for (const source of sources) {
    for (const delivery of ['fd', 'env']) {
      const confide = [binary, '--deliver', delivery, '--', fixture('waits')]
      using outer: Run = start([...asPidOne, ...confide], { env: source.env })
      await outer.line(/^ready$/)
      const init = await processes.onlyChildOf(outer.pid)
      const command = await processes.onlyChildOf(init)
      look({ source, init, command }, `${source.name} by ${delivery}`)
    }
  }
}

test('the memory of PID 1 holds no secret and no credential', async () => {
  await withEverySource(({ source, init }, which) => {
    const needles = [source.secret, ...source.credentials].map(text => Buffer.from(text))
    assert.deepEqual(processes.searchMemory(init, needles), [], which)
    // The search does find what is there: the reference itself.
    assert.notEqual(processes.searchMemory(init, [Buffer.from(source.env['X'] ?? '')]).length, 0)
  })
})

test('no process has the secret in its environment, unless that was asked for', async () => {
  await withEverySource(({ source, command }, which) => {
    const holders = processes
      .everyProcess()
      .filter(pid => processes.environmentOf(pid).includes(source.secret))
    assert.deepEqual(holders, which.endsWith('env') ? [command] : [], which)
  })
})

test('no process has the secret or a credential in its arguments', async () => {
  await withEverySource(({ source }, which) => {
    for (const text of [source.secret, ...source.credentials]) {
      const holders = processes
        .everyProcess()
        .filter(pid => processes.commandLine(pid).includes(text))
      assert.deepEqual(holders, [], which)
    }
  })
})

test('neither PID 1 nor the command has a credential in its environment', async () => {
  await withEverySource(({ source, init, command }, which) => {
    for (const text of source.credentials) {
      assert.ok(!processes.environmentOf(init).includes(text), `PID 1, ${which}`)
      assert.ok(!processes.environmentOf(command).includes(text), `the command, ${which}`)
    }
  })
})

test('the resolver is gone before the command runs', async () => {
  await withEverySource(({ init, command }, which) => {
    assert.deepEqual(processes.childrenOf(init), [command], which)
  })
})

test('PID 1 has no descriptor through which the secret could be read', async () => {
  await withEverySource(({ init }, which) => {
    const numbers = [...processes.descriptorsOf(init).keys()].filter(number => number > 2)
    assert.deepEqual(numbers, [], which)
  })
})
