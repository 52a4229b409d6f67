import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { ConfideError } from '../../src/leaf/errors.ts'
import { deliveries as allDeliveries } from '../../src/deliveries/index.ts'
import { providers } from '../../src/providers/index.ts'
import { parseValue } from '../../src/references/own.ts'
import { onlyPart, parse, schemes, show } from './schemes.ts'

const readings: [text: string, meaning: string][] = [
  ['path:/x', 'whole <path:/x>'],
  ['path:/x#key', 'whole <path:/x#key>'],
  ['path:/x?as=env', 'whole <path:/x>(as="env")'],
  ['${path:/x}', 'inline <path:/x>'],
  ['${path:/x?as=env}', 'inline <path:/x>(as="env")'],
  ['a${path:/x}b', 'inline a<path:/x>b'],
  ['${path:/x}${path:/y}', 'inline <path:/x><path:/y>'],
  ['pg://${keyed:u#n}:${keyed:u#p}@db', 'inline pg://<keyed:u#n>:<keyed:u#p>@db'],
  ['${path:/{x}/y}', 'inline <path:/{x}/y>'],
  ['${path:/x}}', 'inline <path:/x>}'],
  ['{${path:/x}}', 'inline {<path:/x>}'],
  ['${HOME}/${path:/x}', 'inline ${HOME}/<path:/x>'],
  ['$${HOME}${path:/x}', 'inline $${HOME}<path:/x>'],
  ['${path:/x?default={"a":{}}}', 'inline <path:/x>(default="{\\"a\\":{}}")'],
  // Escapes.
  ['literal:path:/x', 'literal path:/x'],
  ['literal:', 'literal '],
  ['literal:literal:x', 'literal literal:x'],
  ['literal:${path:/x}', 'literal ${path:/x}'],
  ['$${path:/x}', 'literal ${path:/x}'],
  ['a $${path:/x} b', 'literal a ${path:/x} b'],
  ['$$${path:/x}', 'literal $${path:/x}'],
  ['$${path:/x}${path:/y}', 'inline ${path:/x}<path:/y>'],
  ['$${HOME} $${path:/x}', 'literal $${HOME} ${path:/x}'],
  ['$${keyed:8200}', 'literal ${keyed:8200}'],
  // What a scheme does not claim after all.
  ['keyed:8200', 'ordinary'],
  ['keyed:8200?timeout=5', 'ordinary'],
  ['keyed:8200?optional', 'ordinary'],
  ['${keyed:8200}', 'ordinary'],
  ['see ${keyed:foo} and issue #5', 'ordinary'],
  ['${keyed:${path:/x}}', 'inline ${keyed:<path:/x>}'],
  ['keyed:8200/${path:/x}', 'inline keyed:8200/<path:/x>'],
  ['${keyed:8200 is never closed', 'ordinary'],
  // What has no marker where it counts.
  ['', 'ordinary'],
  ['see path:/x', 'ordinary'],
  [' path:/x', 'ordinary'],
  ['PATH:/x', 'ordinary'],
  ['xpath:/x', 'ordinary'],
  ['${ path:/x}', 'ordinary'],
  ['$path:/x', 'ordinary'],
  ['${HOME}', 'ordinary'],
  ['$${HOME}', 'ordinary'],
  ['${', 'ordinary'],
  ['${literal:x}', 'ordinary'],
  ['xliteral:x', 'ordinary'],
]
for (const [text, meaning] of readings) {
  test(`${JSON.stringify(text)} is ${meaning}`, () => assert.equal(show(text), meaning))
}

