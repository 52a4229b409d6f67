import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { makeEntry, parseEnviron, valueOf } from '../src/environ.ts'

const blockOf = (...entries: (string | Buffer)[]) =>
  Buffer.concat(entries.flatMap(entry => [Buffer.from(entry as Buffer), Buffer.alloc(1)]))

const parse = (...entries: (string | Buffer)[]) => parseEnviron(blockOf(...entries), entries.length)

test('names and values are parted at the first "="', () => {
  const [entry] = parse('URL=postgres://db?a=b=c')
  assert.equal(entry?.name, 'URL')
  assert.equal(entry?.value, 'postgres://db?a=b=c')
})

test('order and duplicates are kept, and the first of a name is the one that is found', () => {
  const environ = parse('B=1', 'A=2', 'B=3')
  assert.deepEqual(
    environ.map(entry => `${entry.name}=${entry.value}`),
    ['B=1', 'A=2', 'B=3'],
  )
  assert.equal(valueOf(environ, 'B'), '1')
})

test('an entry without "=" is kept but nobody can ask for it', () => {
  const environ = parse('LONELY', 'A=1')
  assert.equal(Buffer.from(environ[0]?.bytes ?? []).toString(), 'LONELY')
  assert.equal(valueOf(environ, 'LONELY'), undefined)
  assert.equal(valueOf(environ, ''), undefined)
})

test('an empty name is kept but nobody can ask for it', () => {
  const environ = parse('=value', '==', '')
  assert.equal(environ.length, 3)
  assert.equal(valueOf(environ, ''), undefined)
})

test('an empty value is a value', () => {
  assert.equal(valueOf(parse('EMPTY='), 'EMPTY'), '')
})

test('bytes that are not UTF-8 are kept verbatim and marked', () => {
  const raw = Buffer.from([0x41, 0x3d, 0xff, 0xfe, 0x62])
  const [entry] = parse(raw)
  assert.equal(entry?.isText, false)
  assert.equal(entry?.name, 'A')
  assert.deepEqual(Buffer.from(entry?.bytes ?? []), raw)
})

test('every block comes back byte for byte, in order', () => {
  const entry = fc
    .uint8Array({ maxLength: 40 })
    .map(bytes => Buffer.from(bytes.filter(byte => byte !== 0)))
  fc.assert(
    fc.property(fc.array(entry), entries => {
      const environ = parse(...entries)
      assert.deepEqual(
        environ.map(({ bytes }) => Buffer.from(bytes)),
        entries,
      )
      for (const { name, value, bytes, isText } of environ) {
        const holdsEquals = Buffer.from(bytes).includes('=')
        if (isText && holdsEquals) assert.equal(`${name}=${value}`, Buffer.from(bytes).toString())
        if (!holdsEquals) assert.equal(name, '')
      }
    }),
  )
})

test('a block that ends early gives what it has', () => {
  assert.equal(parseEnviron(Buffer.from('A=1\0B=2'), 5).length, 2)
  assert.equal(parseEnviron(Buffer.alloc(0), 3).length, 0)
})

test('a made entry is like one that was read', () => {
  assert.deepEqual(
    { ...makeEntry('A', 'ü=1'), bytes: undefined },
    { ...parse('A=ü=1')[0], bytes: undefined },
  )
})
