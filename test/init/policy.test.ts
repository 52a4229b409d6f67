/** The options that change what an init does: groups, rewrites, exit codes, the parent's end. */
import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import {
  childrenOf,
  commandLine,
  nothingRunsWith,
  onlyChildOf,
  runningWith,
  statusField,
} from '../processes.ts'
import { asPidOne, binary, confide, run, start } from '../runs.ts'
import { until } from '../until.ts'
import { promise } from './modes.ts'

const group = `${fixture('prints-signals')} & exec ${fixture('prints-signals')}`

promise('with --group a signal reaches the whole group', async ({ env }) => {
  using init = start([binary, '-g', '--', 'sh', '-c', group], { env })
  await init.line(/(ready\n){2}/)
  init.signal('SIGTERM')
  await init.line(/(signal 15 value 0\n){2}/)
  assert.equal((await init.ended).status, 0)
})

promise('without it only the command itself', async ({ env }) => {
  using init = start([binary, '--', 'sh', '-c', group], { env })
  await init.line(/(ready\n){2}/)
  const command = await onlyChildOf(init.pid)
  init.signal('SIGTERM')
  await init.line(/signal 15/)
  const other = await until('the other to be alone', () => {
    return runningWith('prints-signals').find(pid => pid !== command && pid !== init.pid)
  })
  process.kill(other, 'SIGKILL')
  assert.equal((await init.ended).stdout.toString().match(/signal/g)?.length, 1)
})

for (const options of [['--group'], ['--setsid'], ['--setsid', '--group']]) {
  test(`with ${options.join(' ')} a signal before its group is there is not lost`, async () => {
    const delays = 'inject=setpgid,setsid:delay_enter=300000'
    const tracer = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', delays]
    using outer = start([...tracer, binary, ...options, '--', fixture('prints-signals')])
    // strace has children of its own for a moment.
    const init = await until('the fork', () => {
      return childrenOf(outer.pid).find(pid => childrenOf(pid).length > 0)
    })
    process.kill(init, 'SIGTERM')
    const { status, stdout } = await outer.ended
    // It may come before the command has said what it does about it.
    assert.ok(status === 143 || stdout.includes('signal 15'), String(status))
  })
}

const ids = 'ps -o pgid=,sid= -p $$,$PPID'

test('--setsid starts a session, --single-child stays in ours', async () => {
  const alone = await run(['setsid', '--wait', binary, '--setsid', '--', 'sh', '-c', ids])
  const sessions = alone.stdout
    .toString()
    .trim()
    .split('\n')
    .map(line => line.trim().split(/\s+/))
  assert.notEqual(sessions[0]?.[1], sessions[1]?.[1])
  const together = await run(['setsid', '--wait', binary, '-c', '--', 'sh', '-c', ids])
  const [one, two] = together.stdout.toString().trim().split('\n')
  assert.equal(one?.trim(), two?.trim())
})

promise('signals are rewritten, real-time ones too, with their value', async ({ env }) => {
  const rewrites = ['-r', 'TERM:USR1', '-r', 'RTMIN+1:RTMAX', '--rewrite=HUP:0,12:15']
  using init = start([binary, ...rewrites, '--', fixture('prints-signals')], { env })
  await init.line(/^ready$/)
  init.signal('SIGTERM')
  await init.line(/^signal 10 value 0$/)
  await run(['/bin/kill', '-q', '77', '-s', '35', String(init.pid)])
  await init.line(/^signal 64 value 77$/)
  init.signal('SIGHUP')
  init.signal('SIGUSR2')
  const { stdout } = await init.ended
  assert.doesNotMatch(stdout.toString(), /signal 1 /)
})

promise('an exit code that is expected counts as success', async ({ env }) => {
  const options = ['-e', '3', '--expect-status=143,255']
  for (const [code, status] of [
    [3, 0],
    [255, 0],
    [4, 4],
    [0, 0],
  ] as const) {
    const command = [...options, '--', fixture('exits-with'), String(code)]
    assert.equal((await confide(command, { env })).status, status)
  }
  const killed = [...options, '--', fixture('exits-with'), 'signal', '15']
  assert.equal((await confide(killed, { env })).status, 0)
})

promise('--warn-on-reap names each orphan', async ({ env }) => {
  using init = start([binary, '-w', '--', fixture('double-forks'), '3'], { env })
  await init.line(/^done$/)
  await until('three lines', () => init.stderr.match(/^confide: warning: .*orphan/gm)?.length === 3)
})

test('nobody hears of an orphan without it', async () => {
  using init = start([binary, '--', fixture('double-forks'), '3'])
  await init.line(/^done$/)
  init.signal('SIGTERM')
  assert.equal((await init.ended).stderr, '')
})

promise('-p: the end of the parent is a signal to the command', async ({ env }) => {
  const marker = randomUUID()
  const line = `${binary} -p TERM -- ${fixture('waits')} ${marker} & wait`
  using shell = start(['sh', '-c', line], { env })
  await shell.line(/^ready$/)
  process.kill(shell.pid, 'SIGKILL')
  await nothingRunsWith(marker)
})

test('-p KILL takes the command along', async () => {
  const marker = randomUUID()
  const line = `${binary} -p KILL -- ${fixture('ignores-sigterm')} ${marker} & wait`
  using shell = start(['sh', '-c', line])
  await shell.line(/^ready$/)
  process.kill(shell.pid, 'SIGKILL')
  await nothingRunsWith(marker)
})

test('-p: a parent that ends during the start is not missed', async () => {
  const marker = randomUUID()
  // The third is the one that asks for the signal; with -D confide is the child of the shell.
  const tracer = 'strace -D -qq -o /dev/null -e inject=prctl:delay_enter=300000:when=3'
  const line = `${tracer} ${binary} -p TERM -- ${fixture('waits')} ${marker} & wait`
  using shell = start(['sh', '-c', line])
  await until('confide', () => childrenOf(shell.pid).some(pid => hasBegun(pid)))
  process.kill(shell.pid, 'SIGKILL')
  await nothingRunsWith(marker)
})

/** Whether it is confide by now, and holds the signals that come to it. */
function hasBegun(pid: number): boolean {
  const isConfide = commandLine(pid).toString().startsWith(binary)
  // The kernel shows none as blocked while they are waited for.
  const isWaiting = statusField(pid, 'State').startsWith('S')
  return isConfide && (isWaiting || statusField(pid, 'SigBlk').startsWith('ffffffff'))
}

promise('--pause reaps, and ends at SIGTERM or SIGINT', async ({ env }) => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    const script = `sleep 300 >/dev/null 2>&1 & exec ${binary} --pause`
    using outer = start([...asPidOne, 'sh', '-c', script], { env })
    const init = await onlyChildOf(outer.pid)
    const orphan = await onlyChildOf(init)
    await until('confide', () => hasBegun(init))
    process.kill(orphan, 'SIGKILL')
    await until('the orphan to be reaped', () => childrenOf(init).length === 0)
    process.kill(init, 'SIGHUP')
    process.kill(init, signal)
    assert.equal((await outer.ended).status, 0)
  }
})

test('three hundred commands that end at once end confide, too', async () => {
  const script = 'for i in $(seq 300); do "$@" || exit 1; done'
  const command = ['sh', '-c', script, 'sh', binary, '-g', '--grace=1s', '--', 'true']
  assert.equal((await run(command)).status, 0)
})
