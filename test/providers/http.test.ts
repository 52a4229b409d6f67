import assert from 'node:assert/strict'
import { test, type TestContext } from 'node:test'
import { gzipSync } from 'node:zlib'
import { ConfideError } from '../../src/leaf/errors.ts'
import { BrokenConnection } from '../../src/providers/io/connection-failure.ts'
import { HttpClient } from '../../src/providers/io/http.ts'
import { type Behaviour, hostileServer, json, plain } from '../servers/hostile-http.ts'
import { type Handle, rawServer, says, saysAndCloses } from '../servers/raw-tcp.ts'

const never = new AbortController().signal

async function clientOf(t: TestContext, address: string, signal = never): Promise<HttpClient> {
  const settings = { trustHint: 'trust it', addressSource: 'X_ADDR', verify: true, connections: 3 }
  const client = await HttpClient.open({ ...settings, origin: new URL(address), signal })
  t.after(() => client[Symbol.dispose]())
  return client
}

/** What comes of one GET: status and body, or the error. */
async function outcomeOf(
  t: TestContext,
  handle: Handle,
  signal?: AbortSignal,
): Promise<string | ConfideError> {
  const server = await rawServer(handle)
  t.after(() => server.stop())
  const client = await clientOf(t, server.address, signal)
  try {
    const { status, body } = await client.get(new URL('/x', server.address), {})
    return `${status} ${body.toString()}`
  } catch (error) {
    assert.ok(error instanceof ConfideError, String(error))
    assert.doesNotMatch(`${error.message} ${error.hint}`, /canary/)
    return error
  }
}

async function assertFails(
  t: TestContext,
  handle: Handle,
  message: RegExp,
  signal?: AbortSignal,
): Promise<ConfideError> {
  const outcome = await outcomeOf(t, handle, signal)
  assert.ok(outcome instanceof ConfideError, String(outcome))
  assert.match(outcome.message, message)
  assert.ok(outcome.hint)
  return outcome
}

const ok = 'HTTP/1.1 200 OK\r\n'
const okWith = (body: string) => `${ok}content-length: ${body.length}\r\n\r\n${body}`

test('interim answers are waited out', async t => {
  const interim = ['100 Continue', '103 Early Hints\r\nlink: </canary>', '102 Processing']
  for (const line of interim) {
    const handle = says(
      `HTTP/1.1 ${line}\r\n\r\nHTTP/1.1 100 Continue\r\n\r\n${okWith('in the end')}`,
    )
    assert.equal(await outcomeOf(t, handle), '200 in the end')
  }
})

test('an answer that switches to another protocol is none', async t => {
  const switching = 'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: canary'
  const error = await assertFails(
    t,
    says(`${switching}\r\n\r\ncanary`),
    /answers in another protocol \(101\)$/,
  )
  assert.equal(error.kind, 'unavailable')
})

test('a body that is cut off is a broken connection, never a shorter answer', async t => {
  const cutOff = [
    `${ok}content-length: 100\r\n\r\ncanary`,
    `${ok}transfer-encoding: chunked\r\n\r\n6\r\ncanary\r\n`,
    `${ok}transfer-encoding: chunked\r\n\r\n64\r\ncanary`,
    `${ok}content-le`,
    '',
  ]
  for (const text of cutOff) {
    const error = await assertFails(t, saysAndCloses(text), /the connection broke off/)
    assert.ok(error instanceof BrokenConnection, text)
  }
})

