import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { ConfideError } from '../../src/leaf/errors.ts'
import { BrokenConnection } from '../../src/providers/io/connection-failure.ts'
import { HttpClient } from '../../src/providers/io/http.ts'
import { proxyFor } from '../../src/providers/io/proxy.ts'
import { contextOf } from '../servers/context.ts'
import { type Handle, rawServer, says, saysAndCloses } from '../servers/raw-tcp.ts'

const proxy = 'http://proxy.example:3128'

/** The proxy on the way to `address`: its URL and the variable, or undefined. */
function wayTo(address: string, variables: Record<string, string>): string | undefined {
  const { proxy: found } = proxyFor(new URL(address), contextOf({ variables }))
  return found && `${found.variable} ${found.url.href}`
}

test('each scheme has its proxy, lower case first, and an empty variable is none', () => {
  const both = { HTTPS_PROXY: proxy, http_proxy: 'http://plain.example' }
  assert.equal(wayTo('https://vault.example', both), `HTTPS_PROXY ${proxy}/`)
  assert.equal(wayTo('http://vault.example', both), 'http_proxy http://plain.example/')
  assert.equal(wayTo('https://vault.example', { http_proxy: proxy }), undefined)
  const twice = { HTTPS_PROXY: proxy, https_proxy: 'http://lower.example' }
  assert.equal(wayTo('https://vault.example', twice), 'https_proxy http://lower.example/')
  assert.equal(wayTo('https://vault.example', { ...twice, https_proxy: '' })?.slice(0, 5), 'HTTPS')
})

