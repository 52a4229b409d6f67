import assert from 'node:assert/strict'
import { test } from 'node:test'
import { subcommands } from '../src/commands/index.ts'
import { help } from '../src/help.ts'
import { providers } from '../src/providers/index.ts'

const pages = new Map([
  ['confide', help],
  ...subcommands.map(({ name, help }) => [name, help] as const),
])

for (const [name, text] of pages) {
  test(`the help of ${name} begins with its usage and ends with an example`, () => {
    assert.match(text, /^Usage:\n {4}confide /)
    assert.match(text, /\nExample:\n(?: {4}.+\n)+$/)
  })

  test(`the help of ${name} fits a terminal of 80 columns and has no tabs`, () => {
    for (const line of text.split('\n')) assert.ok([...line].length <= 80, line)
    assert.doesNotMatch(text, /\t/)
  })
}

for (const { name, help: text, options } of subcommands) {
  if (name === 'check') continue
  test(`the help of ${name} names each of its options`, () => {
    for (const option of options) assert.ok(text.includes(`--${option.name}`), option.name)
  })
}

test('the help has a reference of every provider', () => {
  for (const { name, markers } of providers) {
    assert.ok(
      markers.some(marker => help.includes(`    ${marker}`)),
      name,
    )
  }
})

test('the help names every option of a reference', () => {
  for (const name of ['as=', 'mode=', 'owner=', 'optional', 'default=', 'decode=base64', 'name=']) {
    assert.ok(help.includes(name), name)
  }
})
