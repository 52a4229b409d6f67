import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { exitCodes } from '../src/leaf/exit-codes.ts'
import { options } from '../src/leaf/options.ts'

const manual = readFileSync(new URL('../docs/confide.1.md', import.meta.url), 'utf8')

/** The cells of all rows of tables. */
const rows = manual
  .split('\n')
  .filter(line => line.startsWith('| '))
  .map(line => line.split(/(?<!\\)\|/).map(cell => cell.trim()))

test('the manual has the exit codes of the program, and no others', () => {
  const inManual = rows
    .filter(([, code = '']) => /^\d+$/.test(code))
    .map(([, code, kind]) => [kind, Number(code)])
  assert.deepEqual(Object.fromEntries(inManual), exitCodes)
})

test('the manual has the options of the program with their variables, and no others', () => {
  const inManual = rows
    .filter(([, option = '']) => option.includes('`--'))
    .map(([, option = '', variable = '']) => {
      const name = /--([a-z-]+)/.exec(option)?.[1]
      return [name, variable.replaceAll('`', '')]
    })
  const declared = options.map(({ name, variable }) => [name, variable ?? ''])
  assert.deepEqual(new Map(inManual as [string, string][]), new Map(declared as [string, string][]))
})
