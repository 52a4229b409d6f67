import assert from 'node:assert/strict'
import { test } from 'node:test'
import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { ConfideError } from '../../src/leaf/errors.ts'
import { SecretValue } from '../../src/leaf/secret.ts'

const canary = 'correct horse battery staple'

const secret = (text: string) => new SecretValue(Buffer.from(text))
const textOf = (value: SecretValue) => value.reveal(bytes => Buffer.from(bytes).toString())

const printers: Record<string, (value: unknown) => string> = {
  String,
  template: value => `${value}`,
  concatenation: value => `a ${value as string}`,
  JSON: value => JSON.stringify({ value }),
  inspect: value => inspect(value, { showHidden: true, depth: Infinity }),
  'inspect without custom': value => inspect({ value }, { customInspect: true }),
  'inspect in a list': value => inspect([value, new Map([[value, value]])]),
  format: value => format('%s %o %O %j', value, value, value, value),
  'Error cause': value => inspect(new Error('failed', { cause: value })),
  'Error with properties': value => inspect(Object.assign(new Error('failed'), { value })),
}

for (const [name, print] of Object.entries(printers)) {
  test(`${name} prints [secret] instead of the value`, () => {
    const printed = print(secret(canary))
    assert.match(printed, /\[secret\]/)
    assert.doesNotMatch(printed, /horse/)
  })
}

test('inspecting every member, with no custom inspection, shows no byte', () => {
  const value = secret(`{"key":"${canary}"}`)
  value.select('key')
  const printed = inspect(value, { customInspect: false, showHidden: true, depth: Infinity })
  assert.doesNotMatch(printed, /horse|636f7272|99, 111, 114/)
})

test('size is the number of bytes', () => {
  assert.equal(secret('').size, 0)
  assert.equal(secret('ü').size, 2)
})

test('dispose overwrites the bytes', () => {
  const bytes = Buffer.from(canary)
  {
    using value = new SecretValue(bytes)
    assert.equal(value.size, canary.length)
  }
  assert.ok(bytes.every(byte => byte === 0))
})

test('reveal returns what its user returns', () => {
  assert.equal(
    secret('abc').reveal(bytes => bytes.length),
    3,
  )
})

test('join puts text and secrets one behind the other, any bytes', () => {
  const pieces = fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array()))
  fc.assert(
    fc.property(pieces, parts => {
      const joined = SecretValue.join(
        parts.map(part => (typeof part === 'string' ? part : new SecretValue(part))),
      )
      const expected = Buffer.concat(parts.map(part => Buffer.from(part as Uint8Array)))
      assert.deepEqual(Buffer.from(joined.reveal(bytes => bytes)), expected)
    }),
  )
})

test('join copies: the parts can be disposed of', () => {
  const part = secret(canary)
  const joined = SecretValue.join([part])
  part[Symbol.dispose]()
  assert.equal(textOf(joined), canary)
})

const selections: [json: string, key: string, expected: string][] = [
  ['{"a":"text"}', 'a', 'text'],
  ['{"a":""}', 'a', ''],
  ['{"a":"l\\u00fc \\ud83d\\ude00 \\n"}', 'a', 'lü 😀 \n'],
  ['{"a":12345678901234567890}', 'a', '12345678901234567890'],
  ['{"a":1.10}', 'a', '1.10'],
  ['{"a":-0}', 'a', '-0'],
  ['{"a":1e400}', 'a', '1e400'],
  ['{"a":1E+2}', 'a', '1E+2'],
  ['{"a":true,"b":false}', 'b', 'false'],
  ['{"a":[1.10, "x", null]}', 'a', '[1.10,"x",null]'],
  ['{"a":{"b":12345678901234567890}}', 'a', '{"b":12345678901234567890}'],
  ['{"a":1,"a":2.0}', 'a', '2.0'],
  ['{"__proto__":1.50}', '__proto__', '1.50'],
  ['{"a.b":"dots are letters"}', 'a.b', 'dots are letters'],
  [' {"":"the empty key"} ', '', 'the empty key'],
]
for (const [json, key, expected] of selections) {
  test(`select ${JSON.stringify(key)} of ${json} is ${expected}`, () => {
    assert.equal(textOf(secret(json).select(key)), expected)
  })
}

test('every number in a document keeps its source text', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,30})(\.\d{1,20})?([eE][+-]?\d{1,4})?$/)
  fc.assert(
    fc.property(digits, number => {
      assert.equal(textOf(secret(`{"n": ${number} }`).select('n')), number)
      assert.equal(textOf(secret(`{"n":[${number}]}`).select('n')), `[${number}]`)
    }),
  )
})

const refusals: [json: string, key: string, kind: string][] = [
  ['{"a":1}', 'b', 'missing'],
  ['{"a":null}', 'a', 'missing'],
  ['{"a":1}', 'toString', 'missing'],
  ['{"a":1}', '__proto__', 'missing'],
  [`{"a":${canary}}`, 'a', 'data'],
  [`"${canary}"`, 'a', 'data'],
  [`["${canary}"]`, '0', 'data'],
  ['12', 'a', 'data'],
  ['null', 'a', 'data'],
  ['', 'a', 'data'],
  [`{"a":"\\ud800${canary}"}`, 'a', 'data'],
]
for (const [json, key, kind] of refusals) {
  test(`select ${key} of ${json.replace(canary, '…')} is an error of kind ${kind}`, () => {
    assert.throws(
      () => secret(json).select(key),
      error => {
        assert.ok(error instanceof ConfideError)
        assert.equal(error.kind, kind)
        assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /horse/)
        return true
      },
    )
  })
}

