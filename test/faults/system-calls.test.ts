import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { childrenOf } from '../processes.ts'
import { binary, type Outcome, run, start, withDescriptors } from '../runs.ts'
import { until } from '../until.ts'

const env = { X: `secretfile:${import.meta.filename}` }

/** Run confide under strace with system calls that fail in the way of an old or strict kernel. */
async function withFaults(
  faults: readonly string[],
  command: readonly string[],
  prefix: readonly string[] = [],
): Promise<Outcome> {
  const injections = faults.flatMap(fault => ['-e', `inject=${fault}`])
  const names = faults.map(fault => fault.split(':')[0]).join(',')
  const tracer = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', `trace=${names}`, ...injections]
  return await run([...prefix, ...tracer, binary, '--', ...command], { env })
}

test('without memfd_create it ends with 71 and one line', async () => {
  for (const error of ['ENOSYS', 'EPERM']) {
    const outcome = await withFaults([`memfd_create:error=${error}`], ['echo', 'started'])
    assert.equal(outcome.status, 71)
    assert.equal(outcome.stdout.toString(), '')
    const errors = outcome.stderr.split('\n').filter(line => line.startsWith('confide: error: '))
    assert.equal(errors.length, 1, outcome.stderr)
    assert.match(outcome.stderr, /^(confide: (error|hint): .*\n)+$/)
  }
})

for (const fault of [
  'close_range:error=ENOSYS',
  'close_range:error=EPERM',
  'prctl:error=EINVAL',
  'clone3:error=ENOSYS',
  'statx:error=ENOSYS',
  'rseq:error=ENOSYS',
  'openat2:error=ENOSYS',
  'io_uring_setup:error=EPERM',
]) {
  test(`it works where ${fault.replace(':error=', ' gives ').replace(/:.*/, '')}`, async () => {
    const { status, stdout, stderr } = await withFaults([fault], [fixture('reads-secret'), 'X'])
    assert.equal(status, 0, stderr)
    assert.ok(stdout.equals(readFileSync(import.meta.filename)))
  })
}

test('an old kernel without MFD_NOEXEC_SEAL gives sealed files all the same', async () => {
  // Each attempt with the flag that kernels before 6.3 refuse comes first.
  const list = [fixture('prints-descriptors')]
  const { stdout } = await withFaults(['memfd_create:error=EINVAL:when=1+2'], list)
  assert.match(stdout.toString(), /^20 type=file mode=0444 .*seals=(15|47) /m)
})

test('when no process can be made it ends with 71', async () => {
  const { status, stdout, stderr } = await withFaults(
    ['clone:error=EAGAIN', 'fork:error=EAGAIN', 'vfork:error=EAGAIN'],
    ['echo', 'started'],
  )
  assert.equal(status, 71)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /^confide: error: /)
})

test('a limit of open files that is too small is said in one line, before the start', async () => {
  for (const limit of [8, 12, 16, 20, 24, 28, 32, 40]) {
    const prefix = [...withDescriptors('0,1,2'), 'prlimit', `--nofile=${limit}`]
    const { status, stdout, stderr } = await run([...prefix, binary, '--', 'echo', 'started'], {
      env,
    })
    if (status === 0) continue
    assert.ok(status === 71 || status === 78, `${limit}: ${status}`)
    assert.equal(stdout.toString(), '')
    assert.match(stderr, /^(confide: (error|hint): .*\n)+$/, `limit ${limit}`)
  }
})

test('a hundred open files are enough for one secret', async () => {
  const command = ['prlimit', '--nofile=100', binary, '--', 'sh', '-c', 'cat $X_FILE']
  const { status, stdout } = await run(command, { env })
  assert.equal(status, 0)
  assert.ok(stdout.includes('a hundred open files'))
})

for (const [call, code] of [
  ['setgroups', 78],
  ['setresgid', 78],
  ['setresuid', 78],
  ['getresuid', 78],
  ['chdir', 77],
] as const) {
  test(`no command is started where ${call} is refused`, async () => {
    const options = ['--user=1000', '--chdir=/', '--', 'echo', 'started']
    const error = call === 'chdir' ? 'EACCES' : 'EPERM'
    const inject = ['-e', `inject=${call}:error=${error}`]
    const tracer = ['strace', '-f', '-qq', '-o', '/dev/null', ...inject]
    const { status, stdout, stderr } = await run([...tracer, binary, ...options], { env })
    assert.equal(stdout.toString(), '')
    assert.equal(status, code, stderr)
  })
}

test('no command is started where no_new_privs cannot be set', async () => {
  // The last that the command's process asks for before the death signal of its end.
  const tracer = ['strace', '-f', '-qq', '-o', '/dev/null', '-e', 'inject=prctl:error=EINVAL']
  const options = ['--no-new-privs', '--', 'echo', 'started']
  const { status, stdout, stderr } = await run([...tracer, binary, ...options])
  assert.equal(status, 71)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /^confide: error: cannot set no_new_privs: /m)
})

test('a group that may not be signalled does not keep the command from its signal', async () => {
  const tracer = ['strace', '-qq', '-o', '/dev/null', '-e', 'inject=kill:error=EPERM:when=1']
  using outer = start([...tracer, binary, '-g', '--', fixture('prints-signals')])
  await outer.line(/^ready$/)
  const init = await until('confide', () =>
    childrenOf(outer.pid).find(pid => childrenOf(pid).length > 0),
  )
  process.kill(init, 'SIGTERM')
  assert.equal((await outer.ended).status, 0)
})

test('a full stderr or a reader that has gone does not stop the start', async () => {
  const script = `"$@" 2>/dev/full`
  const command = ['sh', '-c', script, 'sh', binary, '-vv', '--', 'echo', 'started']
  const { status, stdout } = await run(command, { env })
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'started\n')
})
