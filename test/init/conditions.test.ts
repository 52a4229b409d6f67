/** What the command starts with: --user, --chdir, --umask, --no-new-privs. */
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { binary, confide, placeBinary, run, temporaryDirectory } from '../runs.ts'
import { promise } from './modes.ts'

const status = async (options: readonly string[], env: Readonly<Record<string, string>>) => {
  const outcome = await confide([...options, '--', fixture('prints-status')], { env })
  return outcome.stdout.toString()
}

promise('--umask and --chdir are those of the command', async ({ env }, t) => {
  const directory = temporaryDirectory(t)
  const text = await status(['--umask=027', '--chdir', directory], env)
  assert.match(text, /^umask=027$/m)
  assert.ok(text.includes(`cwd=${directory}\n`))
})

promise('a relative program is looked for where --chdir leads', async ({ env }, t) => {
  const directory = temporaryDirectory(t)
  cpSync(fixture('exits-with'), join(directory, 'program'))
  const outcome = await confide(['--chdir', directory, '--', './program', '5'], { env })
  assert.equal(outcome.status, 5)
})

promise('a directory that cannot be entered stops the start', async ({ env }, t) => {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'closed'), { mode: 0o700 })
  const closed = ['--user=1000', `--chdir=${directory}/closed`]
  for (const [options, code] of [
    [['--chdir=/nonexistent'], 66],
    [closed, 77],
  ] as const) {
    const outcome = await confide([...options, '--', 'echo', 'started'], { env })
    assert.equal(outcome.status, code)
    assert.equal(outcome.stdout.length, 0)
    assert.match(outcome.stderr, /^confide: error: cannot change to \/.*\n$/)
  }
})

promise('--no-new-privs holds for the command, not before', async ({ env }) => {
  assert.match(await status(['--no-new-privs'], env), /^no_new_privs=1$/m)
  assert.match(await status([], env), /^no_new_privs=0$/m)
})

const proc = 'cat /proc/self/status'

/** The ids of the command in all their kinds, and its groups and capabilities. */
async function identity(options: readonly string[], env: Readonly<Record<string, string>>) {
  const { stdout, stderr } = await confide([...options, '--', 'sh', '-c', proc], { env })
  const field = (name: string) =>
    new RegExp(`^${name}:\\s*(.*)$`, 'm').exec(stdout.toString())?.[1]?.trim().replaceAll('\t', ' ')
  return {
    user: field('Uid'),
    group: field('Gid'),
    groups: field('Groups'),
    caps: field('CapEff'),
    stderr,
  }
}

promise('--user by number needs no file, and keeps no right of root', async ({ env }) => {
  assert.deepEqual(await identity(['--user=4321:1234'], env), {
    user: '4321 4321 4321 4321',
    group: '1234 1234 1234 1234',
    groups: '1234',
    caps: '0000000000000000',
    stderr: '',
  })
})

promise('a number that is not in /etc/passwd is in group 0, as docker has it', async ({ env }) => {
  const { group, groups } = await identity(['--user=4321'], env)
  assert.equal(group, '0 0 0 0')
  assert.equal(groups, '0')
})

/** confide in a root directory with these accounts, and what its command can see of itself. */
async function withAccounts(t: TestContext, user: string) {
  const root = temporaryDirectory(t)
  mkdirSync(join(root, 'etc'))
  const long = 'x'.repeat(5000)
  writeFileSync(
    join(root, 'etc/passwd'),
    `root:x:0:0::/root:/bin/sh\n#\nbroken\nshort:x:9\n${long}:x:8:8::/:\n` +
      'app:x:1001:1002:An,App:/:\nb:x:1003:1004::/:',
  )
  writeFileSync(
    join(root, 'etc/group'),
    'app:x:1002:\nwheel:x:10:root,app\nlogs:x:11:apple,b,app\n' +
      `many:x:12:${'user,'.repeat(2000)}app\nlast:x:13:app`,
  )
  const program = placeBinary(root)
  cpSync(fixture('prints-identity'), join(root, 'prints-identity'))
  const inside = ['/confide', `--user=${user}`, '--', '/prints-identity']
  assert.ok(program.startsWith(root))
  const { status: code, stdout, stderr } = await run(['chroot', root, ...inside])
  return { code, text: stdout.toString().trim(), stderr }
}

for (const [user, text] of [
  ['app', '1001:1002 10,11,12,13,1002'],
  ['1001', '1001:1002 10,11,12,13,1002'],
  ['app:logs', '1001:11 11'],
  ['app:77', '1001:77 77'],
  ['b', '1003:1004 11,1004'],
  ['5:wheel', '5:10 10'],
] as const) {
  test(`--user=${user} is ${text} by the files of the image`, async t => {
    const outcome = await withAccounts(t, user)
    assert.deepEqual(outcome, { code: 0, text, stderr: '' })
  })
}

for (const user of ['nobody', 'app:nobody', 'ap', 'xxx', 'An', '99999999999', 'x'.repeat(5000)]) {
  test(`--user=${user.slice(0, 20)} is nobody in that image`, async t => {
    const { code, text, stderr } = await withAccounts(t, user)
    assert.equal(code, 78)
    assert.equal(text, '')
    assert.match(stderr, /^confide: error: \/etc\/(passwd|group) has no (user|group) /)
  })
}

test('its secrets belong to it alone', async () => {
  const env = { X: `secretfile:${import.meta.filename}` }
  const script = 'stat -L -c "%a %u %g" $X_FILE; head -c 2 $X_FILE'
  const outcome = await confide(['--user=1000:1001', '--', 'sh', '-c', script], { env })
  assert.equal(outcome.stderr, '')
  assert.equal(outcome.stdout.toString(), '400 1000 1001\n/*')
})

test('a user without any right can only stay itself', async () => {
  const nobody = ['setpriv', '--reuid=4321', '--regid=4321', '--clear-groups', binary]
  const same = await run([...nobody, '--user=4321:4321', '--', 'true'])
  assert.equal(same.status, 0, same.stderr)
  const other = await run([...nobody, '--user=4322', '--', 'echo', 'started'])
  assert.equal(other.status, 78)
  assert.equal(other.stdout.length, 0)
  assert.match(other.stderr, /cannot become user 4322.*\n.*start confide as root/)
})

promise('the command still dies with a confide that is killed before the exec', async ({ env }) => {
  const { stdout } = await confide(['--user=4321', '--', fixture('prints-status')], { env })
  assert.match(stdout.toString(), /^death_signal=0$/m)
})
