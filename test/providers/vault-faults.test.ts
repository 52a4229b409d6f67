import assert from 'node:assert/strict'
import { request } from 'node:http'
import { test, type TestContext } from 'node:test'
import { inspect } from 'node:util'
import { ConfideError } from '../../src/leaf/errors.ts'
import { vault } from '../../src/providers/vault.ts'
import { contextOf, fetchText, fetchTexts, type Result } from '../servers/context.ts'
import {
  type Behaviour,
  behindMounts,
  cutOff,
  hang,
  hostileServer,
  type HostileServer,
  json,
  mountAtSecret,
  plain,
  reset,
  stall,
} from '../servers/hostile-http.ts'
import { openbao } from '../servers/openbao.ts'

const token = 'hvs.canary-token-5d1e'
const canary = 'canary-secret-5d1e'
const reference = 'vault:secret/app#password'
const good = json(200, { data: { data: { password: canary }, metadata: { version: 1 } } })

/** A server for one test; what the test then fetches from it. */
async function serve(t: TestContext, behaviour: Behaviour): Promise<HostileServer> {
  const server = await hostileServer(behaviour)
  t.after(() => server.stop())
  return server
}

async function fetchFrom(server: HostileServer, signal?: AbortSignal): Promise<Result> {
  const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: token }
  const context = contextOf(signal === undefined ? { variables } : { variables, signal })
  return await fetchText(vault, reference, context)
}

/** Besides its kind, no failure may show what the server sent: it could be anything. */
function assertFailure(result: Result, kind: string, message: RegExp): void {
  assert.ok(typeof result === 'object', `no failure: ${String(result)}`)
  assert.equal(result.kind, kind, JSON.stringify(result))
  assert.match(result.message, message)
  assert.ok(result.hint)
  assert.ok(!/canary/.test(JSON.stringify(result)), JSON.stringify(result))
}

test('a server that echoes token and secret in every error shows neither', async t => {
  const echo = `${token} ${canary}`
  const check = async (behaviour: Behaviour) => {
    const server = await serve(t, behindMounts(behaviour))
    const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: token }
    const context = contextOf({ variables, signal: AbortSignal.timeout(3000) })
    const parsed = vault.parse(reference)
    assert.ok(parsed !== null)
    const [outcome] = await vault.fetch([parsed], context)
    assert.ok(outcome instanceof ConfideError)
    const seen = [inspect(outcome, { depth: null, showHidden: true }), JSON.stringify(outcome)]
    seen.push(...context.notes, ...context.warnings, outcome.stack ?? '')
    assert.ok(!/canary/.test(seen.join('\n')), seen.join('\n'))
  }
  const statuses = [400, 401, 403, 404, 405, 412, 418, 429, 472, 500, 501, 503]
  const behaviours = statuses.flatMap(status => {
    const headers = { 'retry-after': '0', 'x-echo': token, 'content-type': echo }
    const errors = [`1 error occurred: ${echo}`]
    return [json(status, { errors, data: { [echo]: echo } }, headers), plain(status, echo, headers)]
  })
  await Promise.all(behaviours.map(check))
})

test('a mount that is named or typed to leak does not', async t => {
  const mounts = [
    { path: canary, type: 'kv' },
    { path: '', type: 'kv' },
    { path: 'secret/', type: canary, options: null },
    { path: 'secret/', type: [canary] },
    { path: { canary }, type: 'kv' },
    canary,
    null,
  ]
  for (const data of mounts) {
    const result = await fetchFrom(await serve(t, json(200, { data })))
    assert.ok(typeof result === 'object' && /unavailable|configuration/.test(result.kind))
    assert.ok(!/canary/.test(JSON.stringify(result)))
  }
})

test('a redirect to another host is not followed, and no token goes there', async t => {
  const thief = await serve(t, good)
  const { port } = new URL(thief.address)
  const targets = [
    `${thief.address}/v1/secret/data/app`,
    `//localhost:${port}/v1/x`,
    `http://${canary}.example/`,
    'https://127.0.0.1/',
    'file:///etc/passwd',
    'http://[',
  ]
  for (const target of targets) {
    const server = await serve(t, behindMounts(json(307, {}, { location: target })))
    assertFailure(await fetchFrom(server), 'unavailable', /redirects to another host/)
  }
  assert.equal(thief.requests.length, 0)
})

