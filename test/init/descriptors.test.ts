import assert from 'node:assert/strict'
import { readlinkSync } from 'node:fs'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { descriptorsOf, onlyChildOf } from '../processes.ts'
import { asPidOne, binary, run, start, temporaryDirectory, withDescriptors } from '../runs.ts'
import { until } from '../until.ts'
import { promise } from './modes.ts'

promise('the command gets inherited descriptors as they were, and the promised', async mode => {
  const prefix = withDescriptors('0,1,2,5,9,21')
  const list = fixture('prints-descriptors')
  const { env } = mode
  const direct = await run([...prefix, list], { env })
  const { stdout } = await run([...prefix, binary, '-vv', '--', list], { env })
  const lines = stdout.toString().trim().split('\n')
  const promised = lines.filter(line => line.startsWith('20 '))
  assert.equal(promised.length, mode.references)
  // All flags too: O_NONBLOCK on a shared pipe is how Node shows where it has been.
  const inherited = lines.filter(line => !promised.includes(line))
  assert.deepEqual(inherited, direct.stdout.toString().trim().split('\n'))
})

promise('PID 1 keeps no descriptor of anybody else', async ({ env }) => {
  const prefix = withDescriptors('0,1,2,5,9')
  using outer = start([...prefix, ...asPidOne, binary, '--', fixture('waits')], { env })
  await outer.line(/^ready$/)
  const init = await onlyChildOf(outer.pid)
  await until('PID 1 to have let go', () =>
    [...descriptorsOf(init).keys()].every(number => number < 3),
  )
})

promise('PID 1 keeps no working directory busy, the command keeps its own', async ({ env }, t) => {
  const cwd = temporaryDirectory(t)
  using init = start([binary, '--', 'sh', '-c', 'pwd; exec sleep 60'], { env, cwd })
  await init.line(new RegExp(`^${cwd}$`))
  await until('PID 1 to have moved', () => readlinkSync(`/proc/${init.pid}/cwd`) === '/')
})

promise('socket activation reaches the command under its own pid', async ({ env }) => {
  const script = 'LISTEN_PID=$$ LISTEN_FDS=2 LISTEN_FDNAMES=a:b exec "$@"'
  const command = 'echo $LISTEN_FDS $LISTEN_FDNAMES $((LISTEN_PID - $$)); : <&3 <&4'
  const { stdout, stderr } = await run(
    [...withDescriptors('0,1,2,3,4'), 'sh', '-c', script, 'sh', binary, '--', 'sh', '-c', command],
    { env },
  )
  assert.equal(stderr, '')
  assert.equal(stdout.toString(), '2 a:b 0\n')
})

promise('a LISTEN_PID that names another process stays as it is', async ({ env }) => {
  const command = [binary, '--', 'sh', '-c', 'echo $LISTEN_PID']
  const { stdout } = await run(command, { env: { ...env, LISTEN_PID: '1', LISTEN_FDS: '2' } })
  assert.equal(stdout.toString(), '1\n')
})

test('descriptors that others left at 20 and up are skipped, not replaced', async () => {
  const [a, b] = [import.meta.filename, `${import.meta.dirname}/modes.ts`]
  const env = { A: `secretfile:${a}`, B: `secretfile:${b}` }
  const script = 'echo $A_FILE $B_FILE'
  const command = [...withDescriptors('0,1,2,20,21,23'), binary, '--', 'sh', '-c', script]
  const { stdout } = await run(command, { env })
  assert.equal(stdout.toString(), '/proc/self/fd/22 /proc/self/fd/24\n')
})
