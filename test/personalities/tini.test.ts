import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { onlyChildOf } from '../processes.ts'
import { asPidOne, run, start } from '../runs.ts'
import { until } from '../until.ts'
import { called, group } from './called.ts'

const quiet = { TINI_SUBREAPER: '' }

test('-e turns the codes that it names into 0, and no other', async t => {
  const tini = called(t, 'tini')
  for (const [code, expected] of [
    [143, 0],
    [7, 0],
    [0, 0],
    [144, 144],
  ] as const) {
    const command = [tini, '-e', '143', '-e7', '--', fixture('exits-with'), String(code)]
    assert.equal((await run(command, { env: quiet })).status, expected)
  }
})

test('options stop at the command, with -- or without', async t => {
  const tini = called(t, 'tini')
  for (const words of [
    ['sh', '-c', 'exit 3'],
    ['--', 'sh', '-c', 'exit 3'],
    ['-s', 'sh', '--', '-c', 'exit 3'],
  ]) {
    assert.equal((await run([tini, ...words], { env: quiet })).status, 3)
  }
})

test('it warns where orphans would go past it', async t => {
  const tini = called(t, 'tini')
  const warning =
    /^\[WARN {2}tini \(\d+\)\] Tini is not running as PID 1 .*\n.*zombie reaping won't/
  assert.match((await run([tini, 'true'])).stderr, warning)
  for (const env of [{ TINI_VERBOSITY: '0' }, quiet]) {
    assert.equal((await run([tini, 'true'], { env })).stderr, '')
  }
  assert.equal((await run([tini, '-s', 'true'])).stderr, '')
  assert.equal((await run([...asPidOne, tini, 'true'])).stderr, '')
})

test('only -s and TINI_SUBREAPER make it adopt orphans', async t => {
  const tini = called(t, 'tini')
  for (const [options, env, adopts] of [
    [['-s'], {}, true],
    [[], quiet, true],
    [[], {}, false],
  ] as const) {
    using init = start([tini, ...options, '--', fixture('double-forks')], { env })
    await init.line(/^done$/)
    assert.equal(init.stdout.startsWith(`orphan of ${init.pid}\n`), adopts)
  }
})

test('-w says so when an orphan is reaped', async t => {
  using init = start([called(t, 'tini'), '-s', '-w', fixture('double-forks'), '3'])
  await init.line(/^done$/)
  const warnings = /^(\[WARN {2}tini \(\d+\)\] Reaped zombie process with pid=\d+\n){3}$/
  await until('a warning for each', () => warnings.test(init.stderr))
})

test('-g and TINI_KILL_PROCESS_GROUP send signals to the whole group', async t => {
  const tini = called(t, 'tini')
  for (const [options, env] of [
    [['-g'], quiet],
    [[], { ...quiet, TINI_KILL_PROCESS_GROUP: '' }],
  ] as const) {
    using init = start([tini, ...options, '--', ...group(fixture)], { env })
    await init.line(/^ready$/)
    init.signal('SIGUSR1')
    await init.line(/^signal 10 /)
    assert.equal((await init.ended).status, 0)
  }
})

test('-p sends it a signal when its parent dies, which it passes on', async t => {
  const line = `${called(t, 'tini')} -s -p SIGUSR1 -- ${fixture('prints-signals')} 10 & wait`
  using shell = start(['sh', '-c', line])
  await shell.line(/^ready$/)
  await onlyChildOf(shell.pid)
  shell.signal('SIGKILL')
  await shell.line(/^signal 10 /)
})

test('what it has to say does not get into the output of the command', async t => {
  const { stdout, stderr } = await run([called(t, 'tini'), '-svvv', '--', 'echo', 'hello'])
  assert.equal(stdout.toString(), 'hello\n')
  assert.match(stderr, /^\[INFO {2}tini \(\d+\)\] Spawned child process with pid '\d+'$/m)
})

test('usage errors are 1 and show the help; --version alone is for docker info', async t => {
  const tini = called(t, 'tini')
  const usage = /^tini \(tini version 0\.19\.0 .*\)\nUsage: tini \[OPTIONS\] PROGRAM -- \[ARGS\]/m
  for (const words of [[], ['-z'], ['--version', 'true'], ['-e']]) {
    const { status, stdout, stderr } = await run([tini, ...words])
    assert.deepEqual([status, stdout.toString()], [1, ''])
    assert.match(stderr, usage)
  }
  const { status, stdout } = await run([tini, '--version'])
  assert.deepEqual([status, stdout.toString()], [0, 'tini version 0.19.0 - confide\n'])
})
