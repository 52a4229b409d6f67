/** --kill-after: the end of a command that does not end. */
import assert from 'node:assert/strict'
import { fixture } from '../fixtures.ts'
import { asPidOne, binary, start } from '../runs.ts'
import { onlyChildOf } from '../processes.ts'
import { promise } from './modes.ts'

promise('a command that outlives its SIGTERM is killed', async ({ env }) => {
  using init = start([binary, '--kill-after=50ms', '--', fixture('ignores-sigterm')], { env })
  await init.line(/^ready$/)
  init.signal('SIGTERM')
  assert.equal((await init.ended).status, 137)
  assert.match(init.stdout, /ignored/)
})

promise('PID 1 does so, too', async ({ env }) => {
  const command = [binary, '--kill-after=50ms', '--', fixture('ignores-sigterm')]
  using outer = start([...asPidOne, ...command], { env })
  await outer.line(/^ready$/)
  process.kill(await onlyChildOf(outer.pid), 'SIGTERM')
  assert.equal((await outer.ended).status, 137)
})

promise('a signal that asks for no end starts no clock', async ({ env }) => {
  using init = start([binary, '--kill-after=1ms', '--', fixture('prints-signals'), '64'], { env })
  await init.line(/^ready$/)
  for (const number of [1, 2, 3, 10, 64]) {
    init.signal(number)
    await init.line(new RegExp(`^signal ${number} `))
  }
  assert.equal((await init.ended).status, 0)
})

promise('what is rewritten to SIGTERM asks for the end', async ({ env }) => {
  const options = ['--kill-after=50ms', '--rewrite=QUIT:TERM']
  using init = start([binary, ...options, '--', fixture('ignores-sigterm')], { env })
  await init.line(/^ready$/)
  init.signal('SIGQUIT')
  assert.equal((await init.ended).status, 137)
})

promise('a SIGTERM that is dropped asks for nothing', async ({ env }) => {
  const options = ['--kill-after=1ms', '--rewrite=TERM:0']
  using init = start([binary, ...options, '--', fixture('prints-signals'), '64'], { env })
  await init.line(/^ready$/)
  init.signal('SIGTERM')
  init.signal(64)
  const { status, stdout } = await init.ended
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'ready\nsignal 64 value 0\n')
})

promise('with --group the whole group is killed', async ({ env }) => {
  const script = `${fixture('ignores-sigterm')} & exec ${fixture('ignores-sigterm')}`
  const options = ['--group', '--kill-after=50ms', '--grace=60s']
  using init = start([binary, ...options, '--', 'sh', '-c', script], { env })
  await init.line(/(ready\n){2}/)
  init.signal('SIGTERM')
  // With the other alive, and deaf to SIGTERM, this would last for the whole grace.
  assert.equal((await init.ended).status, 137)
})
