import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { env } from '../../src/deliveries/env.ts'
import { SecretValue } from '../../src/leaf/secret.ts'
import type { DeliveryRequest } from '../../src/plan.ts'

const request: DeliveryRequest = {
  variable: 'X',
  mode: 0o400,
  number: -1,
  paths: true,
  numbers: true,
}

const host = {
  sealedMemfd: () => {
    throw new Error('no descriptor is needed')
  },
}

const deliver = (bytes: Uint8Array, changes: Partial<DeliveryRequest> = {}) => {
  const handoff = env.deliver({ ...request, ...changes }, new SecretValue(bytes), host)
  return handoff.entries.map(entry => Buffer.from(entry))
}

test('the variable holds the very bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      const value = bytes.filter(byte => byte !== 0)
      const expected = Buffer.concat([Buffer.from('X='), value])
      assert.deepEqual(deliver(value), [expected])
    }),
  )
})

test('name= is the exact name', () => {
  assert.deepEqual(env.names({ ...request, name: 'Y' }), ['Y'])
  assert.equal(deliver(Buffer.from('1'), { name: 'Y' }).join(), 'Y=1')
  assert.deepEqual(env.names(request), ['X'])
})

test('a NUL is refused, wherever it is', () => {
  for (const text of ['\0', 'a\0', '\0a', 'a\0b']) {
    assert.throws(() => deliver(Buffer.from(text)), { kind: 'data', message: /NUL/ })
  }
})

test('an entry is as long as the kernel takes, and not a byte longer', () => {
  const longest = 131_072 - 'X='.length - 1
  assert.equal(deliver(Buffer.alloc(longest, 'x'))[0]?.length, 131_071)
  assert.throws(() => deliver(Buffer.alloc(longest + 1, 'x')), {
    kind: 'data',
    message: /131070 bytes is too long/,
  })
})

test('no refusal shows the secret', () => {
  for (const text of ['hunter2\0', 'hunter2'.repeat(30_000)]) {
    assert.throws(
      () => deliver(Buffer.from(text)),
      (error: Error & { hint?: string }) => !`${error.message} ${error.hint}`.includes('hunter'),
    )
  }
})
