import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { vault } from '../../src/providers/vault.ts'
import { contextOf, fetchText, fetchTexts, type Result } from '../servers/context.ts'
import { behindMounts, hostileServer, json, plain } from '../servers/hostile-http.ts'
import { openbao, type Openbao } from '../servers/openbao.ts'
import { until } from '../until.ts'

const directory = mkdtempSync(join(tmpdir(), 'confide-vault-'))
let bao: Openbao

before(async () => {
  bao = await openbao()
  await bao.api('POST', 'secret/data/app', { data: { password: 'x' } })
  const policy = 'path "secret/data/app" { capabilities = ["read"] }'
  await bao.api('PUT', 'sys/policies/acl/web', { policy })
})
after(async () => {
  await bao.stop()
  rmSync(directory, { recursive: true, force: true })
})

async function fetch(text: string, token: string, more: Record<string, string> = {}) {
  const variables = { VAULT_ADDR: bao.address, VAULT_TOKEN: token, ...more }
  return await fetchText(vault, text, contextOf({ variables }))
}

async function tokenOf(more: Record<string, unknown>): Promise<string> {
  const { body } = await bao.api('POST', 'auth/token/create', { policies: ['web'], ...more })
  return (body['auth'] as { client_token: string }).client_token
}

function assertRefused(result: Result, message: string, hint: string): void {
  assert.deepEqual(result, { kind: 'permission', message, hint })
}

const dead = 'it has expired, was revoked or used up, or is of another server: log in again'

test('a policy without the right names holder, policies, right and path', async () => {
  const token = await tokenOf({ display_name: 'web' })
  assert.equal(await fetch('vault:secret/app#password', token), 'x')
  assertRefused(
    await fetch('vault:secret/other#k', token),
    'permission denied (403) for the token "token-web" (policies default, web)',
    'the token\'s policy needs "read" on secret/data/other',
  )
})

test('who logged in by a role is named with it', async () => {
  await bao.api('POST', 'sys/auth/approle', { type: 'approle' })
  await bao.api('POST', 'auth/approle/role/shop', { token_policies: ['web'] })
  const role = await bao.api('GET', 'auth/approle/role/shop/role-id')
  const secret = await bao.api('POST', 'auth/approle/role/shop/secret-id')
  const login = { ...dataOf(role.body), ...dataOf(secret.body) }
  const { body } = await bao.api('POST', 'auth/approle/login', login)
  const { client_token: token } = body['auth'] as { client_token: string }
  assertRefused(
    await fetch('vault:secret/other#k', token),
    'permission denied (403) for the token "approle" (role shop, policies default, web)',
    'the token\'s policy needs "read" on secret/data/other',
  )
})

function dataOf(body: Readonly<Record<string, unknown>>): Record<string, string> {
  return body['data'] as Record<string, string>
}

test('a token that may not look itself up is named by where it came from', async () => {
  const token = await tokenOf({ no_default_policy: true })
  const path = join(directory, 'token')
  writeFileSync(path, token)
  const hint = 'the token\'s policy needs "read" on secret/data/other'
  const message = (source: string) => `permission denied (403) for the token of ${source}`
  assertRefused(await fetch('vault:secret/other#k', token), message('VAULT_TOKEN'), hint)
  const fromFile = await fetch('vault:secret/other#k', '', { BAO_TOKEN_FILE: path })
  assertRefused(fromFile, message('BAO_TOKEN_FILE'), hint)
  writeFileSync(join(directory, '.vault-token'), token)
  const fromHome = await fetch('vault:secret/other#k', '', { HOME: directory })
  assertRefused(fromHome, message(join(directory, '.vault-token')), hint)
})

test('an expired, revoked, used up or unknown token is told, with where it came from', async () => {
  const brief = await tokenOf({ ttl: '1s' })
  const revoked = await tokenOf({})
  await bao.api('POST', 'auth/token/revoke', { token: revoked })
  const once = await tokenOf({ num_uses: 1 })
  assert.equal(await fetch('vault:secret/app#password', once), 'x')
  await until('the token to expire', async () => {
    return typeof (await fetch('vault:secret/app#password', brief)) !== 'string'
  })
  for (const token of [brief, revoked, once, 'hvs.unknown']) {
    const result = await fetch('vault:secret/app#password', token)
    assertRefused(result, 'the token of VAULT_TOKEN is not valid (403)', dead)
  }
})

test('a refusal in a namespace names the namespace', async () => {
  await bao.api('POST', 'sys/namespaces/group')
  const token = await tokenOf({ display_name: 'web' })
  const result = await fetch('vault:secret/app#k', token, { VAULT_NAMESPACE: 'group' })
  assertRefused(
    result,
    'permission denied (403) for the token "token-web" (policies default, web)',
    'the token\'s policy needs "read" on secret/app, or on secret/data/app in the namespace group',
  )
})

