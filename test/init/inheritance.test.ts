import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fixture } from '../fixtures.ts'
import { binary, run, temporaryDirectory, withDescriptors } from '../runs.ts'
import { type Mode, promise } from './modes.ts'

/** What prints-status says of a program, without what differs between any two programs. */
async function statusOf(command: readonly string[], mode: Mode, cwd?: string): Promise<string[]> {
  const options = cwd === undefined ? {} : { cwd }
  const { stdout, stderr } = await run([...command, fixture('prints-status')], {
    env: mode.env,
    ...options,
  })
  assert.equal(stderr, '')
  return stdout
    .toString()
    .split('\n')
    .filter(line => !/^p?pid=/.test(line))
}

/** The command must see what it would see without confide in between. */
async function sameStatus(prefix: readonly string[], mode: Mode, cwd?: string): Promise<void> {
  const direct = await statusOf(prefix, mode, cwd)
  assert.ok(direct.length > 20)
  assert.deepEqual(await statusOf([...prefix, binary, '--'], mode, cwd), direct)
}

promise('the command starts in the same state', async mode => {
  await sameStatus([], mode)
})

promise('blocked signals stay blocked', async mode => {
  await sameStatus(['env', '--block-signal=USR1,TERM,RTMIN+3'], mode)
})

promise('ignored signals stay ignored', async mode => {
  await sameStatus(['env', '--ignore-signal=HUP,PIPE,INT,RTMIN+3'], mode)
})

promise('an ignored SIGCHLD stays ignored and the exit code still arrives', async mode => {
  const prefix = ['env', '--ignore-signal=CHLD']
  await sameStatus(prefix, mode)
  const command = [...prefix, binary, '--', fixture('exits-with'), '5']
  assert.equal((await run(command, { env: mode.env })).status, 5)
})

promise('limits are the same', async mode => {
  const limits = ['--nofile=300:400', '--core=4096', '--stack=4194304:8388608', '--nproc=2000']
  await sameStatus(['prlimit', ...limits], mode)
})

promise('umask, working directory and nice value are the same', async (mode, t) => {
  const directory = temporaryDirectory(t)
  await sameStatus(['nice', '-n', '3', 'sh', '-c', 'umask 027; exec "$@"', 'sh'], mode, directory)
})

promise('a command without privileges keeps no_new_privs and its user', async mode => {
  await sameStatus(['setpriv', '--no-new-privs', '--bounding-set=-all', '--inh-caps=-all'], mode)
})

for (const open of ['1,2', '0,2', '0,1', '0', '1', '2', 'none']) {
  promise(`with only ${open} open the command finds the rest closed`, async (mode, t) => {
    const list = join(temporaryDirectory(t), 'list')
    const command = [binary, '--', fixture('prints-descriptors'), list]
    const { status } = await run([...withDescriptors(open), ...command], { env: mode.env })
    assert.equal(status, 0)
    const expected = open === 'none' ? [] : open.split(',')
    if (mode.references > 0) expected.push('20')
    const numbers = readFileSync(list, 'utf8').match(/^\d+/gm) ?? []
    assert.deepEqual([...numbers], expected)
  })
}
