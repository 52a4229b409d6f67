import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test, type TestContext } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { type ConnectionSettings, HttpClient } from '../../src/providers/io/http.ts'
import { pinnedRoots } from '../../src/providers/io/pinned-roots.ts'
import { hostileServer, plain } from '../servers/hostile-http.ts'
import { type Handle, rawServer } from '../servers/raw-tcp.ts'
import { authority, hereNames, tlsFront } from '../servers/tls.ts'
import { until } from '../until.ts'

const folder = mkdtempSync(join(tmpdir(), 'confide-spare-'))
after(() => rmSync(folder, { recursive: true }))

async function clientOf(t: TestContext, address: string, more: Partial<ConnectionSettings> = {}) {
  const { signal } = new AbortController()
  const settings = { origin: new URL(address), signal, trustHint: '', verify: true, ...more }
  const client = await HttpClient.open({ connections: 10, ...settings })
  t.after(() => client[Symbol.dispose]())
  return client
}

const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
const polite: Handle = socket => void socket.on('data', () => socket.write(answer))

const getAll = async (client: HttpClient, address: string, count: number) =>
  await Promise.all(Array.from({ length: count }, () => client.get(new URL(address), {})))

test('connections are open before they are needed, and no more than are allowed', async t => {
  const server = await rawServer(polite)
  t.after(() => server.stop())
  const client = await clientOf(t, server.address)
  client.expect(100)
  const first = client.get(new URL(server.address), {})
  await until('ten connections', () => server.connections === 10)
  assert.equal((await first).status, 200)
  await getAll(client, server.address, 30)
  assert.equal(server.connections, 10)
})

test('one request, and none, open nothing ahead', async t => {
  const server = await rawServer(polite)
  t.after(() => server.stop())
  const client = await clientOf(t, server.address)
  client.expect(1)
  client.expect(0)
  await pause(50)
  assert.equal(server.connections, 0)
})

test('connections that broke in the meantime are forgotten', async t => {
  const fragile: Handle = (socket, count) => {
    if (count <= 5) socket.destroy()
    else if (count <= 8) socket.once('data', () => socket.resetAndDestroy())
    else polite(socket, count)
  }
  const server = await rawServer(fragile)
  t.after(() => server.stop())
  const client = await clientOf(t, server.address)
  client.expect(8)
  await until('eight connections', () => server.connections === 8)
  for (const { status } of await getAll(client, server.address, 20)) assert.equal(status, 200)
})

test('none is left open', async t => {
  let open = 0
  const server = await rawServer(socket => {
    open++
    socket.on('close', () => open--).resume()
  })
  t.after(() => server.stop())
  const client = await clientOf(t, server.address)
  client.expect(4)
  await until('four connections', () => open === 4)
  client[Symbol.dispose]()
  await until('no connection', () => open === 0)
})

test('over TLS they are checked like all others', async t => {
  const one = authority(folder, 'one')
  const other = authority(folder, 'other')
  const origin = await hostileServer(plain(200, 'ok'))
  t.after(() => origin.stop())
  const front = await tlsFront(origin.address, one.issue(hereNames))
  t.after(() => front.stop())
  const trusting = { secureContext: await pinnedRoots(one.pem, 'X') }
  const trusted = await clientOf(t, front.address, trusting)
  trusted.expect(4)
  await until('four connections', () => front.names.length === 4)
  await getAll(trusted, front.address, 8)
  assert.equal(origin.requests.length, 8)
  const byName = await clientOf(t, front.address.replace('127.0.0.1', 'localhost'), trusting)
  byName.expect(2)
  await until('two more', () => front.names.filter(name => name === 'localhost').length === 2)
  const wrong: Partial<ConnectionSettings>[] = [
    { secureContext: await pinnedRoots(other.pem, 'X') },
    { ...trusting, serverName: 'other.example' },
  ]
  for (const settings of wrong) {
    const client = await clientOf(t, front.address, settings)
    client.expect(5)
    await pause(50)
    await assert.rejects(getAll(client, front.address, 8), /certificate is (not trusted|for anoth)/)
  }
  assert.equal(origin.requests.length, 8)
})
