import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { deliveries } from '../src/deliveries/index.ts'
import { type Entry, makeEntry, parseEnviron } from '../src/environ.ts'
import { makePlan, type Plan, type PlanFacts, referencesOf } from '../src/plan.ts'
import { countAfter } from '../src/plan/descriptors.ts'
import { readSettings } from '../src/settings.ts'
import type { Scheme } from '../src/references/reference.ts'
import { schemes } from './references/schemes.ts'

type Given = Readonly<Record<string, string>>

const ordinaryFacts: PlanFacts = {
  reserved: [0, 1, 2],
  descriptorLimit: 1024,
  mostDescriptors: 4096,
  procMounted: true,
  startedAsRoot: false,
}

function plan(entries: readonly string[], given: Given = {}, facts: Partial<PlanFacts> = {}): Plan {
  const block = Buffer.from(entries.map(entry => `${entry}\0`).join(''))
  return planFor(parseEnviron(block, entries.length), given, facts)
}

function planFor(environ: readonly Entry[], given: Given = {}, facts: Partial<PlanFacts> = {}) {
  const options = new Map(Object.entries(given).map(([name, value]) => [name, [value]]))
  const settings = readSettings(options, environ)
  return makePlan(environ, settings, schemes, deliveries, { ...ordinaryFacts, ...facts })
}

const requestOf = (made: Plan, at = 0) => {
  const item = made.items[at]
  return item?.kind === 'secret' ? item.request : undefined
}

test('an environment without references gives an empty plan', () => {
  const made = plan(['A=1', 'B=keyed:8200', 'HOME=/root'])
  assert.deepEqual(made.items, [])
  assert.deepEqual(made.failures, [])
  assert.deepEqual(made.providers, [])
})

test('an ordinary value that was probably meant as a reference is named, and stays', () => {
  const resembling: Scheme = {
    name: 'kept',
    markers: ['kept:'],
    parse: () => null,
    resembles: text => (text === 'kept:a/b' ? 'a kept reference without a #key' : undefined),
  }
  const values = {
    WHOLE: 'kept:a/b',
    OPTION: 'kept:a/b?optional',
    INLINE: 'x${path:/y}${kept:a/b}',
    LITERAL: 'literal:kept:a/b',
    ESCAPED: '$${kept:a/b}',
    UNCLOSED: '${kept:a/b',
    OTHER: 'kept:8200',
    TEXT: 'see kept:a/b',
  }
  const environ = Object.entries(values).map(([name, value]) => makeEntry(name, value))
  const settings = readSettings(new Map(), environ)
  const all = [...schemes, resembling]
  const made = makePlan(environ, settings, all, deliveries, ordinaryFacts)
  assert.deepEqual(
    made.warnings,
    ['WHOLE', 'OPTION', 'INLINE'].map(
      name => `${name} looks like a kept reference without a #key and stays as it is`,
    ),
  )
  const except = readSettings(new Map([['except', ['*']]]), environ)
  assert.deepEqual(makePlan(environ, except, all, deliveries, ordinaryFacts).warnings, [])
})

test('items come in environ order, with the providers they need', () => {
  const made = plan(['B=keyed:a#k', 'X=1', 'A=path:/x', 'L=literal:path:/x'])
  assert.deepEqual(
    made.items.map(({ kind, variable, index }) => [kind, variable, index]),
    [
      ['secret', 'B', 0],
      ['secret', 'A', 2],
      ['literal', 'L', 3],
    ],
  )
  assert.deepEqual(made.providers, ['keyed', 'path'])
})

test('numbers ascend from the base and skip what is open', () => {
  const made = plan(['A=path:/a', 'B=path:/b', 'C=path:/c'], {}, { reserved: [20, 22] })
  assert.deepEqual(
    made.items.map((_, at) => requestOf(made, at)?.number),
    [21, 23, 24],
  )
})

test('the base can be chosen', () => {
  assert.equal(requestOf(plan(['A=path:/a'], { 'fd-base': '3' }))?.number, 3)
})

test('what is delivered without a descriptor takes no number', () => {
  const made = plan(['A=path:/a?as=env', 'B=path:/b'])
  assert.equal(requestOf(made, 0)?.number, -1)
  assert.equal(requestOf(made, 1)?.number, 20)
})

test('the mode is 0400, for root 0444, or as asked for', () => {
  assert.equal(requestOf(plan(['A=path:/a']))?.mode, 0o400)
  assert.equal(requestOf(plan(['A=path:/a'], {}, { startedAsRoot: true }))?.mode, 0o444)
  assert.equal(requestOf(plan(['A=path:/a?mode=0440'], {}, { startedAsRoot: true }))?.mode, 0o440)
})

test('for another user it is that of the user alone, unless an owner is asked for', () => {
  const facts = { startedAsRoot: true, commandOwner: { uid: 1000, gid: 70 } }
  const made = plan(['A=path:/a', 'B=path:/b?owner=33'], {}, facts)
  assert.equal(requestOf(made, 0)?.mode, 0o400)
  assert.deepEqual(requestOf(made, 0)?.owner, { uid: 1000, gid: 70 })
  assert.deepEqual(requestOf(made, 1)?.owner, { uid: 33 })
})

