import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { license } from '../src/license.ts'
import { confide } from './runs.ts'

const file = readFileSync(new URL('../LICENSE', import.meta.url), 'utf8')

test('--license prints the file LICENSE', async () => {
  assert.equal(license, file)
  for (const option of ['-l', '--license']) {
    assert.equal((await confide([option])).stdout.toString(), file)
  }
})