const membersOf = (json: string) =>
  secret(json)
    .members()
    .map(([name, value]) => [name, value instanceof SecretValue ? textOf(value) : value.kind])

test('members come in the order of the text, each as select gives it', () => {
  const json = '{"b":"x","10":1.10,"2":12345678901234567890,"a":{"n":2.0},"t":true,"l":[],"e":""}'
  assert.deepEqual(membersOf(json), [
    ['b', 'x'],
    ['10', '1.10'],
    ['2', '12345678901234567890'],
    ['a', '{"n":2.0}'],
    ['t', 'true'],
    ['l', '[]'],
    ['e', ''],
  ])
  for (const [name, text] of membersOf(json)) {
    assert.equal(textOf(secret(json).select(name ?? '')), text)
  }
})

test('a member that is null is missing, one that is no Unicode is data, others are there', () => {
  assert.deepEqual(membersOf('{"a":null,"b":"\\ud800","c":"x"}'), [
    ['a', 'missing'],
    ['b', 'data'],
    ['c', 'x'],
  ])
})

test('a member that is given twice comes twice', () => {
  assert.deepEqual(membersOf('{"a":1,"a":2}'), [
    ['a', '2'],
    ['a', '2'],
  ])
  assert.deepEqual(membersOf('{"__proto__":"x"}'), [['__proto__', 'x']])
  assert.deepEqual(membersOf('{}'), [])
})

test('members have bytes of their own, and are there after a select', () => {
  const whole = secret('{"a":"x","b":"y"}')
  whole.select('a')
  const [first, second] = whole.members().map(([, value]) => value)
  assert.ok(first instanceof SecretValue && second instanceof SecretValue)
  whole[Symbol.dispose]()
  first[Symbol.dispose]()
  assert.equal(textOf(second), 'y')
})

for (const json of [canary, `"${canary}"`, `["${canary}"]`, '12', 'null', '', `{"${canary}":`]) {
  test(`members of ${json.replace(canary, '…')} are an error that shows nothing`, () => {
    assert.throws(
      () => secret(json).members(),
      error => {
        assert.ok(error instanceof ConfideError)
        assert.equal(error.kind, 'data')
        assert.match(error.message, /^the secret is (not JSON|JSON but not an object)/)
        assert.equal(error.hint, 'leave prefix= out to get the secret as it is')
        assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /horse/)
        return true
      },
    )
  })
}

test('no error in the place of a member shows its name', () => {
  const members = secret(`{"${canary}":null,"${canary}2":"\\ud800"}`).members()
  const errors = members.map(([, value]) => value)
  assert.ok(errors.every(error => error instanceof ConfideError))
  assert.doesNotMatch(inspect(errors, { depth: Infinity, showHidden: true }), /horse/)
})

test('what can not be selected or decoded comes with what to do', () => {
  const cases: [() => unknown, string, RegExp][] = [
    [() => secret('{"a":1}').select('b'), 'the secret has no key "b"', /^it has 1 key; check/],
    [() => secret('{"a":1,"c":2}').select('b'), 'the secret has no key "b"', /^it has 2 keys;/],
    [() => secret('{"a":null}').select('a'), 'the key "a" is null', /null counts as missing/],
    [() => secret('x').select('a'), 'the secret is not JSON, so it has no keys', /^leave #a out/],
    [
      () => secret('1').select('a'),
      'the secret is JSON but not an object, so it has no keys',
      /#a/,
    ],
    [() => secret('?').decode('base64'), 'the secret is not base64', /leave \?decode=base64 out/],
  ]
  for (const [attempt, message, hint] of cases) assert.throws(attempt, { message, hint })
})

test('select refuses bytes that are not UTF-8', () => {
  const bytes = Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d])
  assert.throws(() => new SecretValue(bytes).select('a'), { kind: 'data' })
})

test('decode is the inverse of base64, final newline or not', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.constantFrom('', '\n'), (bytes, end) => {
      const value = secret(Buffer.from(bytes).toString('base64') + end).decode('base64')
      assert.deepEqual(
        value.reveal(decoded => Buffer.from(decoded)),
        Buffer.from(bytes),
      )
    }),
  )
})

for (const text of [
  'a',
  'ab',
  'abc',
  'ab=c',
  '====',
  'YQ',
  'YQ=',
  'YR==',
  'Y Q=',
  'YQ-_',
  'ü===',
]) {
  test(`decode refuses ${JSON.stringify(text)}`, () => {
    assert.throws(() => secret(text).decode('base64'), { kind: 'data' })
  })
}

test('a member that is an object has members itself, with their digits', () => {
  const outer = secret('{"data":{"price":1.10,"list":[{"n":1.0}],"inner":{"text":"x"}}}')
  const data = outer.select('data')
  assert.equal(textOf(data), '{"price":1.10,"list":[{"n":1.0}],"inner":{"text":"x"}}')
  assert.equal(textOf(data.select('price')), '1.10')
  assert.equal(textOf(data.select('list')), '[{"n":1.0}]')
  assert.equal(textOf(data.select('inner').select('text')), 'x')
  assert.throws(() => data.select('price').select('x'), { kind: 'data' })
})
