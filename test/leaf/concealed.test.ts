import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Concealed, type Origin } from '../../src/leaf/concealed.ts'
import { SecretValue } from '../../src/leaf/secret.ts'

function concealed(plain: readonly string[], all: readonly (readonly [string, Origin])[]) {
  const made = new Concealed()
  made.standsInPlain(() => plain)
  for (const [text, origin] of all) made.add(new SecretValue(Buffer.from(text)), origin)
  return made
}

const shows = (what: Concealed, text: string) => what.placesIn(text).length === 0

test('a secret that stands in plain stays, all others do not', () => {
  const made = concealed(
    ['eu-west-1', 'aws-ssm:/prod/database'],
    [
      ['eu-west-1', 'secret'],
      ['/prod/data', 'secret'],
      ['eu-west-1-hunter2', 'secret'],
    ],
  )
  assert.ok(shows(made, 'no /prod/database in eu-west-1'))
  assert.ok(!shows(made, 'it said eu-west-1-hunter2'))
})

test('a credential is found though its variable holds it in plain', () => {
  const made = concealed(['hvs.token'], [['hvs.token', 'credential']])
  assert.ok(!shows(made, 'hvs.token'))
})

test('nobody can find a credential out by guesses that are stored as secrets', () => {
  const all = [
    ['hvs.token-1', 'credential'],
    ['hvs.token', 'secret'],
    ['hvs.tokem', 'secret'],
  ] as const
  for (const order of [all, [...all].reverse()]) {
    const made = concealed(['hvs.token-1'], order)
    assert.ok(!shows(made, 'hvs.token'))
    assert.ok(!shows(made, 'hvs.tokem'))
  }
})

test('it counts whatever was known first, the secret or what stands in plain', () => {
  const made = concealed([], [['eu-west-1', 'secret']])
  assert.ok(!shows(made, 'eu-west-1'))
  made.standsInPlain(() => ['eu-west-1'])
  assert.ok(shows(made, 'eu-west-1'))
  made.add(new SecretValue(Buffer.from('hunter22')), 'credential')
  assert.ok(!shows(made, 'hunter22'))
  for (const text of ['in eu-west', 'eu-west-2']) {
    made.add(new SecretValue(Buffer.from(text)), 'secret')
  }
  assert.ok(shows(made, 'in eu-west-1'.slice(3)))
  assert.ok(!shows(made, 'eu-west-2'))
})

test('what stands in plain is not even read where nothing is printed, and once where it is', () => {
  let reads = 0
  const made = new Concealed()
  made.standsInPlain(() => [`${reads++}`])
  for (let at = 0; at < 10; at++) made.add(new SecretValue(Buffer.from('hunter22')), 'secret')
  assert.equal(reads, 0)
  for (let at = 0; at < 10; at++) {
    assert.ok(!shows(made, 'hunter22'))
    made.add(new SecretValue(Buffer.from(`hunter-${at}`)), 'secret')
  }
  assert.equal(reads, 1)
})

test('what is forgotten is overwritten, and found no more', () => {
  const bytes = Buffer.from('hunter22')
  const made = new Concealed()
  made.add(new SecretValue(bytes), 'secret')
  assert.ok(!shows(made, 'hunter22'))
  made.forget()
  assert.ok(shows(made, 'hunter22'))
  assert.ok(bytes.every(byte => byte === 0))
})

test('a thousand secrets, variables and lines take less than 150 ms', () => {
  const numbers = Array.from({ length: 1000 }, (_, at) => at)
  const reference = (at: number) => `aws-ssm:/prod/database/of/service/${at}/password?as=fd`
  const made = concealed(
    [...numbers.map(reference), ...numbers.map(at => `NAME_${at}`)],
    [
      ...numbers.map(at => [`/prod/database/of/${at}-hunter2`, 'secret'] as const),
      ['hvs.token', 'credential'],
    ],
  )
  const started = performance.now()
  for (const at of numbers) assert.ok(shows(made, `cannot fetch NAME_${at} from ${reference(at)}`))
  const took = performance.now() - started
  assert.ok(took < 150, `${took} ms`)
})
