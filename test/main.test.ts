/** src/main.ts as far as it goes without the spine; the rest is tested with the built program. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'

const path = new URL('../src/main.ts', import.meta.url).pathname

for (const mode of ['resolve', 'cli']) {
  test(`mode ${mode} without the spine ends with one line and 64`, () => {
    const env = { CONFIDE_MODE: mode, VAULT_TOKEN: 'hunter2' }
    const { status, stdout, stderr } = spawnSync(process.execPath, [path, '--help'], {
      encoding: 'utf8',
      env,
    })
    assert.equal(status, 64)
    assert.equal(stdout, '')
    assert.equal(stderr, 'confide: error: this program runs only as a part of confide\n')
  })
}
