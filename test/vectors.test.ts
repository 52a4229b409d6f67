/**
 * Test vectors of the grammar: each file of test/vectors/references is one value, and what it is.
 *
 *     expect: ordinary | literal | whole | inline    in golden/, or the kind of failure in invalid/
 *     text: "…"            what a literal stands for, as JSON
 *     parts: […]           text and references of the others, as JSON, options in the references
 *     error: …             a part of the message; each file in invalid/ has one fault
 *
 *     the value, up to the last newline of the file
 */
import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { test } from 'node:test'
import { deliveries } from '../src/deliveries/index.ts'
import { ConfideError } from '../src/leaf/errors.ts'
import { providers } from '../src/providers/index.ts'
import { parseValue, type Value } from '../src/references/own.ts'

interface Vector {
  readonly name: string
  readonly header: ReadonlyMap<string, string>
  readonly value: string
}

function readVectors(folder: string): Vector[] {
  const path = new URL(`vectors/references/${folder}/`, import.meta.url).pathname
  return readdirSync(path)
    .sort()
    .map(file => {
      const text = readFileSync(join(path, file), 'utf8').replace(/\n$/, '')
      const end = text.indexOf('\n\n')
      const lines = text.slice(0, end).split('\n')
      const header = new Map(
        lines.map(line => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
      )
      return { name: basename(file, '.txt'), header, value: text.slice(end + 2) }
    })
}

const names = deliveries.map(delivery => delivery.name)
const parse = (value: string) => parseValue(value, providers, names)

/** The value in the words of the vectors. */
function describe(value: Value): object {
  if (value.kind === 'ordinary') return { expect: 'ordinary' }
  if (value.kind === 'literal') return { expect: 'literal', text: value.text }
  const parts = value.parts.map(part => {
    if (typeof part === 'string') return part
    const given = Object.entries(part.options).filter(([, option]) => option !== false)
    const options = given.length === 0 ? {} : { options: Object.fromEntries(given) }
    return { text: part.reference.text, ...options }
  })
  return { expect: value.whole ? 'whole' : 'inline', parts }
}

for (const { name, header, value } of readVectors('golden')) {
  test(`golden ${name}`, () => {
    const expected = Object.fromEntries(
      [...header].map(([key, text]) => [key, key === 'expect' ? text : JSON.parse(text)]),
    )
    assert.deepEqual(describe(parse(value)), expected)
  })
}

for (const { name, header, value } of readVectors('invalid')) {
  test(`invalid ${name}`, () => {
    assert.throws(
      () => parse(value),
      (error: unknown) => {
        assert.ok(error instanceof ConfideError)
        assert.equal(error.kind, header.get('expect'))
        assert.ok(error.message.includes(header.get('error') ?? '?'), error.message)
        return true
      },
    )
  })
}
