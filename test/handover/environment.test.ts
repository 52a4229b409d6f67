import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { binary, type Outcome, run, temporaryDirectory } from '../runs.ts'

/** Run `command` under confide with exactly these entries, whatever they are. */
async function withEntries(
  t: TestContext,
  entries: readonly (string | Buffer)[],
  command: readonly string[] = [fixture('prints-environment')],
): Promise<Outcome> {
  const file = join(temporaryDirectory(t), 'environment')
  writeFileSync(file, Buffer.concat(entries.flatMap(entry => [Buffer.from(entry), Buffer.of(0)])))
  return await run([fixture('execs-with-environ'), file, binary, '--', ...command])
}

function secretIn(t: TestContext, text = 'secret'): string {
  const path = join(temporaryDirectory(t), 'value')
  writeFileSync(path, text)
  return `secretfile:${path}`
}

/** The entries of a block, without those that confide adds behind them. */
function entriesOf({ stdout }: Outcome): string[] {
  const entries = stdout.toString('latin1').split('\0').slice(0, -1)
  return entries.filter(entry => !entry.startsWith('CONFIDE_'))
}

const odd = [
  'A=1',
  'A=2',
  'no equals sign',
  '=starts with one',
  'EMPTY=',
  Buffer.from('INVALID=\xff\xfe\x80', 'latin1'),
  Buffer.from('\xffNAME=x', 'latin1'),
  'MANY=a=b=c',
  '',
  'A=3',
]
const oddText = odd.map(entry => entry.toString('latin1'))

test('odd entries arrive byte for byte when nothing is resolved', async t => {
  assert.deepEqual(entriesOf(await withEntries(t, odd)), oddText)
})

test('odd entries arrive byte for byte beside a reference', async t => {
  const outcome = await withEntries(t, [...odd, `X=${secretIn(t)}`])
  assert.equal(outcome.stderr, '')
  assert.deepEqual(entriesOf(outcome), [...oddText, 'X_FILE=/proc/self/fd/20'])
})

test('of two entries of one name the first is what programs read, as in getenv', async t => {
  const shadowed = [`X=${secretIn(t)}?as=env`, 'X=later']
  assert.deepEqual(entriesOf(await withEntries(t, shadowed))[0], 'X=secret')
})

test('a reference behind another entry of its name is resolved: shells read the last', async t => {
  const missing = await withEntries(t, ['X=plain', 'X=secretfile:/nonexistent', 'PATH=/bin'])
  assert.equal(missing.status, 66)
  const outcome = await withEntries(t, ['X=plain', `X=${secretIn(t)}?as=env`, 'PATH=/bin'])
  assert.deepEqual(entriesOf(outcome), ['X=plain', 'X=secret', 'PATH=/bin'])
})

test('a hidden entry does not show up where the first one was a reference', async t => {
  const outcome = await withEntries(t, [`X=${secretIn(t)}`, 'X=hidden', 'PATH=/bin'])
  const names = entriesOf(outcome).map(entry => entry.split('=')[0])
  assert.deepEqual(names, ['X_FILE', 'PATH'])
})

test('a reference with bytes that are no text is error 65', async t => {
  const entry = Buffer.concat([Buffer.from('X=secretfile:/'), Buffer.of(0xff)])
  const { status, stdout, stderr } = await withEntries(t, [entry])
  assert.equal(status, 65)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /^confide: error: .*X.*UTF-8/)
})

test('an empty environment starts the command with an empty environment', async t => {
  assert.equal((await withEntries(t, [])).stdout.length, 0)
})

test('variables of an outer confide do not describe descriptors of this one', async t => {
  const outer = ['CONFIDE_FDS=7', 'CONFIDE_FDNAMES=OLD', 'CONFIDE_PID=1']
  const { stdout } = await withEntries(t, [...outer, `X=${secretIn(t)}`])
  const own = stdout.toString().match(/CONFIDE_(FDS|FDNAMES)=[^\0]*/g)
  assert.deepEqual(own && [...own], ['CONFIDE_FDS=20', 'CONFIDE_FDNAMES=X'])
})

test('an environment of ten thousand variables arrives whole', async t => {
  const many = Array.from({ length: 10_000 }, (_, index) => `VARIABLE_${index}=value ${index}`)
  const outcome = await withEntries(t, [...many, `X=${secretIn(t)}`])
  assert.equal(outcome.stderr, '')
  assert.deepEqual(entriesOf(outcome).slice(0, -1), many)
})
