import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { generateHybridIdentity, identityToRecipient } from 'age-encryption'
import { ConfideError } from '../../src/leaf/errors.ts'
import { sealed } from '../../src/providers/sealed.ts'
import type { Reference } from '../../src/references/reference.ts'
import { armored, keyPair, sealFor, sealWithPassphrase } from '../servers/age.ts'
import { contextOf, fetchText, fetchTexts, type Result, type World } from '../servers/context.ts'

const directory = mkdtempSync(join(tmpdir(), 'confide-sealed-'))
after(() => rmSync(directory, { recursive: true, force: true }))

const alice = await keyPair()
const bob = await keyPair()
const canary = 'canary-7f3a'

function place(name: string, bytes: string | Uint8Array): string {
  const path = join(directory, name)
  writeFileSync(path, bytes)
  return path
}

/** Opens with Alice's identity, unless told otherwise. */
async function fetch(text: string, world: World = withIdentity(alice.identity)): Promise<Result> {
  return await fetchText(sealed, text, contextOf(world))
}

function withIdentity(identity: string): World {
  return { variables: { CONFIDE_AGE_IDENTITY: identity } }
}

function assertFailure(result: Result, kind: string, message: RegExp, hint?: RegExp): void {
  assert.ok(typeof result === 'object', `no failure: ${String(result)}`)
  assert.equal(result.kind, kind)
  assert.match(result.message, message)
  assert.ok(result.hint)
  if (hint !== undefined) assert.match(result.hint, hint)
  assert.ok(!JSON.stringify(result).includes(canary))
  assert.ok(!JSON.stringify(result).includes('SECRET-KEY-1Q'))
}

const formats: Record<string, string> = {
  'all.json.age':
    '{"NAME": "value", "BIG": 12345678901234567890, "PRICE": 1.10, "TREE": {"a": [1.10]}}',
  'all.yaml.age':
    '# comment\nNAME: value\nBIG: 12345678901234567890\nPRICE: 1.10\nTREE:\n  a: [1.10]\n',
  'all.env.age': [
    '# comment',
    'NAME=value',
    'export BIG=12345678901234567890',
    "PRICE='1.10'",
    'TREE={"a":[1.10]}\n',
  ].join('\n'),
}

for (const [name, text] of Object.entries(formats)) {
  test(`${name} gives names to secrets, and numbers keep their digits`, async () => {
    for (const file of [name, `looks-${name.split('.')[1]}.age`]) {
      const path = place(file, await sealFor(text, alice.recipient))
      const texts = ['NAME', 'BIG', 'PRICE', 'TREE'].map(key => `sealed:${path}#${key}`)
      const results = await fetchTexts(sealed, texts, contextOf(withIdentity(alice.identity)))
      assert.deepEqual(results, ['value', '12345678901234567890', '1.10', '{"a":[1.10]}'])
      assert.equal(await fetch(`sealed:${path}`), text)
    }
  })
}

test('a dotenv value is the whole of it: "#" inside, empty, or over several lines', async () => {
  const text = 'HASH=pass#word\nEMPTY= \nexport NONE=\nKEY="-----BEGIN\nx=\n-----END"\n'
  const path = place('values.env.age', await sealFor(text, alice.recipient))
  const texts = ['HASH', 'EMPTY', 'NONE', 'KEY'].map(key => `sealed:${path}#${key}`)
  const results = await fetchTexts(sealed, texts, contextOf(withIdentity(alice.identity)))
  assert.deepEqual(results, ['pass#word', '', '', '-----BEGIN\nx=\n-----END'])
})

test('binary plaintext comes back byte for byte, whole and large', async () => {
  const bytes = Buffer.alloc(3 * 65536 + 7, Buffer.from([0, 255, 10, 13]))
  const path = place('binary.age', await sealFor(bytes, alice.recipient))
  const reference = sealed.parse(`sealed:${path}`)
  assert.ok(reference !== null)
  const [secret] = await sealed.fetch([reference], contextOf(withIdentity(alice.identity)))
  assert.ok(secret !== undefined && 'reveal' in secret)
  assert.ok(secret.reveal(got => Buffer.compare(got, bytes) === 0))
})

