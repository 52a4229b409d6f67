/** What can go wrong between us and any server, whatever it keeps. */
import { gzipSync } from 'node:zlib'
import { cutOff, hang, json, plain, reset, stall } from '../servers/hostile-http.ts'
import { type Handle, says, saysAndCloses } from '../servers/raw-tcp.ts'
import { hereNames } from '../servers/tls.ts'
import type { Fault, FaultBackend, Scene } from './backends/backend.ts'
import type { Stage } from './stage.ts'

type Arrange = Fault['arrange']

/** A server that answers every request so. */
const answering = (behaviour: FaultBackend['good']): Arrange => {
  return async (stage, { environment }) => environment(await stage.http(behaviour))
}

/** A server that does not care for HTTP. */
const handling = (handle: Handle): Arrange => {
  return async (stage, { environment }) => environment(await stage.raw(handle))
}

const page = '<html><title>Sign in to canary WiFi</title></html>'
const ok = 'HTTP/1.1 200 OK\r\n'

/** One byte in a tenth of a second, for ever. */
const slowly: Handle = socket => {
  const timer = setInterval(() => socket.write('x'), 100)
  socket.on('close', () => clearInterval(timer)).write(`${ok}\r\n`)
}

const zipped = gzipSync('{"canary":1}')

const connection: Fault[] = [
  {
    name: 'refused',
    situation: 'nobody listens at the address',
    arrange: async (stage, { environment }) => environment(await stage.nowhere()),
  },
  {
    name: 'unknown-host',
    situation: 'the name of the server does not exist',
    arrange: (_, { environment }) => environment('http://server.invalid:8200'),
  },
  {
    name: 'hangs',
    situation: 'the server takes the request and never answers',
    timeout: '3s',
    arrange: answering(hang),
  },
  {
    name: 'hangs-in-handshake',
    situation: 'the server takes the connection and never speaks TLS',
    timeout: '3s',
    arrange: async (stage, { environment }) => {
      return environment((await stage.raw(() => {})).replace('http:', 'https:'))
    },
  },
  {
    name: 'hangs-after-headers',
    situation: 'the server sends headers and one byte, and then nothing more',
    timeout: '3s',
    arrange: answering(stall('{"canary":1}')),
  },
  {
    name: 'slow-body',
    situation: 'the server sends one byte in a tenth of a second, for ever',
    timeout: '3s',
    arrange: handling(slowly),
  },
  { name: 'reset', situation: 'the server resets every connection', arrange: answering(reset) },
  {
    name: 'closes',
    situation: 'the server closes every connection without an answer',
    arrange: handling(saysAndCloses('')),
  },
]

const answers: Fault[] = [
  {
    name: 'cut-off',
    situation: 'the answer is shorter than its Content-Length',
    arrange: answering(cutOff('{"canary":')),
  },
  {
    name: 'cut-off-chunked',
    situation: 'the last chunk of the answer never comes',
    arrange: handling(saysAndCloses(`${ok}transfer-encoding: chunked\r\n\r\n6\r\ncanary\r\n`)),
  },
  {
    name: 'not-http',
    situation: 'a server of another protocol answers',
    arrange: handling(saysAndCloses('SSH-2.0-canary\r\n')),
  },
  {
    name: 'other-protocol',
    situation: 'the server switches to another protocol',
    arrange: handling(
      says('HTTP/1.1 101 canary\r\nconnection: upgrade\r\nupgrade: canary\r\n\r\n'),
    ),
  },
  {
    name: 'header-bomb',
    situation: 'the answer has headers without end',
    arrange: handling(says(`${ok}${'x-canary: y\r\n'.repeat(20_000)}`)),
  },
  {
    name: 'enormous',
    situation: 'the answer is larger than any secret',
    arrange: answering(plain(200, '', { 'content-length': '68719476736' })),
  },
  {
    name: 'compressed',
    situation: 'the answer is compressed, which nobody asked for',
    arrange: handling(
      says(
        Buffer.concat([
          Buffer.from(`${ok}content-encoding: gzip\r\ncontent-length: ${zipped.length}\r\n\r\n`),
          zipped,
        ]),
      ),
    ),
  },
  {
    name: 'captive-portal',
    situation: 'a page to sign in answers everything',
    arrange: answering(plain(200, page, { 'content-type': 'text/html' })),
  },
  {
    name: 'captive-portal-redirect',
    situation: 'everything is redirected to a page to sign in',
    arrange: answering(plain(302, page, { location: 'http://portal.example/canary' })),
  },
  {
    name: 'redirects-for-ever',
    situation: 'each redirect leads to another one',
    arrange: answering(plain(307, '', { location: '/again' })),
  },
  {
    name: 'page-403',
    situation: 'a firewall answers everything with a page and 403',
    arrange: answering(plain(403, page, { 'content-type': 'text/html' })),
  },
  {
    name: 'page-404',
    situation: 'another web server answers with a page and 404',
    arrange: answering(plain(404, page, { 'content-type': 'text/html' })),
  },
  {
    name: 'page-502',
    situation: 'a load balancer answers with a page and 502',
    arrange: answering(plain(502, page, { 'content-type': 'text/html' })),
  },
  {
    name: 'cut-off-json',
    situation: 'the JSON of the answer has no end',
    arrange: answering(plain(200, '{"canary":{"canary":"ca')),
  },
  {
    name: 'wrong-json',
    situation: 'the answer is JSON of another kind',
    arrange: answering(json(200, ['canary', { canary: 1 }])),
  },
  {
    name: 'deep-json',
    situation: 'the JSON of the answer is nested a hundred thousand times',
    arrange: answering(json(200, '['.repeat(100_000) + ']'.repeat(100_000))),
  },
  {
    name: 'not-text',
    situation: 'the answer has bytes that are no text',
    arrange: handling(
      saysAndCloses(Buffer.concat([Buffer.from(`${ok}\r\n{"canary":"`), Buffer.of(0, 255, 254)])),
    ),
  },
  {
    name: 'throttled-for-long',
    situation: 'the server asks to come back in an hour (Retry-After)',
    timeout: '3s',
    arrange: answering(json(429, { message: 'canary' }, { 'retry-after': '3600' })),
  },
  {
    name: 'throttled',
    situation: 'the server refuses to be asked so often, to the last',
    timeout: '3s',
    arrange: answering(json(429, { message: 'canary' })),
  },
  {
    name: 'server-error',
    situation: 'the server fails with 500, to the last',
    arrange: answering(json(500, { message: 'canary' })),
  },
  {
    name: 'out-of-service',
    situation: 'the server is out of service (503), to the last',
    arrange: answering(json(503, { message: 'canary' })),
  },
]

