/** The patches of the C library's loader: every site, or none at all. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { patchLoader } from '../../scripts/build/loader.ts'
import { systemLibraries, toolchainFor } from '../../scripts/build/toolchain.ts'

const slots = 0x107c40
const toolchain = toolchainFor('x64')
const skip = process.arch !== 'x64' && 'the hooked loader is for x86-64'
const [loader] = skip === false ? systemLibraries(toolchain) : []
const original = loader?.bytes ?? Buffer.alloc(0)

test('each site becomes a jump through its own slot', { skip }, () => {
  const patched = patchLoader(original, slots)
  assert.ok('sites' in patched)
  assert.equal(patched.sites.length, 8)
  for (const [index, { returnAddress }] of patched.sites.entries()) {
    // The jump ends where nops begin, or where the spine comes back to.
    const code = patched.bytes.subarray(returnAddress - 10, returnAddress)
    const at = code.lastIndexOf(Buffer.from('ff2425', 'hex'))
    assert.equal(code.readUInt32LE(at + 3), slots + 8 * index)
    assert.ok(code.subarray(at + 7).every(byte => byte === 0x90))
  }
})

test('nothing but the sites is changed', { skip }, () => {
  const patched = patchLoader(original, slots)
  assert.ok('sites' in patched)
  let changed = 0
  for (const [at, byte] of patched.bytes.entries()) changed += byte === original[at] ? 0 : 1
  assert.ok(changed > 0 && changed <= patched.sites.length * 10, `${changed} bytes`)
})

test('a loader that lacks a site is left alone, with the reason', { skip }, () => {
  const copy = Buffer.from(original)
  const close = copy.indexOf(Buffer.from('b8030000000f05', 'hex'))
  copy.fill(0x90, close, close + 7)
  assert.deepEqual(patchLoader(copy, slots), { reason: 'system call 3: 0 sites instead of 1' })
})

test('a loader that has a site twice is left alone, with the reason', { skip }, () => {
  const copy = Buffer.from(original)
  const close = Buffer.from('b8030000000f05', 'hex')
  const elsewhere = copy.indexOf(close) + 4096
  close.copy(copy, elsewhere)
  assert.deepEqual(patchLoader(copy, slots), { reason: 'system call 3: 2 sites instead of 1' })
})

test('a build that was never tested is patched, and said to be unknown', { skip }, () => {
  const copy = Buffer.from(original)
  copy.writeUInt8(1, copy.length - 1)
  const patched = patchLoader(copy, slots)
  assert.ok('known' in patched)
  assert.equal(patched.known, false)
})

test('slots that an absolute jump cannot reach are refused', { skip }, () => {
  assert.throws(() => patchLoader(original, 2 ** 31), /linked too high/)
})
