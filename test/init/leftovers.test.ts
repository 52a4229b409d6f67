/** What the command leaves behind: who is told, who is waited for, who is left alone. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { commandLine, onlyChildOf, runningWith } from '../processes.ts'
import { asPidOne, binary, run, start, temporaryDirectory } from '../runs.ts'
import { until } from '../until.ts'
import { promise } from './modes.ts'

const behind = (status: number, ...rest: string[]) => [
  fixture('leaves-behind'),
  String(status),
  ...rest,
]

promise('PID 1 tells all that is left, in whatever session, and waits for it', async ({ env }) => {
  const command = [...asPidOne, binary, '--grace=60s', '--', ...behind(3, '5')]
  const { status, stdout } = await run(command, { env })
  assert.equal(status, 3)
  assert.equal(stdout.toString().match(/^told$/gm)?.length, 5)
})

promise('PID 1 does so without being asked', async ({ env }) => {
  const { status, stdout } = await run([...asPidOne, binary, '--', ...behind(4)], { env })
  assert.equal(status, 4)
  assert.match(stdout.toString(), /^told$/m)
})

test('what does not end within the grace is killed, and the exit code stays', async () => {
  const marker = randomUUID()
  const stubborn = behind(5, '2', 'ignoring', marker)
  const { status, stdout } = await run([...asPidOne, binary, '--grace=50ms', '--', ...stubborn])
  assert.equal(status, 5)
  assert.equal(stdout.toString().match(/^told$/gm)?.length, 2)
  assert.deepEqual(runningWith(marker), [])
})

test('a grace of 0 tells nobody', async () => {
  const { status, stdout } = await run([...asPidOne, binary, '--grace=0', '--', ...behind(6)])
  assert.equal(status, 6)
  assert.doesNotMatch(stdout.toString(), /told/)
})

test('what is stopped is continued, so that it can end', async t => {
  const output = join(temporaryDirectory(t), 'output')
  const leave = `${fixture('leaves-behind')} 0 >${output}`
  const script = `${leave}; kill -STOP $(cut -c8- ${output}); exit 7`
  const { status } = await run([...asPidOne, binary, '--grace=60s', '--', 'sh', '-c', script])
  assert.equal(status, 7)
  assert.match(readFileSync(output, 'utf8'), /^told$/m)
})

test('elsewhere a daemon that the command has started is left alone', async () => {
  const marker = randomUUID()
  const { status, stdout } = await run([
    binary,
    '--',
    'sh',
    '-c',
    '"$@" >/dev/null 2>&1',
    'sh',
    ...behind(0, '1', 'ending', marker),
  ])
  assert.equal(status, 0)
  assert.equal(stdout.length, 0)
  const [daemon = 0] = runningWith(marker)
  assert.ok(daemon > 0)
  process.kill(daemon, 'SIGKILL')
})

promise('elsewhere --grace has the same done for its descendants', async ({ env }) => {
  const { status, stdout } = await run([binary, '--grace=60s', '--', ...behind(3, '3')], { env })
  assert.equal(status, 3)
  assert.equal(stdout.toString().match(/^told$/gm)?.length, 3)
})

test('elsewhere what does not end within the grace is killed', async () => {
  const marker = randomUUID()
  const stubborn = behind(5, '2', 'ignoring', marker)
  const { status } = await run([binary, '--grace=50ms', '--', ...stubborn])
  assert.equal(status, 5)
  await until('both to be gone', () => runningWith(marker).length === 0)
})

test('elsewhere --grace leaves the children alone that there were before', async () => {
  const marker = randomUUID()
  const script = `${fixture('waits')} ${marker} >/dev/null 2>&1 & exec "$@"`
  const init = [binary, '--grace=60s', '--', ...behind(8)]
  const { status, stdout } = await run(['sh', '-c', script, 'sh', ...init])
  assert.equal(status, 8)
  assert.equal(stdout.toString().match(/^told$/gm)?.length, 1)
  const [earlier = 0] = runningWith(marker)
  assert.ok(commandLine(earlier).includes('waits'))
  process.kill(earlier, 'SIGKILL')
})

promise('signals that come meanwhile are for what is left', async ({ env }) => {
  const command = [...asPidOne, binary, '--grace=60s', '--', ...behind(9, '1', 'ignoring')]
  using outer = start(command, { env })
  await outer.line(/^told$/)
  const init = await onlyChildOf(outer.pid)
  process.kill(init, 'SIGTERM')
  await outer.line(/(told\n){2}/)
  process.kill(init, 'SIGUSR1')
  assert.equal((await outer.ended).status, 9)
})