test('an armored file opens, with whatever line ends', async () => {
  const text = armored(await sealFor('secret', alice.recipient))
  assert.equal(await fetch(`sealed:${place('armored.age', text)}`), 'secret')
  const windows = `\n${text.replaceAll('\n', '\r\n')}\r\n`
  assert.equal(await fetch(`sealed:${place('windows.age', windows)}`), 'secret')
})

test('a post-quantum identity opens what was sealed for it', async () => {
  const identity = await generateHybridIdentity()
  const file = await sealFor('secret', await identityToRecipient(identity))
  assert.equal(await fetch(`sealed:${place('hybrid.age', file)}`, withIdentity(identity)), 'secret')
})

test('many references to one file decrypt it once', async () => {
  const path = place('once.json.age', await sealFor('{"a":"1","b":"2"}', alice.recipient))
  const context = contextOf(withIdentity(alice.identity))
  const texts = [`sealed:${path}#a`, `sealed:${path}#b`, `sealed:${path}#a`]
  assert.deepEqual(await fetchTexts(sealed, texts, context), ['1', '2', '1'])
  assert.equal(context.notes.length, 1)
})

test('the identity comes from the first place that is set', async () => {
  const path = place('order.age', await sealFor('secret', alice.recipient))
  place('confide-age-identity', `${alice.identity}\n`)
  const file = place('identity.txt', `# created: today\n\n${bob.identity}\n${alice.identity}\r\n`)
  const last = { CREDENTIALS_DIRECTORY: directory }
  const worlds: World[] = [
    { variables: last },
    { variables: { ...last, CONFIDE_AGE_IDENTITY: '', CONFIDE_AGE_IDENTITY_FILE: file } },
    {
      variables: { ...last, CONFIDE_AGE_IDENTITY_FD: '7' },
      descriptors: { 7: `${alice.identity}\n` },
    },
  ]
  for (const world of worlds) assert.equal(await fetch(`sealed:${path}`, world), 'secret')
  const variables = { ...last, CONFIDE_AGE_IDENTITY_FILE: file }
  const wrongFirst = { ...variables, CONFIDE_AGE_IDENTITY: bob.identity }
  assertFailure(
    await fetch(`sealed:${path}`, { variables: wrongFirst }),
    'permission',
    /no identity/,
  )
})

test('without an identity the report says where one was sought', async () => {
  const path = place('alone.age', await sealFor(canary, alice.recipient))
  const worlds = [{}, { variables: { CREDENTIALS_DIRECTORY: '/nonexistent' } }]
  for (const world of worlds) {
    const hint = /_FILE.*CONFIDE_AGE_IDENTITY_FD.*CREDENTIALS_DIRECTORY\/confide-age-identity/
    assertFailure(await fetch(`sealed:${path}`, world), 'configuration', /no age identity/, hint)
  }
})

test('an identity that can not be read is never "missing", so nothing forgives it', async () => {
  const path = place('unreadable.age', await sealFor(canary, alice.recipient))
  const settings = [
    { CONFIDE_AGE_IDENTITY_FILE: '/nonexistent' },
    { CONFIDE_AGE_IDENTITY_FILE: directory },
    { CREDENTIALS_DIRECTORY: place('no-directory', '') },
    { CONFIDE_AGE_IDENTITY_FD: '7' },
    { CONFIDE_AGE_IDENTITY_FD: 'seven' },
  ]
  for (const variables of settings) {
    const result = await fetch(`sealed:${path}`, { variables })
    assert.ok(typeof result === 'object')
    assert.equal(result.kind, 'configuration')
  }
})

test('a descriptor that can not be read is named with what should be on it', async () => {
  const path = place('descriptor.age', await sealFor(canary, alice.recipient))
  const result = await fetch(`sealed:${path}`, { variables: { CONFIDE_AGE_IDENTITY_FD: '7' } })
  const hint = /^open the identity on it: 7< identity\.txt$/
  assertFailure(result, 'configuration', /descriptor 7 .*\(CONFIDE_AGE_IDENTITY_FD\)$/, hint)
})