test('a redirect on the same origin is followed once', async t => {
  const once = await serve(
    t,
    behindMounts((asked, response, count) => {
      if (asked.url?.endsWith('/moved') === true) return good(asked, response)
      return json(307, {}, { location: `/v1/secret/${count}/moved` })(asked, response)
    }),
  )
  assert.equal(await fetchFrom(once), canary)
  assert.equal(once.requests.at(-1)?.headers['x-vault-token'], token)
  const endless = await serve(t, behindMounts(json(302, {}, { location: '/v1/again' })))
  assertFailure(await fetchFrom(endless), 'unavailable', /again and again/)
  assert.equal(endless.requests.length, 3)
})

test('a page or a broken text instead of an answer is not taken for one', async t => {
  const notVault = / does not answer as Vault does \(200\)$/
  const cases: [Behaviour, string, RegExp][] = [
    [plain(200, `<html>${canary}</html>`), 'unavailable', notVault],
    [behindMounts(plain(200, `<html>${canary}</html>`)), 'unavailable', notVault],
    [behindMounts(plain(200, `{"data":{"data":{"password":"${canary}`)), 'unavailable', notVault],
    [behindMounts(plain(200, '')), 'unavailable', notVault],
    [behindMounts(json(200, [canary])), 'data', /no key\/value secret/],
    [behindMounts(json(200, { data: canary })), 'data', /no key\/value secret/],
    [behindMounts(json(200, { data: { data: [canary] } })), 'data', /no key\/value secret/],
    [behindMounts(json(200, `"${canary}"`)), 'data', /no key\/value secret/],
    [behindMounts(json(200, 'null')), 'data', /no key\/value secret/],
    [behindMounts(json(204, '')), 'data', /did not accept the request \(204\)/],
  ]
  for (const [behaviour, kind, message] of cases) {
    assertFailure(await fetchFrom(await serve(t, behaviour)), kind, message)
  }
})

test('JSON that is odd, but JSON, is read as it stands or told', async t => {
  const answer = (data: string) =>
    behindMounts(json(200, `{"data":{"data":${data},"metadata":{}}}`))
  const read = async (data: string) => await fetchFrom(await serve(t, answer(data)))
  assert.equal(await read('{"password":"one","password":"two"}'), 'two')
  assert.equal(await read('{"__proto__":{"password":"x"},"password":"own"}'), 'own')
  assert.equal(await read('{"constructor":1,"password":"nul\\u0000"}'), 'nul\0')
  const inherited = await read('{"__proto__":{"password":"canary"}}')
  assertFailure(inherited, 'missing', /^the secret has no key "password"$/)
  const deep = '['.repeat(100_000) + ']'.repeat(100_000)
  assertFailure(await read(`{"password":${deep}}`), 'data', /nested too deeply$/)
  assertFailure(await read('{"password":"canary\\ud800"}'), 'data', /not valid Unicode/)
  const latin1 = Buffer.from('{"data":{"data":{"password":"canary\u00fc"}}}', 'latin1')
  const notText = behindMounts((_, response) => void response.end(latin1))
  assertFailure(await fetchFrom(await serve(t, notText)), 'unavailable', /does not answer as Vault/)
})

test('a 404 of another server is no missing secret, which optional would forgive', async t => {
  const pages = [
    plain(404, `<html>${canary}</html>`),
    plain(404, ''),
    json(404, { message: canary }),
    json(404, { errors: canary }),
    json(404, [canary]),
  ]
  for (const page of pages) {
    for (const behaviour of [page, behindMounts(page)]) {
      const result = await fetchFrom(await serve(t, behaviour))
      assertFailure(result, 'unavailable', / does not answer as Vault does \(404\)$/)
      assert.match((result as { hint: string }).hint, /^check VAULT_ADDR/)
    }
  }
  const vaults = await serve(t, behindMounts(json(404, { errors: [] })))
  assertFailure(await fetchFrom(vaults), 'missing', /no such secret/)
})

