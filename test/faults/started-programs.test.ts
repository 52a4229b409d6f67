/** Programs that a provider has started (credential_process), where confide is not PID 1. */
import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { nothingRunsWith, onlyChildOf, runningWith } from '../processes.ts'
import { binary, start, temporaryDirectory } from '../runs.ts'
import { ministack } from '../servers/ministack.ts'
import { until } from '../until.ts'

/** One that no polite signal ends, and its child; `ready` is there once it runs. */
const deaf = `trap '' TERM INT HUP; : > "$HOME/ready"; "$HOME/sleep" 1000; :`

/** Has one started that nobody waits for: its parent ends at once. */
const leaveDeaf = '("$HOME/deaf" > "$HOME/null" 2>&1 &); while [ ! -e "$HOME/ready" ]; do :; done'

const answer = `echo '{"Version":1,"AccessKeyId":"AKIAHELPER","SecretAccessKey":"helper-secret"}'`

/** All programs of the helper are started by their paths: the home is on each command line. */
function prepare(t: TestContext, helper: string) {
  const home = temporaryDirectory(t)
  mkdirSync(join(home, '.aws'))
  symlinkSync('/bin/sleep', join(home, 'sleep'))
  symlinkSync('/dev/null', join(home, 'null'))
  for (const [name, text] of Object.entries({ deaf, helper })) {
    writeFileSync(join(home, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(home, name), 0o755)
  }
  const config = `[profile h]\ncredential_process = ${join(home, 'helper')}\n`
  writeFileSync(join(home, '.aws', 'config'), config)
  t.after(() => {
    for (const pid of runningWith(home)) process.kill(pid, 'SIGKILL')
  })
  const env = {
    AWS_REGION: 'eu-west-1',
    // Nobody is there.
    AWS_ENDPOINT_URL: 'http://127.0.0.1:1',
    AWS_PROFILE: 'h',
    HOME: home,
    SECRET: 'aws-sm:app',
  }
  return { home, env }
}

const hanging = `${leaveDeaf}; "$HOME/deaf" & "$HOME/sleep" 1000; :`

async function helperHangs(home: string): Promise<void> {
  await until('three to sleep', () => runningWith(join(home, 'sleep')).length === 3)
}

for (const [signal, code] of [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const) {
  test(`${signal} while a helper hangs leaves nothing of it, nor what it started`, async t => {
    const { home, env } = prepare(t, hanging)
    using init = start([binary, '--', 'true'], { env })
    await helperHangs(home)
    init.signal(signal)
    assert.equal((await init.ended).status, code)
    await nothingRunsWith(home)
  })
}

test('the deadline ends a resolver that hangs, and all that its helper started', async t => {
  const { home, env } = prepare(t, hanging)
  using init = start([binary, '--timeout=5s', '--', 'true'], { env })
  await helperHangs(home)
  process.kill(await onlyChildOf(init.pid), 'SIGSTOP')
  const { status, stderr } = await init.ended
  assert.equal(status, 75)
  assert.match(stderr, /no answer within the time limit: the command was not started/)
  await nothingRunsWith(home)
})

test('the deadline ends what a helper started and no longer knows', async t => {
  const { home, env } = prepare(t, hanging)
  using init = start([binary, '--timeout=3s', '--', 'true'], { env })
  assert.equal((await init.ended).status, 75)
  await nothingRunsWith(home)
})

for (const [what, helper] of [
  ['fails', `${leaveDeaf}; exit 3`],
  ['says too much, and ignores SIGTERM', `trap '' TERM; head -c 2000000 /dev/zero; ${hanging}`],
] as const) {
  test(`a helper that ${what} is gone when confide is, and what it left`, async t => {
    const { home, env } = prepare(t, helper)
    using init = start([binary, '--', 'true'], { env })
    const { status, stderr } = await init.ended
    assert.equal(status, 77, stderr)
    await nothingRunsWith(home)
  })
}

test('a run that fails leaves nothing of a helper that did its part', async t => {
  const { home, env } = prepare(t, `${leaveDeaf}; ${answer}`)
  using init = start([binary, '--timeout=3s', '--', 'true'], { env })
  assert.notEqual((await init.ended).status, 0)
  await nothingRunsWith(home)
})

test('a run that succeeds leaves the agent that its helper has started', async t => {
  const aws = await ministack()
  t.after(() => aws.stop())
  await aws.createSecret('app', 'canary-of-aws')
  const { home, env } = prepare(t, `${leaveDeaf}; ${answer}`)
  const there = { AWS_REGION: aws.region, AWS_ENDPOINT_URL: aws.address }
  using init = start([binary, '--', 'true'], { env: { ...env, ...there } })
  const { status, stderr } = await init.ended
  assert.equal(status, 0, stderr)
  assert.equal(runningWith(join(home, 'deaf')).length, 1)
})

test('SIGTERM while a helper hangs leaves the children that confide was born with', async t => {
  const { home, env } = prepare(t, hanging)
  const earlier = temporaryDirectory(t)
  symlinkSync('/bin/sleep', join(earlier, 'sleep'))
  t.after(() => {
    for (const pid of runningWith(earlier)) process.kill(pid, 'SIGKILL')
  })
  const script = `${earlier}/sleep 1000 > /dev/null 2>&1 & exec "$0" -- true`
  using init = start(['sh', '-c', script, binary], { env })
  await helperHangs(home)
  init.signal('SIGTERM')
  assert.equal((await init.ended).status, 143)
  await nothingRunsWith(home)
  assert.equal(runningWith(earlier).length, 1)
})
