import assert from 'node:assert/strict'
import { fixture } from '../fixtures.ts'
import { asPidOne, binary, confide, run, temporaryDirectory } from '../runs.ts'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promise } from './modes.ts'

promise('the exit code of the command is the exit code', async ({ env }) => {
  for (const code of [0, 1, 3, 64, 78, 125, 126, 127, 128, 143, 255]) {
    const { status } = await confide(['--', fixture('exits-with'), String(code)], { env })
    assert.equal(status, code)
  }
})

promise('a command that dies of signal n gives 128+n, real-time signals too', async ({ env }) => {
  for (const number of [1, 2, 3, 6, 8, 9, 10, 11, 13, 14, 15, 31, 34, 50, 64]) {
    const command = ['--', fixture('exits-with'), 'signal', String(number)]
    const { status } = await confide(command, { env })
    assert.equal(status, 128 + number)
  }
})

promise('as PID 1 the exit codes are the same', async ({ env }) => {
  for (const [args, code] of [
    [['7'], 7],
    [['signal', '9'], 137],
    [['signal', '15'], 143],
    [['signal', '64'], 192],
  ] as const) {
    const command = [...asPidOne, binary, '--', fixture('exits-with'), ...args]
    assert.equal((await run(command, { env })).status, code)
  }
})

promise('a missing command is 127, one that cannot be executed is 126', async ({ env }, t) => {
  const directory = temporaryDirectory(t)
  const text = join(directory, 'text')
  writeFileSync(text, 'no program')
  assert.equal((await confide(['--', join(directory, 'missing')], { env })).status, 127)
  assert.equal((await confide(['--', text], { env })).status, 126)
  assert.equal((await confide(['--', directory], { env })).status, 126)
})

promise('the end of the command ends it, even when others still run', async ({ env }) => {
  const script = 'sleep 300 >/dev/null 2>&1 & exit 3'
  const command = [...asPidOne, binary, '--', 'sh', '-c', script]
  assert.equal((await run(command, { env })).status, 3)
})

promise('five hundred commands in a row end, none is missed', async ({ env, references }) => {
  // SIGCHLD before the mask is set is how one start in thousands hung in other inits.
  for (let index = 0; index < (references === 0 ? 500 : 20); index++) {
    assert.equal((await confide(['--', fixture('exits-with'), '5'], { env })).status, 5)
  }
})
