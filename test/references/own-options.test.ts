import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfideError } from '../../src/leaf/errors.ts'
import { providers } from '../../src/providers/index.ts'
import { commonNames, splitOptions } from '../../src/references/options.ts'
import { takeOptions } from '../../src/references/own-options.ts'
import { cloud, deliveries, onlyPart, parse, schemes, show } from './schemes.ts'

const names = ['region', 'version-stage']
const split = (text: string) => splitOptions(text, deliveries, names, schemes)

const texts: [text: string, rest: string, options: object][] = [
  ['cloud:x', 'cloud:x', {}],
  ['cloud:x?region=eu', 'cloud:x?region=eu', {}],
  ['cloud:x#k?region=eu&optional', 'cloud:x#k?region=eu', { optional: true }],
  ['cloud:x?optional&region=eu', 'cloud:x?region=eu', { optional: true }],
  [
    'cloud:x?as=fd&version-stage=B&mode=0440&region=a%20b&optional',
    'cloud:x?version-stage=B&region=a%20b',
    { as: 'fd', mode: 0o440, optional: true },
  ],
  ['cloud:x?region=a=b', 'cloud:x?region=a=b', {}],
  ['cloud:what?ever?region=eu', 'cloud:what?ever?region=eu', {}],
  ['cloud:what?ever?optional', 'cloud:what?ever', { optional: true }],
  ['cloud:x?region=a%3Fb%26c%23d', 'cloud:x?region=a%3Fb%26c%23d', {}],
]
for (const [text, rest, options] of texts) {
  test(`of ${text} the scheme gets ${rest}`, () => {
    const result = split(text)
    assert.equal(result.problem, undefined)
    assert.equal(result.text, rest)
    assert.deepEqual(result.options, { optional: false, ...options })
  })
}

