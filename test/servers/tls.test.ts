/** What the tests of TLS rely on: Node refuses these certificates, and these proxies refuse it. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type Agent as PlainAgent, type IncomingMessage } from 'node:http'
import { Agent, request } from 'node:https'
import { text } from 'node:stream/consumers'
import { test, type TestContext } from 'node:test'
import { temporaryDirectory } from '../runs.ts'
import { connectProxy, type ProxyRules } from './connect-proxy.ts'
import { hostileServer, plain } from './hostile-http.ts'
import { authority, hereNames, tlsFront } from './tls.ts'

async function answering(t: TestContext): Promise<string> {
  const server = await hostileServer(plain(200, 'answer'))
  t.after(() => server.stop())
  return server.address
}

async function ask(url: string, ca: string, agent?: PlainAgent): Promise<string> {
  const asked = request(url, { ca, agent: agent ?? new Agent() }).end()
  const [answer] = (await once(asked, 'response')) as [IncomingMessage]
  return await text(answer)
}

test('of four certificates only the good one is accepted', async t => {
  const directory = temporaryDirectory(t)
  const ours = authority(directory)
  const unknown = authority(directory, 'unknown')
  const target = await answering(t)
  const kinds = [
    [ours.issue(hereNames), undefined],
    [ours.issue(hereNames, 'expired'), 'CERT_HAS_EXPIRED'],
    [ours.issue(['other.example']), 'ERR_TLS_CERT_ALTNAME_INVALID'],
    [unknown.issue(hereNames), 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  ] as const
  for (const [certificate, code] of kinds) {
    const front = await tlsFront(target, certificate)
    t.after(() => front.stop())
    const answer = ask(front.address, ours.pem)
    if (code === undefined) assert.equal(await answer, 'answer')
    else await assert.rejects(answer, { code })
  }
})

/** A server that calls itself vault.example, and what is to be had there through a proxy. */
async function throughProxy(t: TestContext, rules: ProxyRules, password = '') {
  const ours = authority(temporaryDirectory(t))
  const front = await tlsFront(await answering(t), ours.issue(['vault.example']))
  t.after(() => front.stop())
  const proxy = await connectProxy({ route: () => new URL(front.address).host, ...rules })
  t.after(() => proxy.stop())
  const address = proxy.address.replace('//', `//${password}`)
  const agent = new Agent({ proxyEnv: { HTTPS_PROXY: address } })
  t.after(() => agent.destroy())
  return { proxy, answer: ask('https://vault.example/', ours.pem, agent) }
}

test('a proxy makes a tunnel to where the test says', async t => {
  const { proxy, answer } = await throughProxy(t, {})
  assert.equal(await answer, 'answer')
  assert.deepEqual(proxy.requests, ['CONNECT vault.example:443'])
})

test('a proxy with a password refuses whoever does not know it', async t => {
  const known = await throughProxy(t, { password: 'me:pass' }, 'me:pass@')
  assert.equal(await known.answer, 'answer')
  const unknown = await throughProxy(t, { password: 'me:pass' }, 'me:wrong@')
  await assert.rejects(unknown.answer, /407/)
})

test('a proxy refuses, or dies, as told', async t => {
  await assert.rejects((await throughProxy(t, { refuse: 403 })).answer, /403/)
  await assert.rejects((await throughProxy(t, { dies: 'asked' })).answer)
  await assert.rejects((await throughProxy(t, { dies: 'open' })).answer)
})