test('what is not HTTP, or not as it has to be, is told from a broken connection', async t => {
  const wrong: [string, RegExp][] = [
    ['SSH-2.0-canary\r\n', /what answers does not speak HTTP \(HPE_/],
    ['HTTP/9.9 200 canary\r\n\r\n', /does not speak HTTP \(HPE_INVALID_VERSION\)/],
    [`${ok}content-length: canary\r\n\r\n`, /does not speak HTTP \(HPE_INVALID_CONTENT_LENGTH\)/],
    [
      `${ok}transfer-encoding: chunked\r\n\r\ncanary\r\n`,
      /does not speak HTTP \(HPE_INVALID_CHUNK/,
    ],
    [`${ok}content-length: 1\r\ncontent-length: 2\r\n\r\nxx`, /does not speak HTTP \(HPE_/],
    [`${ok}${'x-canary: y\r\n'.repeat(20_000)}\r\n`, /headers of the answer are too long/],
    [`${ok}x: ${'canary'.repeat(200_000)}`, /headers of the answer are too long/],
  ]
  for (const [text, message] of wrong) {
    const error = await assertFails(t, says(text), message)
    assert.equal(error.kind, 'unavailable')
    assert.ok(!(error instanceof BrokenConnection), text.slice(0, 40))
    assert.match(error.hint ?? '', /X_ADDR/)
  }
})

test('nothing compressed is taken, and none is asked for', async t => {
  const zipped = gzipSync('canary')
  const head = `${ok}content-encoding: gzip\r\ncontent-length: ${zipped.length}\r\n\r\n`
  const handle = says(Buffer.concat([Buffer.from(head), zipped]))
  const error = await assertFails(
    t,
    handle,
    /^the answer of http\S+ is compressed, which nobody asked for$/,
  )
  assert.equal(error.kind, 'unavailable')
  const identity = `${ok}content-encoding: Identity\r\ncontent-length: 2\r\n\r\nok`
  assert.equal(await outcomeOf(t, says(identity)), '200 ok')
  const server = await hostileServer(plain(200, 'ok'))
  t.after(() => server.stop())
  await (await clientOf(t, server.address)).get(new URL(server.address), {})
  assert.equal(server.requests[0]?.headers['accept-encoding'], 'identity')
})

test('an answer that is too large is given up, at once where it says so', async t => {
  const huge = `${ok}content-length: 67108865\r\n\r\n`
  const announced = await assertFails(t, says(huge), /larger than 8 MiB/)
  assert.equal(announced.kind, 'data')
  const chunk = Buffer.concat([
    Buffer.from('100000\r\n'),
    Buffer.alloc(0x100000, 'x'),
    Buffer.from('\r\n'),
  ])
  const endless: Handle = socket => {
    const more = () => {
      while (!socket.destroyed && socket.write(chunk));
    }
    socket.on('drain', more).once('data', () => {
      socket.write(`${ok}transfer-encoding: chunked\r\n\r\n`)
      more()
    })
  }
  await assertFails(t, endless, /larger than 8 MiB/)
})

test('the deadline ends every kind of waiting, and the report says which', async t => {
  const slowly: Handle = socket => {
    const timer = setInterval(() => socket.write('x'), 20)
    socket.on('close', () => clearInterval(timer)).write(`${ok}\r\n`)
  }
  const cases: [Handle, RegExp][] = [
    [() => {}, /^connected to http:\S+, but there was no answer before the deadline$/],
    [says(ok), /^connected to http:\S+, but there was no answer before the deadline$/],
    [says('HTTP/1.1 100 Continue\r\n\r\n'), /^connected to/],
    [says(`${ok}content-length: 5\r\n\r\n`), /^the answer of http\S+ was not complete before/],
    [slowly, /^the answer of http\S+ was not complete before/],
  ]
  for (const [handle, message] of cases) {
    const error = await assertFails(t, handle, message, AbortSignal.timeout(600))
    assert.equal(error.kind, 'temporary')
  }
})

test('a request that waits for a free connection ends with the deadline, too', async t => {
  const server = await rawServer(() => {})
  t.after(() => server.stop())
  const client = await clientOf(t, server.address, AbortSignal.timeout(150))
  const work = Array.from({ length: 5 }, () => client.get(new URL(server.address), {}))
  const outcomes = await Promise.allSettled(work)
  assert.equal(server.connections, 3)
  for (const outcome of outcomes) assert.equal(outcome.status, 'rejected')
  const { reason } = outcomes[4] as { reason: Error }
  assert.match(reason.message, /^no answer from http:\S+ before the deadline$/)
})

test('a kept connection that the server has closed is replaced at once', async t => {
  const closing: Handle = socket => {
    socket.once('data', () => {
      socket.write(okWith('first'))
      // The client learns of it only with its next request.
      socket.once('data', () => socket.resetAndDestroy())
    })
  }
  const server = await rawServer(closing)
  t.after(() => server.stop())
  const client = await clientOf(t, server.address)
  for (let count = 1; count <= 6; count++) {
    const { body } = await client.get(new URL(server.address), {})
    assert.equal(body.toString(), 'first')
  }
  assert.equal(server.connections, 6)
  const together = Array.from({ length: 30 }, () => client.get(new URL(server.address), {}))
  for (const { status } of await Promise.all(together)) assert.equal(status, 200)
})

test('a connection that breaks off with the answer is not stale, but broken', async t => {
  const breaking: Handle = socket => {
    socket.once('data', () => {
      socket.write(okWith('first'))
      socket.once('data', () => socket.end(`${ok}content-length: 9\r\n\r\nx`))
    })
  }
  const server = await rawServer(breaking)
  t.after(() => server.stop())
  const client = await clientOf(t, server.address)
  await client.get(new URL(server.address), {})
  await assert.rejects(client.get(new URL(server.address), {}), BrokenConnection)
  assert.equal(server.connections, 1)
})

async function send(t: TestContext, behaviour: Behaviour, method: string) {
  const bodies: string[] = []
  const server = await hostileServer(async (request, response, count) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    bodies.push(`${request.method} ${request.url} ${text}`)
    return behaviour(request, response, count)
  })
  t.after(() => server.stop())
  const client = await clientOf(t, server.address)
  const url = new URL('/start', server.address)
  const body = Buffer.from('the body')
  const answer = client.send({ method, url, headers: { 'x-token': 'token' }, body })
  return { outcome: await answer.catch((error: Error) => error.message), bodies }
}

test('a redirect keeps method and body, or is an error', async t => {
  for (const status of [307, 308]) {
    const { outcome, bodies } = await send(
      t,
      (request, response, count) => {
        const answer = count === 1 ? json(status, {}, { location: '/end' }) : plain(200, 'ok')
        return answer(request, response)
      },
      'POST',
    )
    assert.ok(typeof outcome === 'object')
    assert.deepEqual(bodies, ['POST /start the body', 'POST /end the body'])
  }
  for (const status of [301, 302, 303]) {
    const { outcome, bodies } = await send(t, json(status, {}, { location: '/end' }), 'POST')
    assert.match(String(outcome), /redirects a POST$/)
    assert.equal(bodies.length, 1)
  }
})

test('a redirect to another origin is never followed, nor from https to http', async t => {
  const { outcome } = await send(t, json(307, {}, { location: 'https://127.0.0.1:1/' }), 'POST')
  assert.match(String(outcome), /redirects to another host$/)
})
