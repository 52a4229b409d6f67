import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { confide, temporaryDirectory } from '../runs.ts'

const KiB = 1024
const MiB = 1024 * KiB

for (const size of [0, 1, 4095, 4096, 4097, 65 * KiB, 1 * MiB, 8 * MiB]) {
  test(`a secret of ${size} bytes arrives byte for byte`, async t => {
    const path = join(temporaryDirectory(t), 'value')
    const secret = randomBytes(size)
    writeFileSync(path, secret)
    const env = { X: `secretfile:${path}` }
    const { status, stdout, stderr } = await confide(['--', fixture('reads-secret'), 'X'], { env })
    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.ok(stdout.equals(secret), `${stdout.length} bytes arrived`)
  })
}

test('every byte value arrives, also at both ends and doubled', async t => {
  const path = join(temporaryDirectory(t), 'value')
  const secret = Buffer.from(Array.from({ length: 256 }, (_, byte) => [byte, byte, 0]).flat())
  writeFileSync(path, secret)
  const env = { X: `secretfile:${path}` }
  const { stdout } = await confide(['--', fixture('reads-secret'), 'X'], { env })
  assert.ok(stdout.equals(secret))
})

test('the sizes of the files are the sizes of the secrets', async t => {
  const directory = temporaryDirectory(t)
  const env: Record<string, string> = {}
  for (const size of [0, 1, 4096, 65 * KiB]) {
    writeFileSync(join(directory, String(size)), randomBytes(size))
    env[`SIZE_${size}`] = `secretfile:${directory}/${size}`
  }
  const { stdout } = await confide(['--', fixture('prints-descriptors')], { env })
  const sizes = [...stdout.toString().matchAll(/^(2\d) .*size=(\d+) offset=0 /gm)]
  assert.deepEqual(
    sizes.map(([, number, size]) => [number, size]),
    [
      ['20', '0'],
      ['21', '1'],
      ['22', '4096'],
      ['23', String(65 * KiB)],
    ],
  )
})
