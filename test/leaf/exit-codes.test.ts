import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { exitCodes } from '../../src/leaf/exit-codes.ts'
import { help } from '../../src/help.ts'

const tables = readFileSync(new URL('../../native/tables.h', import.meta.url), 'utf8')

test('C has the same exit codes', () => {
  const inC = [...tables.matchAll(/^#define EXIT_(\w+) (\d+)$/gm)]
  const names = inC.map(([, name = '', code]) => [
    name.toLowerCase().replaceAll('_', ' '),
    Number(code),
  ])
  assert.deepEqual(Object.fromEntries(names), exitCodes)
})

test('no two failures have the same exit code', () => {
  const codes = Object.values(exitCodes)
  assert.equal(new Set(codes).size, codes.length)
})

test('the codes follow sysexits.h and the shells', () => {
  for (const [name, code] of Object.entries(exitCodes)) {
    const isExec = name === 'not executable' || name === 'not found'
    assert.ok(isExec ? code === 126 || code === 127 : code >= 64 && code <= 78, name)
  }
})

test('the help names every exit code', () => {
  for (const code of Object.values(exitCodes)) assert.match(help, new RegExp(`\\b${code}\\b`))
})