test('what is no usable identity is told apart, and not shown', async () => {
  const path = place('identities.age', await sealFor(canary, alice.recipient))
  const mistyped = `${alice.identity.slice(0, -3)}QQQ`
  const faults: [string, RegExp][] = [
    [alice.recipient, /line 1: this is a recipient/],
    [`# mine\nAGE-PLUGIN-YUBIKEY-1${canary}`, /line 2: identities of plugins/],
    [`-----BEGIN OPENSSH PRIVATE KEY-----\n${canary}`, /ssh keys/],
    [`-----BEGIN AGE ENCRYPTED FILE-----\n${canary}`, /itself encrypted/],
    [canary, /not an age identity/],
    ['# nothing\n', /holds no identity/],
    [mistyped, /identity 1 is mistyped/],
    [alice.identity.slice(0, 40), /mistyped/],
  ]
  for (const [identity, message] of faults) {
    const result = await fetch(`sealed:${path}`, withIdentity(identity))
    assertFailure(result, 'configuration', message, /keygen/)
    assert.ok(!JSON.stringify(result).includes(mistyped.slice(20)))
  }
})

test('a file for others, by passphrase or for other kinds of keys says which', async () => {
  const cases: [Uint8Array | string, string, RegExp, RegExp][] = [
    [await sealFor(canary, bob.recipient), 'permission', /no identity opens/, /other recipients/],
    [await sealWithPassphrase(canary, 'pass'), 'data', /passphrase/, /recipient/],
    [withStanza('ssh-ed25519'), 'permission', /no identity opens/, /ssh or plugin/],
    [withStanza('piv-p256'), 'permission', /no identity opens/, /ssh or plugin/],
  ]
  for (const [file, kind, message, hint] of cases) {
    assertFailure(await fetch(`sealed:${place('others.age', file)}`), kind, message, hint)
  }
})

function withStanza(type: string): string {
  const mac = Buffer.alloc(32).toString('base64').replace(/=/g, '')
  return `age-encryption.org/v1\n-> ${type} ${canary}\nAAAA\n--- ${mac}\n0123456789abcdef`
}

test('damage anywhere is one kind of failure, and never half a plaintext', async () => {
  const file = await sealFor(canary.repeat(20000), alice.recipient)
  const inHeader = 60
  const inPayload = 70000
  for (const at of [inHeader, inPayload, file.length - 1]) {
    const damaged = Uint8Array.from(file)
    damaged[at] = (damaged[at] ?? 0) ^ 1
    const result = await fetch(`sealed:${place('damaged.age', damaged)}`)
    assert.ok(typeof result === 'object' && ['data', 'permission'].includes(result.kind))
    assert.ok(!JSON.stringify(result).includes(canary))
  }
  for (const length of [22, 100, 200, 210, 70000, file.length - 1]) {
    const result = await fetch(`sealed:${place('cut.age', file.subarray(0, length))}`)
    assertFailure(result, 'data', /damaged or cut off/)
  }
  const text = armored(await sealFor(canary, alice.recipient))
  assertFailure(await fetch(`sealed:${place('cut.age', text.slice(0, -20))}`), 'data', /damaged/)
})

test('what is no age file is no age file', async () => {
  for (const text of ['', canary, '{"NAME":"value"}', 'age-encryption.org/v2\n']) {
    assertFailure(await fetch(`sealed:${place('plain.age', text)}`), 'data', /not an age file/)
  }
})

test('a name that is not there is missing, and the hint counts names', async () => {
  const file = await sealFor(`{"one":"${canary}","two":null}`, alice.recipient)
  const path = place('names.json.age', file)
  assertFailure(await fetch(`sealed:${path}#three`), 'missing', /no name "three"/, /json.*2 names/)
  assertFailure(await fetch(`sealed:${path}#two`), 'missing', /^the key "two" is null$/, /null/)
  assertFailure(await fetch(`sealed:${path}#__proto__`), 'missing', /no name/)
})

