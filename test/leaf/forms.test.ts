import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Forms } from '../../src/leaf/forms.ts'
import { PlainText } from '../../src/leaf/plain-text.ts'

function placesOf(secret: string | Uint8Array, text: string) {
  const forms = new Forms()
  forms.add(typeof secret === 'string' ? Buffer.from(secret) : secret)
  return forms.placesIn(text)
}

/** How text may come to hold a secret. */
const showings: Readonly<Record<string, (secret: string) => string>> = {
  'as it is': secret => secret,
  'without the white space around it': secret => secret.trim(),
  'in JSON': secret => JSON.stringify({ secret }),
  "in Go's JSON": secret => JSON.stringify({ secret }).replaceAll('<', '\\u003c'),
  'in a URL': secret => `https://host/${encodeURIComponent(secret)}`,
  'in a form': secret => new URLSearchParams({ secret }).toString(),
  'in base64': secret => Buffer.from(secret).toString('base64'),
  'in base64 behind something': secret => Buffer.from(`u:${secret}`).toString('base64'),
  'in base64 between other things': secret => Buffer.from(`{"${secret}"}`).toString('base64'),
  'in base64 of URLs': secret => Buffer.from(secret).toString('base64url'),
  'in hexadecimal digits': secret => Buffer.from(secret).toString('hex'),
  'in large hexadecimal digits': secret => Buffer.from(secret).toString('hex').toUpperCase(),
  'with bytes taken for characters': secret => Buffer.from(secret).toString('latin1'),
}

const long = fc
  .string({ unit: 'grapheme', minLength: 9, maxLength: 60 })
  .filter(text => text.isWellFormed() && Buffer.from(text.trim()).length >= 9)
  .filter(text => !/^[a-z,.:;' ]*$/i.test(text.trim()))

for (const [name, show] of Object.entries(showings)) {
  test(`a secret is found ${name}`, () => {
    fc.assert(
      fc.property(long, fc.string(), (secret, before) => {
        const text = `${before} ${show(secret)} and so on`
        const places = placesOf(secret, text)
        assert.ok(places.some(([start, end]) => end - start >= secret.trim().length))
      }),
    )
  })
}

test('bytes that are no text are found in their encodings', () => {
  const bytes = Buffer.from('ff00fe01fd02fc03', 'hex')
  for (const encoding of ['hex', 'base64', 'latin1'] as const) {
    const text = bytes.toString(encoding)
    assert.ok(placesOf(bytes, `x${text}x`).length > 0, encoding)
  }
})

test('neither short secrets nor up to three words are looked for: our sentences have them', () => {
  const places = (secret: string, text: string) => placesOf(secret, text)
  assert.deepEqual(places('error-1', 'error-1: an error'), [])
  assert.deepEqual(places('permission', 'permission denied'), [])
  for (const words of ['such parameter', 'missing, the variable', ': is no such', "can't be"]) {
    assert.deepEqual(places(words, `there is no such parameter missing, the variable: is`), [])
    assert.deepEqual(places(` ${words}\n`, words), [])
  }
  assert.equal(places('correct horse battery staple', 'correct horse battery staple').length, 1)
  for (const secret of [
    'such-parameter',
    'two words 2',
    'a.dotted.host',
    'p@ss word',
    'user: pw!',
  ]) {
    assert.equal(places(secret, secret).length, 1, secret)
  }
  assert.equal(places('errors-2', 'errors-2: two errors-2').length, 2)
  assert.equal(places('correcthorsebattery', 'correcthorsebattery').length, 1)
})

test('a secret cannot pass for a word by being one in base64', () => {
  const secret = Buffer.from('authentication', 'base64')
  assert.deepEqual(placesOf(secret, 'authentication failed'), [])
  assert.equal(placesOf(secret, secret.toString('hex')).length, 1)
})

test('what stands in plain is not looked for in any form, all else is', () => {
  const forms = new Forms(new PlainText(['eu-west-1', 'path:/prod/database/x', 'aHVudGVyMjI']))
  for (const secret of ['eu-west-1', 'prod/database', 'hunter22', 'eu-west-12', 'prod/data.']) {
    forms.add(Buffer.from(secret))
  }
  const found = (text: string) => forms.placesIn(text).length > 0
  for (const text of ['eu-west-1', 'prod/database', 'prod%2Fdatabase', 'hunter22']) {
    assert.ok(!found(text), text)
  }
  for (const text of ['eu-west-12', 'prod/data.', 'prod%2Fdata.']) assert.ok(found(text), text)
})

test('a secret that is longer than any line is not even encoded', () => {
  const huge = Buffer.alloc(64 * 1024 * 1024, 'x')
  const started = process.memoryUsage().external
  assert.deepEqual(placesOf(huge, 'a line'), [])
  assert.ok(process.memoryUsage().external - started < 1024 * 1024)
})

test('many secrets are found in the order of the text, also those that begin alike', () => {
  const forms = new Forms()
  for (const secret of ['password-1', 'password-12', 'other-one']) forms.add(Buffer.from(secret))
  assert.deepEqual(forms.placesIn('other-one, password-12, password'), [
    [0, 9],
    [11, 21],
    [11, 22],
  ])
})