test('a sealed server is told as such', async t => {
  const other = await openbao()
  t.after(() => other.stop())
  await other.api('PUT', 'sys/seal')
  const variables = { VAULT_ADDR: other.address, VAULT_TOKEN: other.rootToken }
  assert.deepEqual(await fetchText(vault, 'vault:secret/app#k', contextOf({ variables })), {
    kind: 'unavailable',
    message: `${other.address} is sealed (503)`,
    hint: 'unseal it (initialize it first, if it is new), or name another in VAULT_ADDR',
  })
})

const refused = json(403, { errors: ['1 error occurred:\n\t* permission denied\n\n'] })

test('however many secrets are refused, the holder is asked for once', async t => {
  const server = await hostileServer(behindMounts(refused))
  t.after(() => server.stop())
  const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: 'hvs.t' }
  const texts = Array.from({ length: 20 }, (_, index) => `vault:secret/${index}#k`)
  const results = await fetchTexts(vault, texts, contextOf({ variables }))
  assert.equal(results.length, 20)
  const asked = server.requests.filter(({ url }) => url === '/v1/auth/token/lookup-self')
  assert.equal(asked.length, 1)
})

test('a page with 401 or 403 is not from Vault, and says nothing about the token', async t => {
  for (const status of [401, 403]) {
    for (const page of [plain(status, '<html>no</html>'), json(status, { message: 'no' })]) {
      for (const behaviour of [page, behindMounts(page)]) {
        const server = await hostileServer(behaviour)
        t.after(() => server.stop())
        const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: 'hvs.t' }
        assert.deepEqual(await fetchText(vault, 'vault:secret/app#k', contextOf({ variables })), {
          kind: 'unavailable',
          message: `${server.address} does not answer as Vault does (${status})`,
          hint: 'check VAULT_ADDR: another server, a proxy or a login page answers there',
        })
        assert.ok(server.requests.every(({ url }) => !url.includes('lookup-self')))
      }
    }
  }
})

/** Answers like a Vault that refuses everything, and lets the token look itself up as told. */
function refusing(lookup: (count: number) => [number, unknown] | undefined) {
  return behindMounts((request, response, count) => {
    if (request.url !== '/v1/auth/token/lookup-self') return refused(request, response)
    const answer = lookup(count)
    if (answer !== undefined) json(...answer)(request, response)
  })
}

test('a holder that nothing is learnt of delays no report for long', async t => {
  for (const answer of [undefined, [503, {}], [200, []], [200, { data: 'x' }]] as const) {
    const server = await hostileServer(refusing(() => answer && [...answer]))
    t.after(() => server.stop())
    const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: 'hvs.t' }
    assertRefused(
      await fetchText(vault, 'vault:secret/app#k', contextOf({ variables })),
      'permission denied (403) for the token of VAULT_TOKEN',
      'the token\'s policy needs "read" on secret/data/app',
    )
  }
})

test('of what a server says about a holder only names are shown, and not the token', async t => {
  const token = 'hvs.canary-of-the-token'
  const names = [
    token,
    `${token}-and-more`,
    'canary-of-the',
    'canary with spaces',
    'canary\n',
    `canary${'x'.repeat(64)}`,
    ['canary'],
    { canary: 'canary' },
    12,
  ]
  for (const name of names) {
    const data = { display_name: name, policies: [name], meta: { role: name }, id: 'x' }
    const server = await hostileServer(refusing(() => [200, { data }]))
    t.after(() => server.stop())
    const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: token }
    const result = await fetchText(vault, 'vault:secret/app#k', contextOf({ variables }))
    const message = 'permission denied (403) for the token of VAULT_TOKEN'
    assert.deepEqual(Object.values(result).slice(0, 2), ['permission', message], String(name))
  }
})

test('of many policies only some are named, each once', async t => {
  const policies = Array.from({ length: 12 }, (_, index) => `p${index}`)
  const data = { display_name: 'ldap-me', policies, identity_policies: ['p0', 'team/a'] }
  const server = await hostileServer(refusing(() => [200, { data }]))
  t.after(() => server.stop())
  const variables = { VAULT_ADDR: server.address, VAULT_TOKEN: 'hvs.t' }
  const result = await fetchText(vault, 'vault:secret/app#k', contextOf({ variables }))
  assert.match(
    (result as { message: string }).message,
    /"ldap-me" \(policies p0, p1, p2, p3, p4, p5, p6, p7 and 5 more\)$/,
  )
})