test('raw text has no names', async () => {
  for (const text of [`-----BEGIN PRIVATE KEY-----\n${canary}\n`, canary, '[1, 2]', 'a\0b']) {
    const path = place('raw.age', await sealFor(text, alice.recipient))
    assertFailure(await fetch(`sealed:${path}#name`), 'data', /raw text/, /leave #name out/)
  }
})

/** As a reference with `prefix=` is fetched. */
async function fetchObject(text: string): Promise<Result> {
  const objects = { ...sealed, parse: (given: string) => withObject(sealed.parse(given)) }
  return await fetchText(objects, text, contextOf(withIdentity(alice.identity)))
}

const withObject = (reference: Reference | null): Reference | null =>
  reference && { ...reference, asObject: true }

for (const [name, text] of Object.entries(formats)) {
  test(`the names of ${name} come as a JSON object where that is wanted`, async () => {
    const path = place(`object-${name}`, await sealFor(text, alice.recipient))
    const json = await fetchObject(`sealed:${path}`)
    assert.ok(typeof json === 'string')
    assert.match(json, /"BIG":\s*"?12345678901234567890\b/)
    assert.match(json, /"PRICE":\s*"?1\.10\b/)
    assert.deepEqual(Object.keys(JSON.parse(json)), ['NAME', 'BIG', 'PRICE', 'TREE'])
    assert.equal(await fetch(`sealed:${path}`), text)
  })
}

test('what is no object of names is none with a prefix either', async () => {
  const raw = place('prefix.age', await sealFor(canary, alice.recipient))
  assertFailure(await fetchObject(`sealed:${raw}`), 'data', /raw text/, /^leave prefix= out/)
  const yaml = await sealFor(`a: ${canary}\nb: !!binary aGVsbG8=\n`, alice.recipient)
  const path = place('binary.yaml.age', yaml)
  assertFailure(await fetchObject(`sealed:${path}`), 'data', /!!binary/, /binary\.yaml\.age#NAME$/)
  assert.equal(await fetchObject(`sealed:${path}#a`), canary)
})

test('text that is not what the name of the file promises says where', async () => {
  const levels = 'a: &a [x,x]\nb: &b [*a,*a]\nc: &c [*b,*b]\nd: &d [*c,*c]\n'
  const bomb = `${levels}e: [${'*d,'.repeat(99)}]\n`
  const cases: [string, string, RegExp][] = [
    ['x.json.age', `{"a": 1,\n"b": ${canary}}`, /not json: the fault is in line 2/],
    ['x.json.age', `{"a": 1,\n"b" "${canary}"}`, /not json: the fault is in line 2/],
    ['x.json.age', `{"a": 1,\n"b":`, /not json: it ends too early/],
    ['x.json.age', `["${canary}"]`, /must be an object/],
    ['x.yaml.age', `a: "${canary}\nb: [`, /not yaml: the fault is in line \d/],
    ['x.yaml.age', `- ${canary}`, /must be a mapping/],
    ['x.yaml.age', `%YAML 1.1\n---\na: no\n`, /not YAML 1\.2/],
    ['x.yaml.age', `a: ${canary}\na: 2\n`, /not yaml: line 2 gives a name again/],
    ['x.yaml.age', `a: ${canary}\n---\nb: 2\n`, /a second document begins in line/],
    ['x.json.age', `{"a": "${canary}", "a": 2}`, /not json: line 1 gives a name again/],
    ['x.yml.age', bomb, /aliases/],
    ['x.env.age', `A=1\n${canary} 2\n`, /not dotenv: line 2/],
    ['x.env.age', `A="${canary}\nB="2"\n`, /not dotenv: line 1 has text behind/],
    ['x.env.age', `A="1\n2"\nB=1\nA=${canary}\n`, /lines 1 and 4/],
    ['x.env.age', Buffer.from([255, 254]).toString('latin1'), /not dotenv/],
  ]
  for (const [name, text, message] of cases) {
    const path = place(name, await sealFor(text, alice.recipient))
    assertFailure(await fetch(`sealed:${path}#a`), 'data', message)
  }
})

test('a missing file is missing, with or without an identity', async () => {
  for (const world of [{}, withIdentity(alice.identity)]) {
    assertFailure(await fetch('sealed:/nonexistent.age#a', world), 'missing', /no such file/)
  }
})

test('after the deadline nothing is opened', async () => {
  const path = place('late.age', await sealFor(canary, alice.recipient))
  const result = await fetch(`sealed:${path}`, { signal: AbortSignal.abort() })
  assertFailure(result, 'temporary', /deadline/)
})

test('only absolute paths without version are references', () => {
  for (const text of ['sealed:', 'sealed:x.age', 'sealed:/x#', 'sealed:/x#k#1']) {
    assert.throws(() => sealed.parse(text), ConfideError)
  }
})
