import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { test } from 'node:test'

const programs = join(import.meta.dirname, '..', 'servers')

/** What a terminal shows of a program that asks for a secret, when this is typed. */
function show(end: 'line' | 'text', typed: string): string {
  const terminal = join(programs, 'on-terminal.py')
  const command = [process.execPath, join(programs, 'read-hidden.ts'), end]
  const words = [terminal, 'secret: ', typed, ...command]
  return execFileSync('python3', words, { encoding: 'utf8', timeout: 60_000 })
}

test('what is typed is not shown, and ends with the line', () => {
  const shown = show('line', 'pass word\\r')
  const hexadecimal = Buffer.from('pass word').toString('hex')
  assert.equal(shown, `secret: \r\n<${hexadecimal}>\r\n\nstatus 0 echo 1\n`)
})

test('several lines end with Ctrl-D, and typing can be corrected', () => {
  const keys = 'first\\rsecoxx\\x7f\\x7fnd\\xc3\\xa4\\x7f\\rwrong\\x15third\\x04'
  const hexadecimal = Buffer.from('first\nsecond\nthird').toString('hex')
  assert.match(show('text', keys), new RegExp(`<${hexadecimal}>`))
})

test('Ctrl-C ends the program as it would without a question, and echo is back', () => {
  const shown = show('line', 'secr\\x03')
  assert.match(shown, /status 2 echo 1/)
  assert.ok(!shown.includes('secr\r'))
})