test('inline references give one request with the options of any of them', () => {
  const made = plan(['A=x${path:/a}${path:/b?mode=0440&owner=70}'])
  assert.equal(made.items.length, 1)
  assert.deepEqual(requestOf(made)?.owner, { uid: 70 })
  assert.equal(requestOf(made)?.mode, 0o440)
})

test('--deliver is the default that as= overrules', () => {
  const made = plan(['A=path:/a', 'B=path:/b?as=fd'], { deliver: 'env' })
  assert.deepEqual(
    made.items.map(item => item.kind === 'secret' && item.delivery),
    ['env', 'fd'],
  )
})

const choices: [given: Given, variables: string[]][] = [
  [{ only: 'DB_*' }, ['DB_USER', 'DB_PASSWORD']],
  [{ except: 'DB_*' }, ['API_KEY']],
  [{ only: 'DB_*,API_*', except: '*_USER' }, ['DB_PASSWORD', 'API_KEY']],
  [{ only: 'db_*' }, []],
]
for (const [given, variables] of choices) {
  test(`${JSON.stringify(given)} looks at ${variables.join(', ') || 'nothing'}`, () => {
    const made = plan(['DB_USER=path:/u', 'DB_PASSWORD=path:/p', 'API_KEY=literal:x'], given)
    assert.deepEqual(
      made.items.map(item => item.variable),
      variables,
    )
  })
}

test('a wrong reference in a variable that is not looked at is no failure', () => {
  assert.deepEqual(plan(['A=path:wrong'], { except: 'A' }).failures, [])
})

test('an entry without a name is never looked at', () => {
  assert.deepEqual(plan(['=path:/x', 'path:/x']).items, [])
})

test('all wrong references are collected, in environ order', () => {
  const made = plan(['B=path:wrong', 'A=path:/x?optionl', 'C=path:/ok'])
  assert.deepEqual(
    made.failures.map(({ variable, error }) => [variable, error.kind]),
    [
      ['B', 'data'],
      ['A', 'data'],
    ],
  )
  assert.match(made.failures[1]?.error.message ?? '', /^wrong reference in A: unknown option/)
  assert.equal(made.failures[1]?.error.hint, 'did you mean optional?')
  assert.equal(made.items.length, 1)
})

test('a reference in a value that is not UTF-8 is wrong, any other such value is ordinary', () => {
  const block = Buffer.concat([
    Buffer.from('A=path:/x'),
    Buffer.from([0xff, 0]),
    Buffer.from('B=\xff\0', 'latin1'),
  ])
  const made = planFor(parseEnviron(block, 2))
  assert.deepEqual(
    made.failures.map(({ variable, error }) => [variable, error.kind]),
    [['A', 'data']],
  )
  assert.deepEqual(made.items, [])
})

const clashes: [entries: string[], variable: string, message: RegExp][] = [
  [['A=path:/a', 'A_FILE=/x'], 'A', /^cannot deliver A as A_FILE: it is set already$/],
  [['A_FILE=/x', 'A=path:/a'], 'A', /A_FILE: it is set already/],
  [['A=path:/a', 'A_FILE=path:/b'], 'A', /A_FILE: it is set already/],
  [['A=path:/a?name=B', 'B=1'], 'A', /cannot deliver A as B: it is set already/],
  [['A=path:/a?name=C', 'B=path:/b?name=C'], 'B', /cannot deliver B as C: it is set for A, too/],
  [['A=path:/a?as=env&name=B', 'B=1'], 'A', /as B: it is set already/],
]
for (const [entries, variable, message] of clashes) {
  test(`${entries.join(' and ')} clash`, () => {
    const failure = plan(entries).failures.find(candidate => candidate.variable === variable)
    assert.equal(failure?.error.kind, 'configuration')
    assert.match(failure.error.message, message)
    assert.match(failure.error.hint ?? '', /\?name=/)
  })
}

for (const [reference, message] of [
  ['path:/a?as=env&mode=0440', 'mode= has no meaning with as=env'],
  ['path:/a?as=env&owner=70', 'owner= has no meaning with as=env'],
  ['${path:/a?as=env}${path:/b?owner=70}', 'owner= has no meaning with as=env'],
] as const) {
  test(`${reference} contradicts itself`, () => {
    const [failure] = plan([`A=${reference}`]).failures
    assert.equal(failure?.error.kind, 'data')
    assert.equal(failure.error.message, `wrong reference in A: ${message}`)
  })
}

test('mode= and owner= are no fault where variables are the default delivery', () => {
  const { failures } = plan(['A=path:/a?mode=0440', 'B=path:/b?owner=70'], { deliver: 'env' })
  assert.deepEqual(failures, [])
})

test('what confide itself reads cannot be a reference, and that is all that is said', () => {
  const { failures, items } = plan(['CONFIDE_AGE_IDENTITY=path:/a', 'CONFIDE_AGE_IDENTITY_FILE=/x'])
  assert.deepEqual(
    failures.map(({ error }) => [error.kind, error.message]),
    [['configuration', 'CONFIDE_AGE_IDENTITY cannot be a reference, as confide itself reads it']],
  )
  assert.doesNotMatch(failures[0]?.error.hint ?? '', /name=/)
  assert.deepEqual(items, [])
  assert.equal(plan(['CONFIDE_AGE_IDENTITY=literal:AGE-SECRET']).failures.length, 0)
})

