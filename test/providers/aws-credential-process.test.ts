/** credential_process in the built program: what the helper gets, and that it does not stay. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { binary, PATH, run, temporaryDirectory } from '../runs.ts'
import { ministack } from '../servers/ministack.ts'
import { until } from '../until.ts'

async function prepare(t: TestContext, helper: string) {
  const aws = await ministack()
  t.after(() => aws.stop())
  await aws.createSecret('app', 'canary-of-aws')
  const home = temporaryDirectory(t)
  mkdirSync(join(home, '.aws'))
  const path = join(home, 'helper')
  writeFileSync(path, `#!/bin/sh\n${helper}\n`)
  chmodSync(path, 0o755)
  writeFileSync(join(home, '.aws', 'config'), `[profile h]\ncredential_process = ${path}\n`)
  const env = {
    AWS_REGION: aws.region,
    AWS_ENDPOINT_URL: aws.address,
    AWS_PROFILE: 'h',
    HOME: home,
    SECRET: 'aws-sm:app',
  }
  return { home, env }
}

const answer = `echo '{"Version":1,"AccessKeyId":"AKIAHELPER","SecretAccessKey":"helper-secret"}'`

test('a helper has what the container has, no reference and no descriptor of ours', async t => {
  const helper = `env > "$HOME/env"; ls /proc/self/fd > "$HOME/fds"; ${answer}`
  const { home, env } = await prepare(t, helper)
  const mine = { OWN: 'mine', NODE_OPTIONS: '--no-warnings', LD_LIBRARY_PATH: '/opt/lib' }
  const command = [binary, '--deliver=env', '--', 'sh', '-c', 'printf %s "$SECRET"']
  const { status, stdout, stderr } = await run(command, { env: { ...env, ...mine } })
  assert.deepEqual([status, stdout.toString(), stderr], [0, 'canary-of-aws', ''])
  const lines = readFileSync(join(home, 'env'), 'utf8').split('\n').sort()
  const given = { ...env, ...mine, PATH }
  const expected = Object.entries(given).map(([name, value]) => `${name}=${value}`)
  for (const line of expected) {
    assert.equal(lines.includes(line), !line.startsWith('SECRET='), line)
  }
  assert.deepEqual(
    lines.filter(line => /^(CONFIDE|OPENSSL)/.test(line)),
    [],
  )
  const plain = await run(['sh', '-c', 'ls /proc/self/fd'])
  assert.equal(readFileSync(join(home, 'fds'), 'utf8'), plain.stdout.toString())
})

test('what a helper prints on stderr is nowhere, nor what it says of its failure', async t => {
  const { env } = await prepare(t, 'echo canary >&2; echo canary; exit 3')
  const { status, stderr } = await run([binary, '-v', '--', 'true'], { env })
  assert.equal(status, 77)
  assert.match(stderr, /the credential_process of the profile gave no credentials/)
  assert.ok(!stderr.includes('canary'))
})

test('a helper that hangs ends with the deadline, and all that it started', async t => {
  const { home, env } = await prepare(t, 'sleep 1000 & echo $! > "$HOME/pid"; wait')
  const { status } = await run([binary, '--timeout=1s', '--', 'true'], { env })
  assert.equal(status, 75)
  const pid = readFileSync(join(home, 'pid'), 'utf8').trim()
  await until('the end of what the helper started', () => !existsSync(`/proc/${pid}`) || undefined)
})
