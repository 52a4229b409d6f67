import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { printable } from '../../src/leaf/terminal.ts'
import { evaluate } from '../evaluate.ts'

const escaped: [text: string, printed: string][] = [
  ['plain text, ümläut, 漢字, 😀', 'plain text, ümläut, 漢字, 😀'],
  ['two\nlines', 'two\\x0alines'],
  ['\u001b[31mred', '\\x1b[31mred'],
  ['\u009b31m', '\\x9b31m'],
  ['\u202egnp.exe', '\\u{202e}gnp.exe'],
  ['a\u2028b', 'a\\u{2028}b'],
]
for (const [text, printed] of escaped) {
  test(`${JSON.stringify(text)} is printed as ${printed}`, () => {
    assert.equal(printable(text), printed)
  })
}

test('whatever comes, one line without controls goes out', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      assert.doesNotMatch(printable(text), /[\p{Cc}\u2028\u2029]/u)
    }),
  )
})

const run = (script: string) => evaluate(script, { modules: { terminal: 'src/leaf/terminal.ts' } })

test('a long text arrives whole, also in a pipe', () => {
  const { stdout } = run('terminal.write(1, "x".repeat(300_000) + "end")')
  assert.equal(stdout.length, 300_003)
})

test('a pipe that was made non-blocking and is full is waited for', () => {
  const reader = `const { Socket } = await import('node:net');
    const stream = new Socket({ fd: 1 }); stream.unref();
    terminal.write(1, "x".repeat(300_000))`
  assert.equal(run(reader).stdout.length, 300_000)
})

test('a result that cannot be written is an error that says why', () => {
  const script = `
    const { closeSync, openSync } = process.getBuiltinModule('node:fs')
    closeSync(1); openSync('/dev/full', 'w')
    terminal.write(1, 'what is only said may get lost')
    try { terminal.print('x') } catch ({ kind, message }) { terminal.write(2, kind + message) }`
  assert.equal(run(script).stderr, 'systemcannot write to stdout: no space left on device')
})

test('a closed stream is no error', () => {
  const { status, stderr } = run(
    'process.getBuiltinModule("node:fs").closeSync(1); terminal.write(1, "x")',
  )
  assert.equal(stderr, '')
  assert.equal(status, 0)
})
