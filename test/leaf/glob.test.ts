import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { matchesGlob } from '../../src/leaf/glob.ts'

const cases: [pattern: string, name: string, matches: boolean][] = [
  ['DB_PASSWORD', 'DB_PASSWORD', true],
  ['DB_PASSWORD', 'DB_PASSWORDS', false],
  ['DB_*', 'DB_', true],
  ['DB_*', 'DB_PASSWORD', true],
  ['DB_*', 'XDB_PASSWORD', false],
  ['*_TOKEN', 'API_TOKEN', true],
  ['*_TOKEN', 'API_TOKEN_2', false],
  ['*A*B', 'AXBXAB', true],
  ['A?C', 'ABC', true],
  ['A?C', 'AC', false],
  ['*', '', true],
  ['', '', true],
  ['', 'A', false],
  ['**', 'A', true],
  ['db_*', 'DB_X', false],
  ['A.C', 'ABC', false],
  ['[A]', 'A', false],
]
for (const [pattern, name, matches] of cases) {
  test(`${pattern || '""'} ${matches ? 'matches' : 'does not match'} ${name || '""'}`, () => {
    assert.equal(matchesGlob(pattern, name), matches)
  })
}

test('agrees with the regular expression of the same meaning', () => {
  const letters = fc.string({ unit: fc.constantFrom('A', 'B', '*', '?'), maxLength: 8 })
  const name = fc.string({ unit: fc.constantFrom('A', 'B'), maxLength: 12 })
  fc.assert(
    fc.property(letters, name, (pattern, text) => {
      const source = pattern.replaceAll('*', '.*').replaceAll('?', '.')
      assert.equal(matchesGlob(pattern, text), new RegExp(`^${source}$`).test(text))
    }),
    { numRuns: 1000 },
  )
})

test('a pattern of many stars ends in reasonable time', () => {
  assert.equal(matchesGlob('*A'.repeat(50), 'B'.repeat(10_000)), false)
})