test('a proxy may be written without http://, which never means to do without it', () => {
  const bare = { HTTPS_PROXY: ' proxy.example:3128 ' }
  assert.equal(wayTo('https://vault.example', bare), `HTTPS_PROXY ${proxy}/`)
  for (const wrong of [
    'socks5://canary:1080',
    'http://',
    'http://[',
    'http://u:%@canary',
    'ftp://x',
  ]) {
    assert.throws(
      () => wayTo('https://vault.example', { HTTPS_PROXY: wrong }),
      (error: unknown) => {
        assert.ok(error instanceof ConfideError)
        assert.equal(error.kind, 'configuration')
        assert.match(error.message, /^HTTPS_PROXY is not a proxy's address$/)
        assert.ok(!error.hint?.includes('canary'))
        return true
      },
      wrong,
    )
  }
})

test('NO_PROXY takes names with their subdomains, ports, addresses, networks and *', () => {
  const passes = (address: string, exceptions: string) =>
    wayTo(address, { HTTPS_PROXY: proxy, NO_PROXY: exceptions }) === undefined
  const past: [string, string][] = [
    ['https://vault.example', 'vault.example'],
    ['https://VAULT.example', 'a, Vault.Example ,b'],
    ['https://vault.corp.example', 'corp.example'],
    ['https://vault.corp.example', '.corp.example'],
    ['https://vault.corp.example', '*.corp.example'],
    ['https://vault.example:8200', 'vault.example:8200'],
    ['https://vault.example', 'vault.example:443'],
    ['https://10.1.2.3:8200', '10.0.0.0/8'],
    ['https://10.1.2.3', '10.1.2.3'],
    ['https://[fd00::1]:8200', 'fd00::/8'],
    ['https://[fd00::1]', 'fd00::1'],
    ['https://[fd00::1]:8200', '[fd00::1]:8200'],
    ['https://anything', 'x,*'],
  ]
  for (const [address, exceptions] of past) assert.ok(passes(address, exceptions), exceptions)
  const through: [string, string][] = [
    ['https://vault.example', ''],
    ['https://vault.example', ',, ,'],
    ['https://notvault.example', 'vault.example'],
    ['https://vault.example', 'sub.vault.example'],
    ['https://vault.example:8200', 'vault.example:8201'],
    ['https://11.1.2.3', '10.0.0.0/8'],
    ['https://10.1.2.3', '10.0.0.0/99'],
    ['https://10.1.2.3', 'fd00::/8'],
    ['https://vault.example', '10.0.0.0/8'],
  ]
  for (const [address, exceptions] of through) assert.ok(!passes(address, exceptions), exceptions)
  assert.equal(
    wayTo('https://a.b', { HTTPS_PROXY: proxy, no_proxy: 'b', NO_PROXY: 'c' }),
    undefined,
  )
})

test('a password in the address of a proxy is kept out of all that is printed', () => {
  const context = contextOf({ variables: { HTTPS_PROXY: 'http://me:p%40ssw0rd@proxy.example' } })
  proxyFor(new URL('https://vault.example'), context)
  assert.ok(context.concealed.includes('p%40ssw0rd'))
  assert.ok(context.concealed.includes('p@ssw0rd'))
})

/** What comes of a GET through a proxy that behaves so. */
async function failThrough(
  t: TestContext,
  handle: Handle | undefined,
  { scheme = 'https', user = 'me:canary@', signal = new AbortController().signal } = {},
): Promise<ConfideError> {
  const server = await rawServer(handle ?? (() => {}))
  t.after(() => server.stop())
  if (handle === undefined) await server.stop()
  const origin = new URL(`${scheme}://vault.invalid:8200`)
  const url = new URL(`http://${user}127.0.0.1:${server.port}`)
  const settings = { origin, signal, trustHint: 'trust it', verify: true }
  const client = await HttpClient.open({ ...settings, proxy: { url, variable: 'THE_PROXY' } })
  t.after(() => client[Symbol.dispose]())
  const outcome = await client.get(origin, {}).catch((error: unknown) => error)
  assert.ok(outcome instanceof ConfideError, String(outcome))
  assert.doesNotMatch(`${outcome.message} ${outcome.hint}`, /canary/)
  assert.match(outcome.message, / through the proxy 127\.0\.0\.1:\d+ \(THE_PROXY\)/)
  return outcome
}

const refusal = (line: string) => says(`HTTP/1.1 ${line}\r\ncontent-length: 6\r\n\r\ncanary`)

test('what a proxy answers instead of opening a tunnel is said of the proxy', async t => {
  const cases: [string, RegExp, RegExp, boolean][] = [
    ['403 canary', /: the proxy refuses to open the way there \(403\)$/, /allow vault\.inv/, false],
    ['404 canary', /: the proxy refuses to open the way there \(404\)$/, /NO_PROXY=vault/, false],
    ['502 canary', /: the proxy cannot open the way there \(502\)$/, /reach vault\.inv/, true],
    ['503 canary', /: the proxy cannot open the way there \(503\)$/, /NO_PROXY=vault/, true],
    [
      '407 canary',
      /: the proxy does not accept its user and password \(407\)$/,
      /THE_PROXY/,
      false,
    ],
  ]
  for (const [line, message, hint, isTemporary] of cases) {
    const error = await failThrough(t, refusal(line))
    assert.match(error.message, message)
    assert.match(error.hint ?? '', hint)
    assert.equal(error.kind, 'unavailable')
    assert.equal(error instanceof BrokenConnection, isTemporary, line)
  }
  const anonymous = await failThrough(t, refusal('407 canary'), { user: '' })
  assert.match(anonymous.message, /wants a user and a password \(407\)$/)
  assert.match(anonymous.hint ?? '', /^write THE_PROXY=http:\/\/USER:PASSWORD@127/)
})

test('a proxy that wants a password for plain http says so as well', async t => {
  const error = await failThrough(t, refusal('407 canary'), { scheme: 'http' })
  assert.match(error.message, /: the proxy does not accept its user and password \(407\)$/)
})

test('a proxy that is not there, hangs, breaks off or speaks no HTTP is named', async t => {
  for (const scheme of ['https', 'http']) {
    const refused = await failThrough(t, undefined, { scheme })
    assert.match(refused.message, /: connection refused \(ECONNREFUSED\)$/)
    assert.match(refused.hint ?? '', /^does the proxy run, and is THE_PROXY right\? NO_PROXY=vault/)
    const closed = await failThrough(t, saysAndCloses(''), { scheme })
    assert.match(closed.message, /opened no tunnel \(ERR_PROXY_TUNNEL\)$|broke off/)
    assert.ok(closed instanceof BrokenConnection)
    const other = await failThrough(t, saysAndCloses('SSH-2.0-canary\r\n\r\n'), { scheme })
    assert.match(other.message, /not speak HTTP|opened no tunnel/)
    const late = await failThrough(t, () => {}, { scheme, signal: AbortSignal.timeout(150) })
    assert.equal(late.kind, 'temporary')
  }
})

test('many requests fail as one does where a proxy refuses all of them', async t => {
  const server = await rawServer(refusal('403 canary'))
  t.after(() => server.stop())
  const origin = new URL('https://vault.invalid')
  const settings = { origin, signal: AbortSignal.timeout(20_000), trustHint: '', verify: true }
  const through = { url: new URL(server.address), variable: 'THE_PROXY' }
  const client = await HttpClient.open({ ...settings, connections: 5, proxy: through })
  t.after(() => client[Symbol.dispose]())
  const outcomes = await Promise.allSettled(
    Array.from({ length: 50 }, () => client.get(origin, {})),
  )
  for (const outcome of outcomes) {
    assert.ok(outcome.status === 'rejected')
    assert.match(String(outcome.reason), /\(403\)$/)
  }
})
