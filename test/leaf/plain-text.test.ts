import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { PlainText } from '../../src/leaf/plain-text.ts'

const any = fc.string({ unit: 'binary', minLength: 8, maxLength: 30 })

test('each part of 8 characters or more is there', () => {
  fc.assert(
    fc.property(any, any, fc.nat(), fc.nat(), (one, other, from, size) => {
      const start = from % (other.length - 7)
      const part = other.slice(start, start + 8 + size)
      assert.ok(new PlainText([one, other]).has(part))
    }),
    { numRuns: 50 },
  )
})

test('what is not there is not, nor what two texts make together', () => {
  const plain = new PlainText(['database/one', 'two/database'])
  for (const part of ['database/two', 'onetwo/data', 'database/one2', 'xdatabase/one']) {
    assert.ok(!plain.has(part), part)
  }
  assert.ok(!new PlainText([]).has('database'))
})
