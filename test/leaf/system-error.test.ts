import assert from 'node:assert/strict'
import { openSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { codeOf, reasonOf } from '../../src/leaf/system-error.ts'

const errorOf = (work: () => unknown): unknown => {
  try {
    return work()
  } catch (error) {
    return error
  }
}

test('a failed system call is told in words, without the path or a name of errno.h', () => {
  const cases: [() => unknown, string, string][] = [
    [() => readFileSync('/nonexistent'), 'ENOENT', 'no such file'],
    [() => readFileSync('/dev/null/x'), 'ENOTDIR', 'no such file'],
    [() => readFileSync('/'), 'EISDIR', 'is a directory'],
    [() => openSync(`/${'x'.repeat(300)}`, 'r'), 'ENAMETOOLONG', 'name too long'],
  ]
  for (const [work, code, reason] of cases) {
    const error = errorOf(work)
    assert.equal(codeOf(error), code)
    assert.equal(reasonOf(error), reason)
  }
})

test('what is no such error has no code, and a reason all the same', () => {
  for (const error of [new Error('canary'), 'canary', undefined, null]) {
    assert.equal(codeOf(error), undefined)
    assert.equal(reasonOf(error), 'an unknown error')
  }
})
