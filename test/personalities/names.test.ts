import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { confide, run, temporaryDirectory } from '../runs.ts'
import { called } from './called.ts'

const everyName = ['tini', 'tini-static', 'docker-init', 'dumb-init', 'catatonit']

test('each name starts a command behind -- and passes its exit code on', async t => {
  for (const name of everyName) {
    const { status, stderr } = await run([called(t, name), '--', fixture('exits-with'), '7'], {
      env: { TINI_SUBREAPER: '' },
    })
    assert.deepEqual({ name, status, stderr }, { name, status: 7, stderr: '' })
  }
})

test('a reference is resolved under each name, whatever options there are', async t => {
  const env = { SECRET: `secretfile:${import.meta.filename}`, TINI_SUBREAPER: '' }
  for (const [name, ...options] of [
    ['tini', '-g', '-e', '3'],
    ['docker-init', '--'],
    ['dumb-init', '--rewrite', '15:3', '--'],
    ['catatonit', '-g'],
  ] as const) {
    const command = [called(t, name), ...options, fixture('reads-secret'), 'SECRET']
    const { status, stdout, stderr } = await run(command, { env })
    assert.deepEqual({ name, status, stderr }, { name, status: 0, stderr: '' })
    assert.match(stdout.toString(), /a reference is resolved under each name/)
  }
})

test('the variables of the resolver count under each name', async t => {
  const env = { SECRET: `secretfile:${import.meta.filename}`, CONFIDE_DELIVER: 'env' }
  const command = [called(t, 'dumb-init'), 'sh', '-c', 'echo "$SECRET"']
  assert.match((await run(command, { env })).stdout.toString(), /^import assert/)
})

test('a secret that cannot be had stops everything under each name, too', async t => {
  const env = { SECRET: `secretfile:${temporaryDirectory(t)}/none` }
  const { status, stdout, stderr } = await run([called(t, 'tini'), 'echo', 'started'], { env })
  assert.equal(status, 66)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /^confide: error: cannot fetch SECRET/m)
})

test('--compat and CONFIDE_COMPAT do what the name does', async () => {
  const word = await confide(['--compat=tini', '-s', '-e', '7', fixture('exits-with'), '7'])
  assert.deepEqual([word.status, word.stderr], [0, ''])
  const env = { CONFIDE_COMPAT: 'dumb-init' }
  const variable = await confide(['-V'], { env })
  assert.deepEqual([variable.status, variable.stderr], [0, 'dumb-init v1.2.5\n'])
})

test('an init that is not known is a usage error', async () => {
  const { status, stderr } = await confide(['--compat=runit', '--', 'true'])
  assert.equal(status, 64)
  assert.match(stderr, /^confide: error: no init that confide can stand in for: runit$/m)
  assert.match(stderr, /^confide: hint: write tini, dumb-init or catatonit$/m)
})

test('a missing command is 127, one that cannot be executed 126, in their words', async t => {
  const env = { TINI_SUBREAPER: '' }
  for (const [name, missing, refused] of [
    [
      'tini',
      /^\[FATAL tini \(\d+\)\] exec \/missing failed: No such file or directory$/m,
      /^\[FATAL tini \(\d+\)\] exec \/ failed: /m,
    ],
    ['dumb-init', /^\[dumb-init\] \/missing: No such file or directory$/m, /^\[dumb-init\] \/: /m],
    [
      'catatonit',
      /^ERROR \(catatonit:\d+\): failed to exec pid1: No such file or directory$/m,
      /^ERROR \(catatonit:\d+\): failed to exec pid1: /m,
    ],
  ] as const) {
    const first = await run([called(t, name), '/missing'], { env })
    assert.deepEqual([name, first.status], [name, 127])
    assert.match(first.stderr, missing)
    const second = await run([called(t, name), '/'], { env })
    assert.deepEqual([name, second.status], [name, 126])
    assert.match(second.stderr, refused)
  }
})
