import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { splitOptions } from '../../src/references/options.ts'
import { deliveries } from './schemes.ts'

const split = (text: string) => splitOptions(text, deliveries)

const values: [text: string, rest: string, options: object][] = [
  ['path:/x', 'path:/x', {}],
  ['path:/x?as=env', 'path:/x', { as: 'env' }],
  ['path:/x?mode=0440', 'path:/x', { mode: 0o440 }],
  ['path:/x?mode=600', 'path:/x', { mode: 0o600 }],
  ['path:/x?owner=70', 'path:/x', { owner: { uid: 70 } }],
  ['path:/x?owner=70:71', 'path:/x', { owner: { uid: 70, gid: 71 } }],
  ['path:/x?optional', 'path:/x', { optional: true }],
  ['path:/x?default=', 'path:/x', { default: '' }],
  ['path:/x?default=a%20b%26c%3Fd%C3%BC', 'path:/x', { default: 'a b&c?dü' }],
  ['path:/x?default=a=b', 'path:/x', { default: 'a=b' }],
  ['path:/x?default=#ffffff', 'path:/x', { default: '#ffffff' }],
  ['path:/x?default=two\nlines', 'path:/x', { default: 'two\nlines' }],
  ['path:/x?decode=base64', 'path:/x', { decode: 'base64' }],
  ['path:/x?name=spring.datasource.password', 'path:/x', { name: 'spring.datasource.password' }],
  ['path:/x?prefix=APP_', 'path:/x', { prefix: 'APP_' }],
  ['path:/x?prefix=', 'path:/x', { prefix: '' }],
  [
    'path:/x?prefix=_a1&optional&decode=base64',
    'path:/x',
    { prefix: '_a1', optional: true, decode: 'base64' },
  ],
  ['path:/x?as=fd&optional&mode=0400', 'path:/x', { as: 'fd', optional: true, mode: 0o400 }],
  // A "?" before the options, and one inside a value of theirs.
  ['path:/what?', 'path:/what?', {}],
  ['path:/what?ever', 'path:/what?ever', {}],
  ['path:/what?ever?optional', 'path:/what?ever', { optional: true }],
  ['path:/a?b=c?as=fd', 'path:/a?b=c', { as: 'fd' }],
  ['path:/x?default=http://y/?q=1', 'path:/x', { default: 'http://y/?q=1' }],
  ['path:/x?default=really?', 'path:/x', { default: 'really?' }],
  ['keyed:a#key?optional', 'keyed:a#key', { optional: true }],
  ['?optional', '', { optional: true }],
]
for (const [text, rest, options] of values) {
  test(`${JSON.stringify(text)} is ${rest || 'nothing'} with ${JSON.stringify(options)}`, () => {
    const result = split(text)
    assert.equal(result.problem, undefined)
    assert.equal(result.text, rest)
    assert.deepEqual(result.options, { optional: false, ...options })
  })
}