const problems: [text: string, message: RegExp, hint: RegExp][] = [
  ['cloud:x?region', /^option region needs a value$/, /^write region=VALUE$/],
  ['cloud:x?region=', /^option region needs a value$/, /^write region=VALUE$/],
  ['cloud:x?region=a&region=a', /^option region is given twice$/, /once/],
  ['cloud:x?region=a&optional&region=b', /^option region is given twice$/, /once/],
  ['cloud:x?region=100%', /^the value of region= has a wrong percent sequence$/, /%25/],
  ['cloud:x?region=%ff', /^the value of region= has a wrong percent sequence$/, /%25/],
  ['cloud:x?region=a?b', /^options start twice$/, /%3F/],
  ['cloud:x?region=a?optional', /^options start twice$/, /%3F/],
  ['cloud:x?optional?region=a', /^options start twice$/, /%3F/],
  ['cloud:x?region=a#key', /^options stand before the key$/, /#key/],
  ['cloud:x?region#key', /^options stand before the key$/, /#key/],
  ['cloud:x?region=a#key&optional', /^options stand before the key$/, /#key/],
  ['cloud:x?region=a&', /^nothing follows the &$/, /leave the & out/],
  ['cloud:x?region=a& b', /^what follows the & is no option$/, /%26/],
  ['cloud:x?regin=a', /^unknown option "regin"$/, /^did you mean region\?$/],
  ['cloud:x?regio', /^unknown option "regio"$/, /^did you mean region\?$/],
  ['cloud:x?optional&version-stag=a', /unknown option/, /^did you mean version-stage\?$/],
  ['cloud:x?region=a&env', /^unknown option "env"$/, /^did you mean \?as=env\?$/],
  ['cloud:x?colour=red', /^unknown option "colour"$/, /, region, version-stage;/],
]
for (const [text, message, hint] of problems) {
  test(`${text} has a problem: ${message.source}`, () => {
    const { problem } = split(text)
    assert.equal(problem?.kind, 'data')
    assert.match(problem.message, message)
    assert.match(problem.hint ?? '', hint)
  })
}

test('an option of another scheme is unknown, and the hint says whose it is', () => {
  for (const text of ['path:/x?region=eu', 'path:/x?optional&region=eu']) {
    const { problem } = splitOptions(text, deliveries, undefined, schemes)
    assert.equal(problem?.message, 'unknown option "region"')
    assert.equal(problem.hint, '"region" is an option of cloud:')
  }
  assert.throws(() => parse('path:/x?region=eu'), { kind: 'data' })
})

const readings: [text: string, meaning: string][] = [
  ['cloud:x?region=eu', 'whole <cloud:x?region=eu>'],
  ['cloud:x#k?optional&region=eu', 'whole <cloud:x#k?region=eu>(optional=true)'],
  ['a${cloud:x?region=eu}b', 'inline a<cloud:x?region=eu>b'],
  ['cloud:8200', 'ordinary'],
  ['cloud:8200?timeout=5', 'ordinary'],
  ['cloud:8200?region=eu', 'ordinary'],
  ['cloud:8200?region=eu&optional', 'ordinary'],
]
for (const [text, meaning] of readings) {
  test(`${text} is ${meaning}`, () => assert.equal(show(text), meaning))
}

for (const [text, message] of [
  ['cloud:x?regin=eu', 'unknown option "regin" in cloud:x'],
  ['cloud:x?region=eu&region=eu', 'option region is given twice in cloud:x'],
  ['cloud:x?region=eu#key', 'options stand before the key in cloud:x'],
] as const) {
  test(`${text} is wrong: ${message}`, () => {
    assert.throws(() => parse(text), { kind: 'data', message })
  })
}

test('a scheme reads what it was given', () => {
  const { reference } = onlyPart('cloud:a?b#key?region=eu%2Fwest&optional&version-stage=X')
  assert.equal(reference.text, 'cloud:a?b#key?region=eu%2Fwest&version-stage=X')
  assert.equal(reference.locator, 'a?b')
  assert.equal(reference.key, 'key')
  assert.deepEqual(
    [...(reference.detail as ReadonlyMap<string, string>)],
    [
      ['region', 'eu/west'],
      ['version-stage', 'X'],
    ],
  )
})

test('an option that no scheme of ours was asked for is none', () => {
  assert.deepEqual(takeOptions('cloud:x?region=eu', []), {
    body: 'cloud:x?region=eu',
    options: new Map(),
  })
})

for (const text of [
  'cloud:x?region',
  'cloud:x?region=',
  'cloud:x?region=%',
  'cloud:x?region=a&region=b',
  'cloud:x?region=a&colour=b',
  'cloud:x?region=a#b',
  'cloud:x?region=a&',
]) {
  test(`${text} is refused by the scheme as well`, () => {
    assert.throws(
      () => takeOptions(text, names),
      error => error instanceof ConfideError && error.kind === 'data' && error.hint !== undefined,
    )
  })
}

const anyValue = fc.string({ unit: 'grapheme', minLength: 1 })
const given = fc.uniqueArray(fc.tuple(fc.constantFrom(...names), anyValue), {
  selector: ([name]) => name,
})
const common = fc.subarray(['as=fd', 'optional', 'mode=0440', 'owner=70', 'decode=base64'])

test('whatever is written comes back: body, own options, and the common ones apart', () => {
  const bodies = fc
    .array(fc.constantFrom('cloud:', 'a', '?', '#k', '/', '=', '&', '%41', 'ü'))
    .map(parts => parts.join(''))
  const cases = fc.tuple(bodies, given, common, fc.array(fc.nat(), { minLength: 8 }))
  fc.assert(
    fc.property(cases, ([body, pairs, words, order]) => {
      const own = pairs.map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      // Any order among each other, but their own.
      const mixed = [...own]
      for (const [at, word] of words.entries()) mixed.splice((order[at] ?? 0) % 8, 0, word)
      const whole = mixed.length === 0 ? body : `${body}?${mixed.join('&')}`
      const { text, problem, options } = split(whole)
      fc.pre(problem === undefined)
      assert.equal(text, own.length === 0 ? body : `${body}?${own.join('&')}`)
      assert.equal(options.optional, words.includes('optional'))
      const taken = takeOptions(text, names)
      assert.equal(taken.body, body)
      assert.deepEqual([...taken.options], pairs)
    }),
    { numRuns: 2000 },
  )
})

test('what is split without a problem, the scheme never refuses for its options', () => {
  const words = ['?', '&', '=', '#', 'region', 'version-stage', 'region=eu', 'optional', 'x', '%']
  const all = fc.array(fc.constantFrom(...words, 'as=fd', '%41', ''), { maxLength: 10 })
  fc.assert(
    fc.property(all, parts => {
      const { text, problem } = split(`cloud:x${parts.join('')}`)
      if (problem !== undefined) return
      const { body, options } = takeOptions(text, names)
      const again = [...options].map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
      assert.deepEqual(
        takeOptions(options.size === 0 ? body : `${body}?${again.join('&')}`, names),
        { body, options },
      )
    }),
    { numRuns: 5000 },
  )
})

for (const { name, options = [] } of [...providers, cloud]) {
  test(`${name}: its own options can be written, and are none of the common ones`, () => {
    assert.equal(new Set(options).size, options.length)
    for (const option of options) {
      assert.match(option, /^[A-Za-z][A-Za-z0-9_-]*$/)
      assert.ok(!(commonNames as readonly string[]).includes(option))
      assert.ok(!(deliveries as readonly string[]).includes(option))
    }
  })
}