test('NAME_FD clashes only when it is wanted', () => {
  const entries = ['A=path:/a', 'A_FD=1']
  assert.deepEqual(plan(entries).failures, [])
  assert.match(
    plan(entries, { 'fd-numbers': '' }).failures[0]?.error.message ?? '',
    /A_FD: it is set already/,
  )
})

test('a variable that is set twice does not clash with itself', () => {
  const made = plan(['A=path:/a', 'A=path:/b', 'B_FILE=path:/c', 'E=path:/e?as=env'])
  assert.deepEqual(made.failures, [])
  assert.equal(made.items.length, 4)
})

test('more secrets than descriptors is an error before anything is fetched', () => {
  const entries = (count: number) => Array.from({ length: count }, (_, at) => `V${at}=path:/${at}`)
  const facts = { descriptorLimit: 64 }
  assert.equal(plan(entries(44), {}, facts).items.length, 44)
  assert.throws(() => plan(entries(45), {}, facts), { kind: 'configuration' })
  assert.throws(() => plan(entries(1), { 'fd-base': '64' }, facts), { kind: 'configuration' })
  assert.throws(() => plan(entries(49), { 'fd-base': '3' }, facts), { kind: 'configuration' })
  assert.equal(plan(entries(45), { deliver: 'env' }, facts).items.length, 45)
  const unlimited = { descriptorLimit: -1, mostDescriptors: -1 }
  assert.equal(plan(entries(2000), {}, unlimited).items.length, 2000)
  const hard = { descriptorLimit: 64, mostDescriptors: 64 }
  assert.equal(plan(entries(32), {}, hard).items.length, 32)
  assert.throws(() => plan(entries(33), {}, hard), { kind: 'configuration' })
})

test('without /proc there is one warning, and numbers instead of paths', () => {
  const made = plan(['A=path:/a', 'B=path:/b'], {}, { procMounted: false })
  assert.equal(made.warnings.length, 1)
  assert.match(made.warnings[0] ?? '', /NAME_FD/)
  assert.partialDeepStrictEqual(requestOf(made), { paths: false, numbers: true })
  assert.deepEqual(plan(['A=path:/a?as=env'], {}, { procMounted: false }).warnings, [])
  assert.deepEqual(plan(['A=1'], {}, { procMounted: false }).warnings, [])
})

test('what becomes several variables has no number yet, and clashes with nothing yet', () => {
  const made = plan(['A=path:/a', 'APP=path:/app?prefix=APP_', 'B=path:/b', 'APP_FILE=1'])
  assert.deepEqual(made.failures, [])
  assert.deepEqual(
    made.items.map(item => item.kind === 'secret' && [item.request.number, item.prefix]),
    [
      [20, undefined],
      [-1, 'APP_'],
      [21, undefined],
    ],
  )
  const nextNumber = countAfter(made, 20, { ...ordinaryFacts, reserved: [22] })
  assert.deepEqual([nextNumber(), nextNumber()], [23, 24])
})

test('without /proc what becomes several variables is a reason for the warning, too', () => {
  const warningsOf = (options: string) =>
    plan([`A=path:/a?${options}`], {}, { procMounted: false }).warnings
  assert.equal(warningsOf('prefix=A_').length, 1)
  assert.deepEqual(warningsOf('prefix=A_&as=env'), [])
})

test('a plan can be printed', () => {
  assert.match(inspect(plan(['A=path:/a#key']), { depth: Infinity }), /path:\/a#key/)
})

test('for any environment, what is looked at is an item or a failure, and order is kept', () => {
  const value = fc.constantFrom(
    ...[
      '1',
      'path:/x',
      'path:wrong',
      'keyed:8200',
      '${path:/a}b',
      'literal:x',
      '',
      '${',
      'keyed:a#',
    ],
  )
  const name = fc.constantFrom('A', 'B', 'A_FILE', 'C', '')
  const entry = fc.tuple(name, value).map(([one, other]) => makeEntry(one, other))
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 12 }), environ => {
      const made = planFor(environ)
      const indexes = made.items.map(item => item.index)
      assert.deepEqual(
        indexes,
        indexes.toSorted((a, b) => a - b),
      )
      const numbers = made.items.flatMap(item =>
        item.kind === 'secret' ? item.request.number : [],
      )
      assert.ok(numbers.every((number, at) => number > (numbers[at - 1] ?? 2)))
      const failed = made.failures.map(failure => failure.index)
      for (const [index, { name: variable, value: text }] of environ.entries()) {
        const isOurs = variable !== '' && !['1', 'keyed:8200', '', '${'].includes(text)
        assert.equal(indexes.includes(index) || failed.includes(index), isOurs)
      }
      assert.ok(made.items.flatMap(referencesOf).every(({ text }) => !text.includes('?')))
    }),
  )
})
