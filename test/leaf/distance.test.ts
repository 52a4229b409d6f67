import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { editDistance, nearest } from '../../src/leaf/distance.ts'

const distances: [from: string, to: string, distance: number][] = [
  ['', '', 0],
  ['', 'abc', 3],
  ['mode', 'mode', 0],
  ['mdoe', 'mode', 1],
  ['optionl', 'optional', 1],
  ['kitten', 'sitting', 3],
  ['ab', 'ba', 1],
]
for (const [from, to, distance] of distances) {
  test(`from "${from}" to "${to}" it is ${distance}`, () => {
    assert.equal(editDistance(from, to), distance)
  })
}

test('the distance is a metric up to swaps: zero only for equals, the same both ways', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (one, other) => {
      const distance = editDistance(one, other)
      assert.equal(distance === 0, one === other)
      assert.equal(distance, editDistance(other, one))
      assert.ok(distance <= Math.max(one.length, other.length))
      assert.ok(distance >= Math.abs(one.length - other.length))
    }),
  )
})

const known = ['timeout', 'env-file', 'only', 'except', 'as', 'mode']
const guesses: [word: string, meant: string | undefined][] = [
  ['timout', 'timeout'],
  ['envfile', 'env-file'],
  ['onyl', 'only'],
  ['mde', 'mode'],
  ['verbose', undefined],
  ['xy', undefined],
  ['', undefined],
]
for (const [word, meant] of guesses) {
  test(`"${word}" is taken for ${meant ?? 'nothing'}`, () => {
    assert.equal(nearest(word, known), meant)
  })
}