const problems: [text: string, message: RegExp, hint?: RegExp][] = [
  ['path:/x?optionl', /unknown option "optionl"/, /did you mean optional\?/],
  ['path:/x?md=0400', /unknown option "md"/, /mode/],
  ['path:/x?colour=red', /unknown option "colour"/, /as, mode, owner/],
  ['path:/x?as=fd&colour', /unknown option "colour"/],
  ['path:/x?version=2', /unknown option "version"/],
  ['path:/x?as=pigeon', /as=pigeon is no delivery/, /env, fd/],
  ['path:/x?as', /option as needs a value/],
  ['path:/x?as=', /as= is no delivery/],
  ['path:/x?mode=0755', /executable/, /three octal digits without execute bits/],
  ['path:/x?mode=999', /mode=999 is not an octal mode/, /three octal digits without execute/],
  ['path:/x?env', /unknown option "env"/, /^did you mean \?as=env\?$/],
  ['path:/x?optional&fd', /unknown option "fd"/, /^did you mean \?as=fd\?$/],
  ['path:/x?optional&', /^nothing follows the &$/, /leave the & out/],
  ['path:/x?optional&&as=fd', /^nothing follows the &$/],
  ['path:/x?default=a& b', /what follows the & is no option/, /%26/],
  ['path:/x?mode=4400', /not an octal mode/],
  ['path:/x?mode=0490', /not an octal mode/],
  ['path:/x?mode=u=r', /not an octal mode/],
  ['path:/x?owner=postgres', /not UID/, /numbers/],
  ['path:/x?owner=4294967295', /the number in owner= is too large/, /4294967294/],
  ['path:/x?owner=1:4294967296', /the number in owner= is too large/],
  ['path:/x?owner=99999999999999999999', /too large/],
  ['path:/x?owner=1:', /not UID/],
  ['path:/x?optional=yes', /optional takes no value/],
  ['path:/x?optional=', /optional takes no value/],
  ['path:/x?optional&default=x', /cannot be used together/],
  ['path:/x?mode=0400&mode=0440', /mode is given twice/],
  ['path:/x?decode=hex', /decode=hex is unknown/, /base64/],
  ['path:/x?default=100%', /wrong percent sequence/, /%25/],
  ['path:/x?default=%ff', /wrong percent sequence/],
  ['path:/x?name=A=B', /not the name of a variable/],
  ['path:/x?name=', /not the name of a variable/],
  ['path:/x?name=a%00b', /not the name of a variable/],
  ['path:/x?prefix', /option prefix needs a value/, /^write prefix=VALUE$/],
  ['path:/x?prefix=1A', /prefix= is not the beginning of a name/, /no digit first/],
  ['path:/x?prefix=A-B', /prefix= is not the beginning of a name/, /letters, digits/],
  ['path:/x?prefix=%C3%9C', /prefix= is not the beginning of a name/],
  ['path:/x?prefix=A%00', /prefix= is not the beginning of a name/],
  ['path:/x?prefix=A%0A', /prefix= is not the beginning of a name/],
  ['path:/x?prefix=A&prefix=B', /prefix is given twice/],
  ['path:/x?prefx=A', /unknown option "prefx"/, /^did you mean prefix\?$/],
  ['path:/x?prefix=A&default=x', /prefix= and default= cannot be used together/, /leave it out/],
  ['path:/x?name=B&prefix=A', /prefix= and name= cannot be used together/, /leave name= out/],
  ['path:/x?default=a?optional', /start twice/, /%3F/],
  ['keyed:a?optional#key', /options stand before the key/, /#key/],
]
for (const [text, message, hint] of problems) {
  test(`${text} has a problem: ${message.source}`, () => {
    const { problem } = split(text)
    assert.equal(problem?.kind, 'data')
    assert.match(problem.message, message)
    assert.match(problem.hint ?? '', hint ?? /./)
  })
}

test('no message repeats a default, which may be a secret', () => {
  for (const text of [
    '?default=hunter2%',
    '?default=hunter2&optional',
    '?default=hunter2&x=1',
    '?default=x&hunter2!',
    '?prefix=A&default=hunter2',
  ]) {
    const { problem } = split(`path:/x${text}`)
    assert.doesNotMatch(`${problem?.message} ${problem?.hint}`, /hunter2/)
  }
})

const locator = fc.string({ unit: 'grapheme' }).filter(text => !text.includes('?'))

test('options that are written come back, whatever stands before and in them', () => {
  const given = fc.record(
    {
      as: fc.constantFrom(...deliveries),
      mode: fc.constantFrom(0o400, 0o440, 0o444, 0o600),
      owner: fc.record({ uid: fc.nat(), gid: fc.nat() }, { noNullPrototype: true }),
      default: fc.string({ unit: 'grapheme' }),
      decode: fc.constant('base64' as const),
      name: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/),
    },
    { requiredKeys: [], noNullPrototype: true },
  )
  fc.assert(
    fc.property(locator, given, (before, options) => {
      const words = Object.entries(options).map(([name, value]) => {
        if (name === 'mode') return `mode=${(value as number).toString(8).padStart(4, '0')}`
        if (name === 'owner') return `owner=${Object.values(value as object).join(':')}`
        return `${name}=${encodeURIComponent(value as string)}`
      })
      const result = split(words.length === 0 ? before : `${before}?${words.join('&')}`)
      assert.equal(result.problem, undefined)
      assert.equal(result.text, before)
      assert.deepEqual(result.options, { optional: false, ...options })
    }),
  )
})

test('any text is split or left, never thrown at, and only an end is taken', () => {
  const words = fc.constantFrom('?', '&', '=', '#', 'as', 'mode', 'optional', 'fd', 'x', '%', '%41')
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(words).map(parts => parts.join('')),
      ),
      text => {
        const result = split(text)
        assert.ok(text.startsWith(result.text))
        if (result.text !== text) assert.equal(text[result.text.length], '?')
        if (!text.includes('?')) assert.equal(result.text, text)
      },
    ),
    { numRuns: 1000 },
  )
})
