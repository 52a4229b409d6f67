import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { binary, placeBinary, run, temporaryDirectory } from '../runs.ts'

/** WRITE, GROW, SHRINK and SEAL; with MFD_NOEXEC_SEAL the kernel adds EXEC. */
const SEALS = 15

interface Descriptor {
  mode: string
  uid: number
  gid: number
  seals: number
  cloexec: number
}

/** What the command sees of descriptor 20, which carries the secret in X. */
async function secretDescriptor(
  t: TestContext,
  options = '',
  prefix: readonly string[] = [],
): Promise<Descriptor> {
  const directory = temporaryDirectory(t)
  writeFileSync(join(directory, 'value'), 'secret')
  const command = [...prefix, placeBinary(directory), '--', fixture('prints-descriptors')]
  const env = { X: `secretfile:${directory}/value${options}` }
  const { stdout, stderr } = await run(command, { env })
  assert.equal(stderr, '')
  const line = stdout.toString().match(/^20 type=file .*$/m)?.[0] ?? 'none'
  const field = (name: string) => line.match(new RegExp(` ${name}=(\\S+)`))?.[1] ?? 'missing'
  const number = (name: string) => Number(field(name))
  const [uid, gid, seals, cloexec] = ['uid', 'gid', 'seals', 'cloexec'].map(number)
  return { mode: field('mode'), uid, gid, seals, cloexec } as Descriptor
}

const asNobody = ['setpriv', '--reuid=65532', '--regid=65533', '--clear-groups']

test('nobody can change a secret that was handed over', async t => {
  const { seals } = await secretDescriptor(t)
  assert.equal(seals & SEALS, SEALS)
})

test('the file cannot be written, grown, truncated or made executable', async t => {
  const path = join(temporaryDirectory(t), 'value')
  writeFileSync(path, 'secret')
  const script = `
    (echo changed > $X_FILE) 2>/dev/null && echo written
    (echo more >> $X_FILE) 2>/dev/null && echo grown
    (truncate -s 0 $X_FILE) 2>/dev/null && echo truncated
    (chmod 0755 $X_FILE) 2>/dev/null && echo executable
    cat $X_FILE`
  const env = { X: `secretfile:${path}` }
  const { stdout } = await run([binary, '--', 'sh', '-c', script], { env })
  assert.equal(stdout.toString(), 'secret')
})

test('without privileges the file is for its owner alone: 0400', async t => {
  const descriptor = await secretDescriptor(t, '', asNobody)
  assert.deepEqual([descriptor.mode, descriptor.uid, descriptor.gid], ['0400', 65532, 65533])
})

test('started as root the file stays readable after a change of user: 0444', async t => {
  assert.equal((await secretDescriptor(t)).mode, '0444')
  const path = join(temporaryDirectory(t), 'value')
  writeFileSync(path, 'secret')
  const script = 'exec setpriv --reuid=65532 --clear-groups cat $X_FILE'
  const env = { X: `secretfile:${path}` }
  const { stdout } = await run([binary, '--', 'sh', '-c', script], { env })
  assert.equal(stdout.toString(), 'secret')
})

test('?mode= says otherwise, with root and without', async t => {
  assert.equal((await secretDescriptor(t, '?mode=0400')).mode, '0400')
  assert.equal((await secretDescriptor(t, '?mode=440', asNobody)).mode, '0440')
})

test('?owner= gives the file away', async t => {
  const descriptor = await secretDescriptor(t, '?owner=1000:1001&mode=0400')
  assert.deepEqual([descriptor.mode, descriptor.uid, descriptor.gid], ['0400', 1000, 1001])
})

test('the descriptor survives every exec of the command', async t => {
  const { cloexec } = await secretDescriptor(t)
  assert.equal(cloexec, 0)
})

test('a umask changes nothing about the mode', async t => {
  const prefix = ['sh', '-c', 'umask 0777; exec "$@"', 'sh']
  assert.equal((await secretDescriptor(t, '', prefix)).mode, '0444')
})

test('a directory that the caller cannot enter is a refusal, not a missing secret', async t => {
  const directory = temporaryDirectory(t)
  mkdirSync(join(directory, 'locked'))
  writeFileSync(join(directory, 'locked', 'value'), 'secret')
  chmodSync(join(directory, 'locked'), 0o700)
  const env = { X: `secretfile:${directory}/locked/value` }
  const command = [...asNobody, placeBinary(directory), '--', 'echo', 'started']
  const { status, stdout } = await run(command, { env })
  assert.equal(status, 77)
  assert.equal(stdout.toString(), '')
})