test('http:// to a port that speaks TLS is told, whichever server it is', async t => {
  const sentences = [
    'Client sent an HTTP request to an HTTPS server.\n',
    '<html><title>400 The plain HTTP request was sent to HTTPS port</title></html>',
    "Reason: You're speaking plain HTTP to an SSL-enabled server port.",
  ]
  for (const sentence of sentences) {
    const result = await fetchFrom(await serve(t, plain(400, sentence)))
    assertFailure(result, 'configuration', /^127\.0\.0\.1:\d+ speaks https:\/\/, not http:\/\//)
  }
  const result = await fetchFrom(await serve(t, reset))
  assertFailure(result, 'unavailable', /broke off/)
  assert.match((result as { hint: string }).hint, /speak http:\/\/ there\?/)
})

test('a server that hangs or stalls is given up at the deadline', async t => {
  const cases: [Behaviour, RegExp][] = [
    [hang, /^connected to http:\/\/127\S+, but there was no answer before the deadline$/],
    [behindMounts(hang), /^connected to/],
    [behindMounts(stall('{"data":1}')), /^the answer of http\S+ was not complete before the dead/],
  ]
  for (const [behaviour, message] of cases) {
    const server = await serve(t, behaviour)
    assertFailure(await fetchFrom(server, AbortSignal.timeout(300)), 'temporary', message)
  }
  const server = await serve(t, good)
  assertFailure(await fetchFrom(server, AbortSignal.abort()), 'temporary', /deadline/)
  assert.equal(server.requests.length, 0)
})

test('what is overloaded, restarting or cut off is asked again', async t => {
  const faults: Behaviour[] = [
    json(429, {}, { 'retry-after': '0' }),
    json(503, { errors: ['Vault is sealed'] }),
    json(502, {}),
    json(412, { errors: [] }),
    reset,
    cutOff('{"data":'),
  ]
  for (const fault of faults) {
    const server = await serve(t, (asked, response, count) => {
      if (count % 2 === 1) return fault(asked, response, count)
      return count === 2 ? json(200, mountAtSecret)(asked, response) : good(asked, response)
    })
    assert.equal(await fetchFrom(server), canary)
    assert.equal(server.requests.length, 4)
  }
})

test('what stays broken is reported as what it is', async t => {
  const cases: [Behaviour, string, RegExp][] = [
    [json(503, { errors: ['Vault is sealed'] }), 'unavailable', /sealed \(503\)/],
    [json(503, {}), 'unavailable', /not in service \(503\)/],
    [json(500, { errors: [canary] }), 'unavailable', /failed \(500\)/],
    [reset, 'unavailable', /broke off \(ECONNRESET\)/],
    [cutOff('{'), 'unavailable', /broke off \(ECONNRESET\)/],
  ]
  const run = async ([behaviour, kind, message]: (typeof cases)[number]) => {
    const server = await serve(t, behaviour)
    assertFailure(await fetchFrom(server), kind, message)
    assert.equal(server.requests.length, 4)
  }
  await Promise.all(cases.map(run))
})

test('a wait that the server asks for ends with the deadline, and its answer counts', async t => {
  const server = await serve(t, json(429, {}, { 'retry-after': '3600' }))
  const result = await fetchFrom(server, AbortSignal.timeout(300))
  assertFailure(result, 'temporary', /come back in 3600 s \(429\)/)
  assert.equal(server.requests.length, 1)
})

test('a no is not asked again', async t => {
  for (const status of [400, 403, 404, 405]) {
    const server = await serve(t, behindMounts(json(status, { errors: [] })))
    assert.equal(typeof (await fetchFrom(server)), 'object')
    const asked = server.requests.filter(({ url }) => url === '/v1/secret/data/app')
    assert.equal(asked.length, 1)
  }
})

test('where nobody listens, or nothing has that name, is told', async () => {
  const ask = (address: string) => {
    return fetchText(
      vault,
      reference,
      contextOf({ variables: { VAULT_ADDR: address, VAULT_TOKEN: token } }),
    )
  }
  assertFailure(await ask('http://127.0.0.1:1'), 'unavailable', /connection refused/)
  assertFailure(await ask('http://nothing.invalid'), 'unavailable', /no such host|name server/)
})

test('at most a hundred connections, and they are used again', async t => {
  let most = 0
  const sockets = new Set<unknown>()
  let busy = 0
  const server = await serve(
    t,
    behindMounts((asked, response) => {
      sockets.add(asked.socket)
      most = Math.max(most, ++busy)
      setTimeout(() => {
        busy--
        good(asked, response)
      }, 5)
    }),
  )
  const texts = Array.from({ length: 300 }, (_, index) => `vault:secret/${index}#password`)
  const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: token }
  const results = await fetchTexts(vault, texts, contextOf({ variables }))
  assert.deepEqual(new Set(results), new Set([canary]))
  assert.ok(most <= 100, `${most} at once`)
  assert.ok(sockets.size <= 100, `${sockets.size} connections`)
})

