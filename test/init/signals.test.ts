import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { onlyChildOf, statusField } from '../processes.ts'
import { asPidOne, binary, run, start } from '../runs.ts'
import { until } from '../until.ts'
import { promise } from './modes.ts'

const SIGCHLD = 17
/** KILL and STOP cannot be caught; CHLD speaks of our own children. */
const unforwardable = new Set([9, 17, 19])
const everySignal = Array.from({ length: 64 }, (_, index) => index + 1)

promise('every signal is forwarded exactly once', async ({ env }) => {
  using init = start([binary, '--', fixture('prints-signals'), '64'], { env })
  await init.line(/^ready$/)
  const sent = everySignal.filter(number => !unforwardable.has(number))
  for (const number of sent) {
    init.signal(number)
    await init.line(new RegExp(`^signal ${number} `))
  }
  const { status, stdout } = await init.ended
  assert.equal(status, 0)
  const received = stdout
    .toString()
    .match(/(?<=^signal )\d+/gm)
    ?.map(Number)
  assert.deepEqual(received, sent)
})

promise('PID 1 forwards the signals that end containers', async ({ env }) => {
  using outer = start([...asPidOne, binary, '--', fixture('prints-signals'), '64'], { env })
  await outer.line(/^ready$/)
  const init = await onlyChildOf(outer.pid)
  for (const number of [1, 2, 3, 10, 12, 15, 28, 34, 64]) {
    process.kill(init, number)
    await outer.line(new RegExp(`^signal ${number} `))
  }
  assert.equal((await outer.ended).status, 0)
})

promise('queued real-time signals all arrive', async ({ env }) => {
  using init = start([binary, '--', fixture('prints-signals')], { env })
  await init.line(/^ready$/)
  for (let count = 0; count < 20; count++) init.signal(40)
  await init.line(/(^signal 40 value 0\n){20}/)
})

promise('the value of sigqueue is passed on', async ({ env }) => {
  using init = start([binary, '--', fixture('prints-signals')], { env })
  await init.line(/^ready$/)
  await run(['/bin/kill', '-q', '77', '-s', 'USR1', String(init.pid)])
  await init.line(/^signal 10 value 77$/)
})

promise('a SIGCHLD from outside is not forwarded', async ({ env }) => {
  using init = start([binary, '--', fixture('prints-signals')], { env })
  await init.line(/^ready$/)
  init.signal(SIGCHLD)
  init.signal('SIGTERM')
  const { stdout } = await init.ended
  assert.equal(stdout.toString(), 'ready\nsignal 15 value 0\n')
})

promise('after the start the command decides what SIGTERM means', async ({ env }) => {
  using init = start([binary, '--', fixture('ignores-sigterm')], { env })
  await init.line(/^ready$/)
  for (let count = 1; count <= 3; count++) {
    init.signal('SIGTERM')
    await init.line(new RegExp(`(ignored\\n){${count}}`))
  }
  init.signal('SIGUSR1')
  assert.equal((await init.ended).status, 7)
})

promise('a command that is stopped and continued has not ended', async ({ env }) => {
  using init = start([binary, '--', fixture('waits')], { env })
  await init.line(/^ready$/)
  const command = await onlyChildOf(init.pid)
  process.kill(command, 'SIGSTOP')
  await until('the command to stop', () => statusField(command, 'State').startsWith('T'))
  process.kill(command, 'SIGCONT')
  await until('the command to go on', () => statusField(command, 'State').startsWith('S'))
  init.signal('SIGTERM')
  assert.equal((await init.ended).status, 143)
})

test('a signal that is there before confide starts is not lost', async () => {
  // Blocked and pending across exec: it is for whoever comes next.
  const script = `kill -TERM $$; exec ${binary} -- ${fixture('prints-signals')}`
  const { stdout } = await run(['env', '--block-signal=TERM', 'sh', '-c', script])
  assert.equal(stdout.toString(), 'ready\nsignal 15 value 0\n')
})
