import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { asPidOne, binary, run, temporaryDirectory } from '../runs.ts'

for (const level of [0, 1, 2]) {
  test(`it works where vm.memfd_noexec is ${level}`, async t => {
    const path = join(temporaryDirectory(t), 'value')
    writeFileSync(path, 'secret')
    // The setting belongs to the pid namespace, so this one's ends with it.
    const script = `echo ${level} > /proc/sys/vm/memfd_noexec && exec "$@"`
    const command = [binary, '--', fixture('reads-secret'), 'X']
    const { status, stdout, stderr } = await run(
      [...asPidOne, 'sh', '-c', script, 'sh', ...command],
      { env: { X: `secretfile:${path}` } },
    )
    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.equal(stdout.toString(), 'secret')
  })
}
