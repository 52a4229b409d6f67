import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { binary, confide, temporaryDirectory } from '../runs.ts'

test('confide under confide keeps the secrets of both', async t => {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'outer'), 'outer')
  writeFileSync(join(directory, 'inner'), 'inner')
  const script = 'cat $A_FILE $B_FILE; echo " $A_FILE $B_FILE"'
  const inner = ['env', `B=secretfile:${directory}/inner`, binary, '--', 'sh', '-c', script]
  const env = { A: `secretfile:${directory}/outer` }
  const { stdout } = await confide(['--', ...inner], { env })
  assert.equal(stdout.toString(), 'outerinner /proc/self/fd/20 /proc/self/fd/21\n')
})

test('the command finds its secrets again after it has changed its working directory', async t => {
  const path = join(temporaryDirectory(t), 'value')
  writeFileSync(path, 'secret')
  const env = { X: `secretfile:${path}` }
  const { stdout } = await confide(['--', 'sh', '-c', 'cd /; cat $X_FILE'], { env })
  assert.equal(stdout.toString(), 'secret')
})

test('a child of the command can read them, each time from the start', async t => {
  const path = join(temporaryDirectory(t), 'value')
  writeFileSync(path, 'secret')
  const env = { X: `secretfile:${path}` }
  const script = 'sh -c "cat \\$X_FILE"; sh -c "cat \\$X_FILE"'
  const { stdout } = await confide(['--', 'sh', '-c', script], { env })
  assert.equal(stdout.toString(), 'secretsecret')
})
