import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { SecretValue } from '../../src/leaf/secret.ts'
import { vault } from '../../src/providers/vault.ts'
import { contextOf, fetchText, fetchTexts, type Result, type World } from '../servers/context.ts'
import { openbao, type Openbao } from '../servers/openbao.ts'

const directory = mkdtempSync(join(tmpdir(), 'confide-vault-'))
let bao: Openbao
let variables: Record<string, string>

before(async () => {
  bao = await openbao()
  variables = { VAULT_ADDR: bao.address, VAULT_TOKEN: bao.rootToken }
  await bao.api('POST', 'secret/data/app', { data: { password: 'old', extra: 'x' } })
  await bao.api('POST', 'secret/data/app', {
    data: { password: 'new', list: [1, true], empty: '' },
  })
})
after(async () => {
  await bao.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function fetch(text: string, more: Record<string, string> = {}): Promise<Result> {
  return await fetchText(vault, text, contextOf({ variables: { ...variables, ...more } }))
}

function assertFailure(result: Result, kind: string, message: RegExp, hint?: RegExp): void {
  assert.ok(typeof result === 'object', `no failure: ${String(result)}`)
  assert.equal(result.kind, kind, JSON.stringify(result))
  assert.match(result.message, message)
  assert.ok(result.hint)
  if (hint !== undefined) assert.match(result.hint, hint)
}

function place(name: string, text: string): string {
  const path = join(directory, name)
  writeFileSync(path, text)
  return path
}

test('version 2 secrets are read by either path, whole or by version', async () => {
  assert.equal(await fetch('vault:secret/data/app#password'), 'new')
  assert.equal(await fetch('vault:secret/app#password'), 'new')
  assert.equal(await fetch('vault:/secret/app/#password'), 'new')
  assert.equal(await fetch('bao:secret/app#password#1'), 'old')
  assert.equal(await fetch('vault:secret/data/app#password#2'), 'new')
})

test('without a key, for prefix=, all keys of either version come as one object', async () => {
  await bao.api('POST', 'kv1/all', { one: 'first' })
  const expected: [string, string[]][] = [
    ['vault:secret/app', ['empty', 'list', 'password']],
    ['vault:kv1/all', ['one']],
  ]
  for (const [text, names] of expected) {
    assert.equal(vault.parse(text), null)
    const parsed = vault.parse(text, true)
    assert.ok(parsed !== null)
    const [outcome] = await vault.fetch([parsed], contextOf({ variables }))
    assert.ok(outcome instanceof SecretValue)
    assert.deepEqual(
      outcome
        .members()
        .map(([name]) => name)
        .sort(),
      names,
    )
  }
})

test('a value that is no string is JSON text, and an empty one is empty', async () => {
  assert.equal(await fetch('vault:secret/app#list'), '[1,true]')
  assert.equal(await fetch('vault:secret/app#empty'), '')
})

test('version 1 secrets are read as they are, also below data/ and with a key "data"', async () => {
  await bao.api('POST', 'kv1/app', { password: 'one', data: { metadata: 'x' }, metadata: 'y' })
  await bao.api('POST', 'kv1/data/app', { password: 'two' })
  assert.equal(await fetch('vault:kv1/app#password'), 'one')
  assert.equal(await fetch('vault:kv1/app#data'), '{"metadata":"x"}')
  assert.equal(await fetch('vault:kv1/data/app#password'), 'two')
  const versioned = await fetch('vault:kv1/app#password#1')
  assertFailure(versioned, 'data', /keeps no versions/, /leave #1 out/)
})

test('numbers keep the digits that the server sends', async () => {
  await bao.api('POST', 'kv1/numbers', '{"big":12345678901234567890,"price":1.10}')
  assert.equal(await fetch('vault:kv1/numbers#big'), '12345678901234567890')
  assert.equal(await fetch('vault:kv1/numbers#price'), '1.10')
})

test('mounts of several parts, and paths with odd characters, are found', async () => {
  await bao.api('POST', 'sys/mounts/team/kv', { type: 'kv', options: { version: '2' } })
  await bao.api('POST', 'team/kv/data/a%20b%2Bc%3F%25', { data: { k: 'odd' } })
  await bao.api('POST', 'team/kv/data/data/deep', { data: { k: 'deep' } })
  assert.equal(await fetch('vault:team/kv/a b+c?%#k'), 'odd')
  assert.equal(await fetch('vault:team/kv/data/data/deep#k'), 'deep')
})

test('one secret is read once and one mount asked about once, for many keys', async () => {
  await bao.api('POST', 'secret/data/other', { data: { k: 'v' } })
  const context = contextOf({ variables })
  const texts = ['app#password', 'app#list', 'app#empty', 'other#k', 'app#password']
  const results = await fetchTexts(
    vault,
    texts.map(text => `vault:secret/${text}`),
    context,
  )
  assert.deepEqual(results, ['new', '[1,true]', '', 'v', 'new'])
  const asked = context.notes.map(note => note.replace(/^vault: GET (\S+): 200$/, '$1')).sort()
  assert.deepEqual(asked, [
    'secret/data/app',
    'secret/data/other',
    'sys/internal/ui/mounts/secret/app',
  ])
})

test('hundreds of secrets come in their order', async () => {
  const numbers = Array.from({ length: 200 }, (_, index) => index)
  for (const number of numbers) await bao.api('POST', `kv1/many/${number}`, { k: `v${number}` })
  const texts = numbers.map(number => `vault:kv1/many/${number}#k`)
  const results = await fetchTexts(vault, texts, contextOf({ variables }))
  assert.deepEqual(
    results,
    numbers.map(number => `v${number}`),
  )
})

test('what does not exist is missing', async () => {
  await bao.api('POST', 'secret/data/deleted', { data: { k: 'v' } })
  await bao.api('DELETE', 'secret/data/deleted')
  await bao.api('POST', 'secret/data/destroyed', { data: { k: 'v' } })
  await bao.api('POST', 'secret/destroy/destroyed', { versions: [1] })
  const cases: [string, RegExp, RegExp][] = [
    ['secret/none#k', /no such secret \(404\)/, /stored at secret\/data\/none/],
    ['kv1/none#k', /no such secret/, /stored at kv1\/none/],
    ['secret/app#password#9', /^secret\/data\/app has no version 9$/, /leave #9 out/],
    ['secret/app#none', /no key "none"/, /3 keys/],
    ['secret/app#__proto__', /no key/, /3 keys/],
    ['secret/deleted#k', /deleted/, /undelete/],
    ['secret/destroyed#k', /destroyed/, /another version/],
    ['nomount/x#k', /no such secret/, /nothing is mounted at nomount\//],
  ]
  for (const [text, message, hint] of cases) {
    assertFailure(await fetch(`vault:${text}`), 'missing', message, hint)
  }
})

test('an engine without key/value secrets is not read: that would make a lease', async () => {
  await bao.api('POST', 'sys/mounts/transit', { type: 'transit' })
  const result = await fetch('vault:transit/keys/x#k')
  assertFailure(result, 'configuration', /mounted at transit\/ holds no key\/value secrets/, /kv/)
  for (const path of ['auth/token/lookup-self', 'auth/x/y', 'sys/health', 'identity/entity/id']) {
    const { 0: mount } = path.split('/')
    const other = await fetch(`vault:${path}#k`)
    if (path === 'auth/x/y') assertFailure(other, 'missing', /no such secret/, /mounted at auth/)
    else assertFailure(other, 'configuration', new RegExp(`${mount}/ holds no key/value secrets`))
  }
})

test('namespaces are entered, and one that does not exist is a setting to correct', async () => {
  await bao.api('POST', 'sys/namespaces/group')
  await bao.api('POST', 'group/sys/mounts/secret', { type: 'kv', options: { version: '2' } })
  await bao.api('POST', 'group/secret/data/app', { data: { password: 'of the group' } })
  const inside = await fetch('vault:secret/app#password', { VAULT_NAMESPACE: 'group' })
  assert.equal(inside, 'of the group')
  assert.equal(await fetch('vault:group/secret/app#password'), 'of the group')
  const nowhere = await fetch('vault:secret/app#password', { BAO_NAMESPACE: 'nowhere' })
  assertFailure(nowhere, 'configuration', /no namespace nowhere$/, /BAO_NAMESPACE/)
})

test('the token comes from the first place that is set', async () => {
  const token = `${bao.rootToken}\n`
  place('.vault-token', token)
  const file = place('token', token)
  const none = { VAULT_TOKEN: '' }
  const settings = [
    { ...none, VAULT_TOKEN_FILE: file },
    { ...none, BAO_TOKEN: bao.rootToken },
    { ...none, BAO_TOKEN_FILE: file },
    { ...none, HOME: directory },
    { VAULT_TOKEN: ` ${token}` },
  ]
  for (const more of settings) assert.equal(await fetch('vault:secret/app#password', more), 'new')
  const first = { VAULT_TOKEN_FILE: file, BAO_TOKEN: 'wrong' }
  assert.equal(await fetch('vault:secret/app#password', { ...none, ...first }), 'new')
  const bothWays = { VAULT_TOKEN: 'wrong', BAO_TOKEN: bao.rootToken }
  assert.equal(await fetch('bao:secret/app#password', bothWays), 'new')
  assertFailure(await fetch('vault:secret/app#password', bothWays), 'permission', /403/)
})

test('the token is kept out of all that is printed, wherever it comes from', async () => {
  const file = place('token', `${bao.rootToken}\n`)
  const settings = [{}, { VAULT_TOKEN: '', VAULT_TOKEN_FILE: file }]
  for (const more of settings) {
    const context = contextOf({ variables: { ...variables, ...more } })
    assert.equal(await fetchText(vault, 'vault:secret/app#password', context), 'new')
    assert.deepEqual(context.concealed, [bao.rootToken])
  }
})

test('each product has its own server', async () => {
  const context = contextOf({ variables: { ...variables, BAO_ADDR: 'http://127.0.0.1:1' } })
  const texts = ['vault:secret/app#password', 'bao:secret/app#password']
  const [one, other] = await fetchTexts(vault, texts, context)
  assert.equal(one, 'new')
  assertFailure(other ?? '', 'unavailable', /127\.0\.0\.1:1: connection refused/)
})

test('without address or token, the report says what to set', async () => {
  const none = { VAULT_ADDR: '', VAULT_TOKEN: '' }
  assertFailure(
    await fetch('vault:a/b#k', none),
    'configuration',
    /no server address/,
    /VAULT_ADDR/,
  )
  assertFailure(await fetch('bao:a/b#k', none), 'configuration', /no server address/, /BAO_ADDR/)
  const more = { VAULT_TOKEN: '', HOME: '/nonexistent' }
  const sought = /VAULT_TOKEN, VAULT_TOKEN_FILE, BAO_TOKEN, BAO_TOKEN_FILE and ~\/\.vault-token/
  assertFailure(await fetch('vault:a/b#k', more), 'configuration', /no token/, sought)
})

test('a setting that can not be right is never quoted', async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ VAULT_ADDR: 'vault.example:8200' }, /VAULT_ADDR is not a plain/],
    [{ VAULT_ADDR: 'https://user:canary@vault.example' }, /VAULT_ADDR is not a plain/],
    [{ VAULT_ADDR: 'unix:///canary' }, /VAULT_ADDR is not a plain/],
    [{ VAULT_ADDR: 'https://vault.example:8200/v1' }, /^VAULT_ADDR ends in \/v1$/],
    [{ VAULT_ADDR: '', BAO_ADDR: 'http://canary.example/bao/v1/' }, /^BAO_ADDR ends in \/v1$/],
    [{ VAULT_TOKEN: 'canary and more' }, /what is in VAULT_TOKEN is not a token/],
    [{ VAULT_TOKEN: 'canary\n\nX: y' }, /is not a token/],
    [{ VAULT_TOKEN: '', VAULT_TOKEN_FILE: place('empty', '\n') }, /_FILE is not a token/],
    [{ VAULT_TOKEN: '', VAULT_TOKEN_FILE: '/nonexistent' }, /cannot read .*no such file/],
    [{ VAULT_TOKEN: '', VAULT_TOKEN_FILE: directory }, /cannot read .*: is a directory/],
  ]
  for (const [more, message] of cases) {
    const result = await fetch('vault:secret/app#password', more)
    assertFailure(result, 'configuration', message)
    assert.ok(!JSON.stringify(result).includes('canary'))
  }
})

test('only a path and a key make a reference', () => {
  const ordinary = [
    'vault:8200',
    'vault:8200/ui#/secrets',
    'vault:secret/data/app',
    'vault://host/path#key',
    'vault: see issue #5',
    'see vault:foo and issue #5',
    'https://vault:8200/ui#/x',
    'vault:v1:8SDd3WHDOjf7mq69CyCqYjBXAiQQAVZRkFM13ok481zoCmHnSeDX9vyf7w==',
    'Vault:secret/app#k',
    'vaults:secret/app#k',
  ]
  for (const text of ordinary) assert.equal(vault.parse(text), null, text)
  const wrong = [
    'vault:app#key',
    'vault:secret/app#',
    'vault:secret/app#key#',
    'vault:secret/app#key#latest',
    'vault:secret/app#key#0',
    'vault:secret/app#key#1#2',
    'vault:secret/../sys/raw#key',
    'vault:secret//app#key',
    'vault:secret/./app#key',
    'vault:secret/a\nb#key',
    'vault:secret/app#${.user}-${.password}',
    'vault:#key',
  ]
  for (const text of wrong) {
    assert.throws(() => vault.parse(text), { kind: 'data', hint: /vault:MOUNT/ }, text)
    const bao = text.replace('vault:', 'bao:')
    assert.throws(() => vault.parse(bao), { kind: 'data', hint: /^write bao:MOUNT/ }, bao)
  }
  assert.throws(() => vault.parse('vault:a/b#k#00'), { message: /^versions count from 1: vault:/ })
})

test('a path without a key is told from hosts, ports, URLs, ciphertexts and prose', () => {
  const resembles = (text: string) => vault.resembles?.(text)
  for (const path of ['secret/data/app', 'kv/x', '/secret/app', 'team.x/kv-2/app']) {
    assert.equal(resembles(`vault:${path}`), 'a Vault reference without a #key', path)
    assert.equal(resembles(`bao:${path}`), 'an OpenBao reference without a #key', path)
  }
  const others = ['8200', '8200/ui', '//host/path', 'v1:8SDd3W/Hj==', ' see a/b', 'a b/c', 'app']
  for (const path of [...others, 'secret/', 'host:8200/ui', 'secret/app#key', '']) {
    assert.equal(resembles(`vault:${path}`), undefined, path)
  }
  assert.equal(resembles('secretfile:/a/b'), undefined)
})

test('TLS: its authority has to be known, and is added or named', async t => {
  const secure = await openbao({ tls: true })
  t.after(() => secure.stop())
  await secure.api('POST', 'secret/data/app', { data: { password: 'over TLS' } })
  const pem = readFileSync(secure.authority, 'utf8')
  const base = { VAULT_ADDR: secure.address, VAULT_TOKEN: secure.rootToken }
  const ask = (world: World) => fetchText(vault, 'vault:secret/app#password', contextOf(world))
  const unknown = await ask({ variables: base })
  assertFailure(unknown, 'unavailable', /not trusted \((SELF|UNABLE|DEPTH)/, /VAULT_CACERT/)
  const trusting: World[] = [
    { variables: { ...base, VAULT_CACERT: secure.authority } },
    { variables: { ...base, VAULT_CACERT_BYTES: pem } },
    { variables: { ...base, VAULT_CACERT: '', BAO_CACERT: secure.authority } },
    { variables: { ...base, VAULT_SKIP_VERIFY: 'false' }, certificates: [pem] },
  ]
  for (const world of trusting) assert.equal(await ask(world), 'over TLS')
  const unverified = contextOf({ variables: { ...base, VAULT_SKIP_VERIFY: '1' } })
  assert.equal(await fetchText(vault, 'vault:secret/app#password', unverified), 'over TLS')
  assert.match(unverified.warnings.join(), /VAULT_SKIP_VERIFY: .*not verified/)
  const other = { ...base, VAULT_CACERT: secure.authority, VAULT_TLS_SERVER_NAME: 'other.example' }
  assertFailure(await ask({ variables: other }), 'unavailable', /for another name/)
  const asPlain = { ...base, VAULT_ADDR: secure.address.replace('https', 'http') }
  const told = /^127\.0\.0\.1:\d+ speaks https:\/\/, not http:\/\/ \(400\)$/
  assertFailure(await ask({ variables: asPlain }), 'configuration', told, /https.*VAULT_ADDR/)
})

test('TLS goes through the proxy of the environment as a tunnel', async t => {
  const secure = await openbao({ tls: true })
  t.after(() => secure.stop())
  await secure.api('POST', 'secret/data/app', { data: { password: 'through' } })
  const { port } = new URL(secure.address)
  const tunnels: string[] = []
  const proxy = createServer().on('connect', (request, socket: Socket, head: Buffer) => {
    tunnels.push(request.url ?? '')
    const there = connect(Number(port), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 Connection Established\r\n\r\n')
      there.write(head)
      socket.pipe(there).pipe(socket)
    })
    socket.on('close', () => there.destroy()).on('error', () => there.destroy())
  })
  await once(proxy.listen(0, '127.0.0.1'), 'listening')
  t.after(() => proxy.close())
  const variables = {
    VAULT_ADDR: 'https://vault.invalid:8200',
    VAULT_TOKEN: secure.rootToken,
    VAULT_CACERT: secure.authority,
    VAULT_TLS_SERVER_NAME: 'localhost',
    HTTPS_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
  }
  const result = await fetchText(vault, 'vault:secret/app#password', contextOf({ variables }))
  assert.equal(result, 'through')
  assert.deepEqual([...new Set(tunnels)], ['vault.invalid:8200'])
})

test('TLS settings that can not be right say which', async () => {
  const base = { VAULT_ADDR: 'https://127.0.0.1:1', VAULT_TOKEN: 'token' }
  const cases: [Record<string, string>, RegExp][] = [
    [{ VAULT_CACERT: '/nonexistent' }, /cannot read \/nonexistent \(VAULT_CACERT\)/],
    [{ VAULT_CACERT: directory }, /\(VAULT_CACERT\): is a directory/],
    [{ VAULT_CACERT: place('no.pem', 'no certificate') }, /VAULT_CACERT holds no certificate/],
    [{ VAULT_CACERT_BYTES: '-----BEGIN CERTIFICATE-----\nAAAA' }, /CACERT_BYTES holds no/],
    [{ VAULT_SKIP_VERIFY: 'perhaps' }, /VAULT_SKIP_VERIFY is neither/],
  ]
  for (const [more, message] of cases) {
    assertFailure(await fetch('vault:a/b#k', { ...base, ...more }), 'configuration', message)
  }
  const world = { variables: base, certificates: ['-----BEGIN CERTIFICATE-----\nAAAA'] }
  const result = await fetchText(vault, 'vault:a/b#k', contextOf(world))
  assertFailure(result, 'configuration', /not valid PEM/, /NODE_EXTRA_CA_CERTS/)
})

test('plain http:// to a server that speaks TLS, and the other way round, is told', async () => {
  const result = await fetch('vault:a/b#k', { VAULT_ADDR: bao.address.replace('http', 'https') })
  assertFailure(result, 'unavailable', /TLS handshake failed/, /http:\/\//)
})
