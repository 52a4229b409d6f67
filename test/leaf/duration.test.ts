import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatDuration, parseDuration } from '../../src/leaf/duration.ts'

const durations: [text: string, milliseconds: number][] = [
  ['0', 0],
  ['0.0s', 0],
  ['30', 30_000],
  ['30s', 30_000],
  ['1.5s', 1500],
  ['0.25', 250],
  ['200ms', 200],
  ['0.5ms', 0.5],
  ['0.123456', 123.456],
  ['1.000000h', 3_600_000],
  ['2m', 120_000],
  ['1h', 3_600_000],
  ['24h', 86_400_000],
  ['86400', 86_400_000],
]
for (const [text, milliseconds] of durations) {
  test(`${text} is ${milliseconds} ms`, () => assert.equal(parseDuration(text), milliseconds))
}

const wrong = ['', '-1', '+1', '1 s', '1.', '.5', '1e3', '1d', 's', '24.1h']
for (const text of [
  ...wrong,
  '25h',
  '0.1234567',
  '1.0000000s',
  '1S',
  '0x10',
  'Infinity',
  '1s1s',
  ' 1',
]) {
  test(`${JSON.stringify(text)} is no duration`, () => assert.equal(parseDuration(text), undefined))
}

test('nothing but a duration is taken, and it is within bounds', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[\d.]{1,6}(ms|s|m|h)?$/)), text => {
      const milliseconds = parseDuration(text)
      assert.ok(milliseconds === undefined || (milliseconds >= 0 && milliseconds <= 86_400_000))
    }),
  )
})

const formatted: [milliseconds: number, text: string][] = [
  [0.5, '1 ms'],
  [250, '250 ms'],
  [1000, '1 s'],
  [1500, '1.5 s'],
  [30_000, '30 s'],
  [90_000, '90 s'],
]
for (const [milliseconds, text] of formatted) {
  test(`${milliseconds} ms reads "${text}"`, () => assert.equal(formatDuration(milliseconds), text))
}
