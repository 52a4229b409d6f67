import assert from 'node:assert/strict'
import { constants } from 'node:os'
import { test } from 'node:test'
import { signalNumber, signals } from '../../src/leaf/signals.ts'

test('the numbers of the signals are those of this kernel', () => {
  for (const [name, number] of Object.entries(constants.signals)) {
    assert.equal(signals[name.slice('SIG'.length)], number, name)
  }
})

test('a signal is a name with or without SIG, in any case, or a number', () => {
  for (const text of ['TERM', 'SIGTERM', 'term', 'sigTerm', '15']) {
    assert.equal(signalNumber(text), 15)
  }
})

test('real-time signals are counted from either end', () => {
  const expected = { RTMIN: 34, SIGRTMAX: 64, 'RTMIN+3': 37, 'RTMAX-1': 63, RT5: 39, rtmin: 34 }
  for (const [text, number] of Object.entries(expected)) assert.equal(signalNumber(text), number)
})

test('anything else is no signal', () => {
  const others = [
    '',
    'SIG',
    '0',
    '65',
    'TER',
    'RT',
    'RTMIN+',
    'RTMIN+31',
    'RTMAX-31',
    'RTMIN-1',
    '-1',
  ]
  for (const text of others) assert.equal(signalNumber(text), undefined, text)
})