test('where policies forbid to ask about mounts, both ways to write a path work', async t => {
  const bao = await openbao()
  t.after(() => bao.stop())
  await bao.api('POST', 'secret/data/app', { data: { password: 'two' } })
  await bao.api('POST', 'kv1/app', { password: 'one' })
  const filter = await serve(t, (asked, response) => {
    if (asked.url?.startsWith('/v1/sys/') === true) {
      return json(403, { errors: ['permission denied'] })(asked, response)
    }
    const url = new URL(asked.url ?? '', bao.address)
    request(url, { headers: asked.headers }, answer => {
      response.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(response)
    }).end()
  })
  const variables = { VAULT_ADDR: filter.address, VAULT_TOKEN: bao.rootToken }
  const paths = ['secret/data/app', 'secret/app', 'kv1/app', 'kv1/none', 'secret/data/none']
  const texts = paths.map(path => `vault:${path}#password`)
  const results = await fetchTexts(vault, texts, contextOf({ variables }))
  assert.deepEqual(results.slice(0, 3), ['two', 'two', 'one'])
  for (const result of results.slice(3)) {
    assert.ok(typeof result === 'object' && result.kind === 'missing')
  }
  const narrow = await bao.tokenWith('path "secret/data/app" { capabilities = ["read"] }')
  const context = contextOf({ variables: { ...variables, VAULT_TOKEN: narrow } })
  const [mine, others] = await fetchTexts(
    vault,
    ['vault:secret/app#password', 'vault:secret/other#password'],
    context,
  )
  assert.equal(mine, 'two')
  assert.ok(typeof others === 'object' && others.kind === 'permission')
  assert.match(others.hint ?? '', /"read" on secret\/other, or on secret\/data\/other/)
})

test('variables of this process reach neither node-vault nor the connection', async t => {
  const server = await serve(t, behindMounts(good))
  const thief = await serve(t, good)
  const own = {
    VAULT_TOKEN: 'of-the-process',
    VAULT_NAMESPACE: 'of-the-process',
    VAULT_PREFIX: '/of-the-process',
    VAULT_SKIP_VERIFY: '1',
    HTTP_PROXY: thief.address,
    http_proxy: thief.address,
    NODE_DEBUG: 'http',
  }
  Object.assign(process.env, own)
  t.after(() => {
    for (const name of Object.keys(own)) delete process.env[name]
  })
  assert.equal(await fetchFrom(server), canary)
  for (const { url, headers } of server.requests) {
    assert.match(url, /^\/v1\/s/)
    assert.equal(headers['x-vault-token'], token)
    assert.equal(headers['x-vault-namespace'], undefined)
  }
  assert.equal(thief.requests.length, 0)
})

test('the proxy of the environment is used, but not for this machine', async t => {
  const proxy = await serve(t, (asked, response) => {
    const isMount = asked.url?.includes('/sys/internal/ui/mounts/') === true
    return (isMount ? json(200, mountAtSecret) : good)(asked, response)
  })
  const ask = (address: string, more: Record<string, string>) => {
    const variables = { VAULT_ADDR: address, VAULT_TOKEN: token, ...more }
    return fetchText(vault, reference, contextOf({ variables }))
  }
  const through = await ask('http://vault.invalid:8200', { HTTP_PROXY: proxy.address })
  assert.equal(through, canary)
  assert.match(proxy.requests[0]?.url ?? '', /^http:\/\/vault\.invalid:8200\/v1\/sys/)
  const excepted = { http_proxy: proxy.address, NO_PROXY: '.invalid' }
  assertFailure(await ask('http://vault.invalid:8200', excepted), 'unavailable', /host|name server/)
  const local = await ask('http://127.0.0.1:1', { HTTP_PROXY: proxy.address })
  assertFailure(local, 'unavailable', /connection refused/)
  assert.equal(proxy.requests.length, 2)
  const wrong = await ask('http://vault.invalid:8200', { http_proxy: 'http://canary:[' })
  assertFailure(wrong, 'configuration', /proxy's address/)
})