const faults: [text: string, message: RegExp][] = [
  ['path:relative', /not absolute/],
  ['a${path:relative}', /not absolute/],
  ['keyed:a#', /nothing follows/],
  ['path:/x?optionl', /unknown option "optionl" in path:\/x/],
  ['${path:/x?mode=9}', /not an octal mode in path:\/x/],
  ['${path:/x', /\$\{path:… has no closing brace/],
  ['${path:/x {', /has no closing brace/],
  ['${keyed:a#b', /has no closing brace/],
  ['${path:/x?as=fd}${path:/y?as=env}', /disagree on as=/],
  ['${path:/x?mode=0400}${path:/y?mode=0440}', /disagree on mode=/],
  ['${path:/x?owner=1}${path:/y?owner=1:2}', /disagree on owner=/],
  ['${path:/x?name=A}${path:/y?name=B}', /disagree on name=/],
  ['${path:/x?prefix=A}', /prefix= is for a whole value in path:\/x/],
  ['a${path:/x?prefix=}b', /prefix= is for a whole value in path:\/x/],
  ['${path:/x}${path:/y?prefix=A}', /prefix= is for a whole value in path:\/y/],
  ['keyed:a?as=env#key', /options stand before the key in keyed:a/],
  ['keyed:a?default=x#key', /options stand before the key/],
  ['keyed:a?optional#key', /options stand before the key/],
  ['keyed:a?version=2#key', /options stand before the key/],
]
for (const [text, message] of faults) {
  test(`${text} is wrong: ${message.source}`, () => {
    assert.throws(
      () => parse(text),
      (error: unknown) => {
        assert.ok(error instanceof ConfideError)
        assert.equal(error.kind, 'data')
        assert.match(error.message, message)
        return true
      },
    )
  })
}

test('inline references agree when only one of them says it', () => {
  assert.match(show('${path:/x?as=env}${path:/y}'), /as="env"/)
  assert.match(show('${path:/x?mode=0400}${path:/y?mode=0400&optional}'), /optional=true/)
})

test('a provider gets the text without options, key and version apart', () => {
  const { reference } = onlyPart('keyed:a/b#key#3?optional')
  assert.deepEqual(reference, {
    text: 'keyed:a/b#key#3',
    provider: 'keyed',
    locator: 'a/b',
    key: 'key',
    version: '3',
  })
})

test('a provider that fetches learns of a prefix, as it is to give an object of names', () => {
  assert.equal(onlyPart('path:/x?prefix=A').reference.asObject, true)
  assert.equal(onlyPart('path:/x?prefix=').reference.asObject, true)
  assert.ok(!('asObject' in onlyPart('path:/x?as=env').reference))
})

/** The values that the project promises never to touch. */
const promised = [
  'file:./dev.db',
  'file:/app/config/',
  'k8s://https://10.0.0.1:443',
  'https://vault:8200/ui#/x',
  'vault:8200',
  'vault:8200/',
  'vault',
  'bao:8200',
  'see vault:foo and issue #5',
  'arn:aws:iam::123456789012:role/app',
  'arn:aws:s3:::bucket/secretsmanager',
  'op://vault/item/field',
  'ref+vault://secret/a#/b',
  '${HOME}',
  '$${HOME}',
  '${secretfile}',
  'secretfile',
  'sealed with wax: yes',
]
for (const text of promised) {
  test(`${text} is ordinary for the real providers`, () => {
    assert.deepEqual(parseValue(text, providers, ['env', 'fd']), { kind: 'ordinary' })
  })
}

test('no marker of one provider begins that of another', () => {
  const markers = ['literal:', ...providers.flatMap(provider => provider.markers)]
  for (const [at, marker] of markers.entries()) {
    assert.ok(!markers.some((other, index) => index !== at && other.startsWith(marker)), marker)
  }
})

test('a marker has no letter that would make it match in the middle of a word', () => {
  for (const marker of providers.flatMap(provider => provider.markers)) {
    assert.match(marker, /^(?:arn:[a-z-]+:)?[a-z][a-z0-9+.-]*:$/)
  }
})

/** The scan of native/scan.c, with the markers that it was built with. */
const tables = readFileSync(new URL('../../native/tables.h', import.meta.url), 'utf8')
const [, list = ''] = /reference_markers\[\] = \{([^}]*)\}/.exec(tables) ?? []
const scanned = [...list.matchAll(/"([^"]+)"/g)].map(([, marker = '']) => marker)
const maybe = (value: string) =>
  scanned.some(marker => value.startsWith(marker) || value.includes(`\${${marker}`))

const pieces = fc.constantFrom(
  ...[
    '${',
    '$${',
    '}',
    '{',
    '$',
    '#',
    '?',
    '=',
    '&',
    '/',
    ':',
    'x',
    ' ',
    '%41',
    'optional',
    'as=fd',
    'region=eu-west-1',
    'prefix=A',
  ],
  ...scanned,
  'secretfile:/run/x',
  'vault:secret/data/app#password',
  'sealed:/app/x.age#K',
  'aws-sm:x?region=eu-west-1',
)
const values = fc.oneof(
  fc.array(pieces, { maxLength: 12 }).map(parts => parts.join('')),
  fc.string({ unit: 'binary' }),
)

test('whatever the grammar takes or refuses, the scan of the spine says maybe', () => {
  const names = allDeliveries.map(delivery => delivery.name)
  let claimed = 0
  fc.assert(
    fc.property(values, text => {
      let isOrdinary = false
      try {
        isOrdinary = parseValue(text, providers, names).kind === 'ordinary'
      } catch (error) {
        assert.ok(error instanceof ConfideError)
        assert.equal(error.kind, 'data')
      }
      if (!isOrdinary) claimed++
      assert.ok(isOrdinary || maybe(text))
    }),
    { numRuns: 5000 },
  )
  assert.ok(claimed > 100, 'the values are too tame to test anything')
})

test('a value without any marker is ordinary', () => {
  fc.assert(
    fc.property(values, text => {
      fc.pre(!schemes.some(({ markers }) => markers.some(marker => text.includes(marker))))
      fc.pre(!text.startsWith('literal:'))
      assert.deepEqual(parse(text), { kind: 'ordinary' })
    }),
  )
})

test('literal: hands on any text as it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), text => {
      assert.deepEqual(parse(`literal:${text}`), { kind: 'literal', text })
    }),
  )
})

test('escaping every ${ of a text gives the text back', () => {
  const texts = fc.array(fc.constantFrom('${path:/x}', '${keyed:a#b}', '${HOME}', 'x', '}', ' '))
  fc.assert(
    fc.property(texts, parts => {
      const text = parts.join('')
      const escaped = text.replace(/\$\{(?=path:|keyed:)/g, '$${')
      const value = parse(escaped)
      assert.equal(value.kind === 'literal' ? value.text : escaped, text)
    }),
  )
})

test('what was taken apart is the value again once put together', () => {
  const texts = fc.array(fc.constantFrom('${path:/x}', '${keyed:a#b}', 'x', ' ', '}', '${HOME}'))
  fc.assert(
    fc.property(texts, parts => {
      const text = parts.join('')
      const value = parse(text)
      if (value.kind !== 'composed') return
      const again = value.parts.map(part =>
        typeof part === 'string' ? part : `\${${part.reference.text}}`,
      )
      assert.equal(again.join(''), text)
    }),
  )
})
