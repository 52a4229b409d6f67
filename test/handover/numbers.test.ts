import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { binary, confide, run, temporaryDirectory, withDescriptors } from '../runs.ts'

/** `count` variables S0, S1, … with a secret of their own each. */
function manySecrets(t: TestContext, count: number): Record<string, string> {
  const directory = temporaryDirectory(t)
  const env: Record<string, string> = {}
  for (let index = 0; index < count; index++) {
    writeFileSync(join(directory, String(index)), `secret ${index}\n`)
    env[`S${index}`] = `secretfile:${directory}/${index}`
  }
  return env
}

function expectedText(count: number): string {
  return Array.from({ length: count }, (_, index) => `secret ${index}\n`).join('')
}

test('500 secrets arrive, each under its own name', async t => {
  const env = manySecrets(t, 500)
  const reader = [fixture('reads-secret'), ...Object.keys(env)]
  const { status, stdout, stderr } = await confide(['--', ...reader], { env })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.equal(stdout.toString(), expectedText(500))
})

test('500 secrets arrive where 1024 descriptors are allowed, as in most containers', async t => {
  const env = manySecrets(t, 500)
  const reader = [fixture('reads-secret'), ...Object.keys(env)]
  const { status, stdout } = await run(['prlimit', '--nofile=1024', binary, '--', ...reader], {
    env,
  })
  assert.equal(status, 0)
  assert.equal(stdout.toString(), expectedText(500))
})

/** A few less than the plan allows: the runner may have passed a descriptor or two on. */
for (const [limits, count] of [
  ['64:1024', 40],
  ['64:64', 28],
] as const) {
  test(`with open files limited to ${limits}, as many secrets as fit arrive`, async t => {
    const env = manySecrets(t, count)
    const reader = [fixture('reads-secret'), ...Object.keys(env)]
    const command = ['prlimit', `--nofile=${limits}`, binary, '--', ...reader]
    const { status, stdout, stderr } = await run(command, { env })
    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.equal(stdout.toString(), expectedText(count))
  })
}

test('more secrets than descriptors allowed is error 78 before anything is fetched', async () => {
  const env = Object.fromEntries(
    Array.from({ length: 100 }, (_, index) => [`S${index}`, `secretfile:/nonexistent/${index}`]),
  )
  const { status, stdout, stderr } = await run(
    ['prlimit', '--nofile=64', binary, '--', 'echo', 'started'],
    { env },
  )
  assert.equal(status, 78)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /^confide: error: .*descriptors/)
  assert.doesNotMatch(stderr, /cannot fetch/)
})

test('the numbers ascend from 20 in the order of the environment', async t => {
  const env = manySecrets(t, 3)
  const script = 'echo $S0_FILE $S1_FILE $S2_FILE $CONFIDE_FDS $CONFIDE_FDNAMES'
  const { stdout } = await confide(['--', 'sh', '-c', script], { env })
  const files = '/proc/self/fd/20 /proc/self/fd/21 /proc/self/fd/22'
  assert.equal(stdout.toString(), `${files} 20,21,22 S0,S1,S2\n`)
})

test('an entrypoint that runs exec 3>&1 cannot run over a secret', async t => {
  const env = manySecrets(t, 1)
  const script = 'exec 3>&1 4>&1 9>&1; cat $S0_FILE'
  const { stdout } = await confide(['--', 'sh', '-c', script], { env })
  assert.equal(stdout.toString(), 'secret 0\n')
})

test('--fd-base 3 serves programs that read <&3, past what is inherited', async t => {
  const env = manySecrets(t, 2)
  const script = 'cat <&3; cat <&5; echo $S1_FILE'
  const command = [binary, '--fd-base', '3', '--', 'sh', '-c', script]
  const { stdout } = await run([...withDescriptors('0,1,2,4'), ...command], { env })
  assert.equal(stdout.toString(), 'secret 0\nsecret 1\n/proc/self/fd/5\n')
})

test('a base above the limit of open files is error 78', async t => {
  const command = [binary, '--fd-base', '5000', '--', 'echo', 'started']
  const env = manySecrets(t, 1)
  const { status, stdout } = await run(['prlimit', '--nofile=256', ...command], { env })
  assert.equal(status, 78)
  assert.equal(stdout.toString(), '')
})

test('names with commas and other odd letters are escaped in CONFIDE_FDNAMES', async t => {
  const [path] = Object.values(manySecrets(t, 1))
  const env = { 'A,B': path ?? '', 'C%D': path ?? '', 'e.f-g': path ?? '' }
  const { stdout } = await confide(['--', fixture('prints-environment')], { env })
  const names = stdout.toString().match(/CONFIDE_FDNAMES=([^\0]*)/)?.[1]
  assert.equal(names, 'A%2CB,C%25D,e.f-g')
})
