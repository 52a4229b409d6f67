import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { onlyChildOf, statusField } from '../processes.ts'
import { run, start } from '../runs.ts'
import { until } from '../until.ts'
import { called, group } from './called.ts'

/** Its process id, process group and session. */
const printsSession = ['sh', '-c', 'cut -d" " -f1,5,6 /proc/$$/stat']

const state = (pid: number) => statusField(pid, 'State').slice(0, 1)

test('the command leads a session of its own', async t => {
  const { stdout } = await run([called(t, 'dumb-init'), ...printsSession])
  const [pid, group, session] = stdout.toString().trim().split(' ')
  assert.deepEqual([group, session], [pid, pid])
})

test('with -c or DUMB_INIT_SETSID=0 it stays in the session of its caller', async t => {
  const dumbInit = called(t, 'dumb-init')
  for (const [options, env] of [
    [['-c'], {}],
    [['--single-child'], {}],
    [[], { DUMB_INIT_SETSID: '0' }],
  ] as const) {
    const { stdout } = await run([dumbInit, ...options, ...printsSession], { env })
    const [pid, , session] = stdout.toString().trim().split(' ')
    assert.notEqual(session, pid)
  }
})

test('signals go to the group', async t => {
  using init = start([called(t, 'dumb-init'), ...group(fixture)])
  await init.line(/^ready$/)
  init.signal('SIGUSR1')
  await init.line(/^signal 10 /)
  assert.equal((await init.ended).status, 0)
})

test('-r makes one signal of another, or none', async t => {
  const words = ['-r', '15:3', '--rewrite', '2:0', fixture('prints-signals'), '3']
  using init = start([called(t, 'dumb-init'), ...words])
  await init.line(/^ready$/)
  init.signal('SIGINT')
  init.signal('SIGUSR2')
  await init.line(/^signal 12 /)
  init.signal('SIGTERM')
  const { stdout } = await init.ended
  assert.deepEqual(stdout.toString().match(/signal \d+/g), ['signal 12', 'signal 3'])
})

test('what the command leaves in its group gets SIGTERM, and nobody waits for it', async t => {
  const script = `${fixture('prints-signals')} 12 & read -r go`
  using init = start([called(t, 'dumb-init'), 'sh', '-c', script], { input: 'later' })
  await init.line(/^ready$/)
  const shell = await onlyChildOf(init.pid)
  const left = await onlyChildOf(shell)
  init.type('go\n')
  await init.line(/^signal 15 /)
  await until('the init to end', () => state(init.pid) === 'Z' || state(init.pid) === '')
  process.kill(left, 'SIGUSR2')
  assert.equal((await init.ended).status, 0)
})

test('SIGTSTP stops the command and then itself, SIGCONT continues both', async t => {
  using init = start([called(t, 'dumb-init'), fixture('ignores-sigterm')])
  await init.line(/^ready$/)
  const command = await onlyChildOf(init.pid)
  for (let round = 0; round < 2; round++) {
    init.signal('SIGTSTP')
    await until('both to stop', () => state(init.pid) === 'T' && state(command) === 'T')
    init.signal('SIGCONT')
    await until('both to go on', () => state(init.pid) === 'S' && state(command) === 'S')
  }
  init.signal('SIGUSR1')
  assert.equal((await init.ended).status, 7)
})

test('-v and DUMB_INIT_DEBUG=1 tell the story on stderr', async t => {
  const dumbInit = called(t, 'dumb-init')
  const story = new RegExp(
    [
      '^\\[dumb-init\\] Child spawned with PID \\d+\\.\n[^]*',
      '\\[dumb-init\\] Received signal 17\\.\n',
      '\\[dumb-init\\] A child with PID \\d+ exited with exit status 0\\.\n[^]*',
      '\\[dumb-init\\] Child exited with status 0\\. Goodbye\\.\n$',
    ].join(''),
    'm',
  )
  for (const [options, env] of [
    [['-v'], {}],
    [[], { DUMB_INIT_DEBUG: '1' }],
  ] as const) {
    const { stdout, stderr } = await run([dumbInit, ...options, 'echo', 'hi'], { env })
    assert.equal(stdout.toString(), 'hi\n')
    assert.match(stderr, story)
  }
})

test('usage errors are 1, in the words of getopt', async t => {
  const dumbInit = called(t, 'dumb-init')
  for (const [words, text] of [
    [['--yolo', 'true'], `${dumbInit}: unrecognized option '--yolo'\n`],
    [['-z'], `${dumbInit}: invalid option -- 'z'\n`],
    [[], `Usage: ${dumbInit} [option] program [args]\nTry ${dumbInit} --help for full usage.\n`],
  ] as const) {
    const { status, stderr } = await run([dumbInit, ...words])
    assert.deepEqual([status, stderr], [1, text])
  }
})