/** A server with a certificate of an authority, which is trusted unless said otherwise. */
const certified = (
  names: readonly string[],
  { validity, isTrusted = true }: { validity?: 'expired' | 'future'; isTrusted?: boolean } = {},
): Arrange => {
  return async (stage, { environment, good }) => {
    const authority = stage.authority()
    const certificate = authority.issue(names, validity)
    return {
      ...environment(await stage.tls(certificate, good)),
      ...(isTrusted && { NODE_EXTRA_CA_CERTS: authority.path }),
    }
  }
}

const tls: Fault[] = [
  {
    name: 'unknown-authority',
    situation: 'the certificate is of an authority that nobody named',
    arrange: certified(hereNames, { isTrusted: false }),
  },
  {
    name: 'self-signed',
    situation: 'the certificate has signed itself',
    arrange: async (stage, { environment, good }) => {
      return environment(await stage.tls(stage.selfSigned(stage.authority()), good))
    },
  },
  {
    name: 'expired-certificate',
    situation: 'the certificate has expired, or the clock is ahead',
    arrange: certified(hereNames, { validity: 'expired' }),
  },
  {
    name: 'future-certificate',
    situation: 'the certificate is not valid yet, or the clock is behind',
    arrange: certified(hereNames, { validity: 'future' }),
  },
  {
    name: 'wrong-host-name',
    situation: 'the certificate is for another host',
    arrange: certified(['canary.example']),
  },
  {
    name: 'no-tls',
    situation: 'the address says https://, and the server speaks plain HTTP',
    arrange: async (stage, { environment, good }) => {
      return environment((await stage.http(good)).replace('http:', 'https:'))
    },
  },
  {
    name: 'tls-at-http',
    situation: 'the address says http://, and the server speaks TLS',
    arrange: async (stage, { environment, good }) => {
      const certificate = stage.authority().issue(hereNames)
      return environment((await stage.tls(certificate, good)).replace('https:', 'http:'))
    },
  },
]

/** The server is behind a proxy, which has a password in its address. */
const behind = (proxy: (stage: Stage) => Promise<string>, scheme = 'https'): Arrange => {
  return async (stage, { environment }): Promise<Scene> => {
    const address = new URL(await proxy(stage))
    address.username = 'me'
    address.password = 'canary-of-the-proxy'
    const variable = scheme === 'https' ? 'HTTPS_PROXY' : 'HTTP_PROXY'
    return { ...environment(`${scheme}://server.invalid:8200`), [variable]: address.href }
  }
}

const proxies: Fault[] = [
  {
    name: 'proxy-not-there',
    situation: 'nobody listens at the address of the proxy',
    arrange: behind(stage => stage.nowhere()),
  },
  {
    name: 'proxy-unknown-host',
    situation: 'the name of the proxy does not exist',
    arrange: behind(() => Promise.resolve('http://proxy.invalid:3128')),
  },
  {
    name: 'proxy-refuses',
    situation: 'the proxy does not let us through (403)',
    arrange: behind(stage => stage.proxy({ refuse: 403 })),
  },
  {
    name: 'proxy-wants-password',
    situation: 'the proxy does not know our password (407)',
    arrange: behind(stage => stage.proxy({ password: 'you:another' })),
  },
  {
    name: 'proxy-wants-password-for-http',
    situation: 'the proxy does not know our password (407), on the way to a server without TLS',
    arrange: behind(stage => stage.proxy({ password: 'you:another' }), 'http'),
  },
  {
    name: 'proxy-cannot-reach',
    situation: 'the proxy does not reach the server (502)',
    arrange: behind(stage => stage.proxy({ refuse: 502 })),
  },
  {
    name: 'proxy-breaks-off',
    situation: 'the proxy opens a tunnel and breaks it off',
    arrange: behind(stage => stage.proxy({ dies: 'open' })),
  },
  {
    name: 'proxy-hangs',
    situation: 'the proxy takes the connection and never answers',
    timeout: '3s',
    arrange: behind(stage => stage.raw(() => {})),
  },
  {
    name: 'proxy-is-none',
    situation: 'the variable for a proxy names something else',
    arrange: behind(() => Promise.resolve('socks5://127.0.0.1:1080')),
  },
]

export const networkFaults: readonly Fault[] = [...connection, ...answers, ...tls, ...proxies]
