/** Certificates made for a test, and TLS in front of any server. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { isIP, connect, type Socket } from 'node:net'
import { dirname, join } from 'node:path'
import { createServer } from 'node:tls'
import { joinStreams } from './join-streams.ts'
import { loopback, type Place } from './place.ts'

/** Signs certificates. Two of them do not know each other. */
export interface Authority {
  /** Of its own certificate, as PEM. */
  readonly path: string
  readonly pem: string
  /** A server's certificate for these DNS names and addresses. */
  issue(names: readonly string[], validity?: 'expired' | 'future'): Certificate
}
export interface Certificate {
  readonly cert: string
  readonly key: string
}

/** What a client on this machine may call a server on it. */
export const hereNames = ['localhost', '127.0.0.1', '::1']

/** Everything is written into `directory`, under `name`. */
export function authority(directory: string, name = 'authority'): Authority {
  const path = join(directory, `${name}.pem`)
  const key = join(directory, `${name}.key`)
  const isAuthority = ['-addext', 'basicConstraints=critical,CA:TRUE']
  const subject = ['-subj', `/CN=${name} of a test`]
  openssl('req', '-x509', ...newKey, '-keyout', key, '-out', path, ...subject, ...isAuthority)
  let issued = 0
  return {
    path,
    pem: readFileSync(path, 'utf8'),
    issue(names, validity) {
      const base = join(directory, `${name}-${++issued}`)
      const [ownKey, request, cert] = [`${base}.key`, `${base}.csr`, `${base}.pem`]
      writeFileSync(`${base}.ext`, `subjectAltName=${names.map(alternative).join()}\n`)
      openssl('req', ...newKey, '-keyout', ownKey, '-out', request, '-subj', '/CN=server')
      if (validity === 'future') {
        signLater(base, ['-cert', path, '-keyfile', key, '-in', request, '-out', cert])
      } else {
        const by = ['-CA', path, '-CAkey', key, '-extfile', `${base}.ext`]
        const days = validity === 'expired' ? '-1' : '1'
        openssl('x509', '-req', '-in', request, '-out', cert, ...by, '-days', days)
      }
      return { cert: readFileSync(cert, 'utf8'), key: readFileSync(ownKey, 'utf8') }
    },
  }
}

/** Only `openssl ca` can date a certificate ahead, and it wants to keep books. */
function signLater(base: string, words: readonly string[]): void {
  writeFileSync(`${base}.books`, '')
  const config = [
    '[ca]\ndefault_ca=own',
    `[own]\ndatabase=${base}.books\nnew_certs_dir=${dirname(base)}`,
    'rand_serial=yes\ndefault_md=sha256\npolicy=any',
    '[any]\ncommonName=optional\n',
  ]
  writeFileSync(`${base}.cnf`, config.join('\n'))
  const files = ['-config', `${base}.cnf`, '-extfile', `${base}.ext`]
  const dates = ['-startdate', '20480101000000Z', '-enddate', '20490101000000Z']
  openssl('ca', '-batch', '-notext', ...files, ...dates, ...words)
}

const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc']

function alternative(name: string): string {
  return `${isIP(name) === 0 ? 'DNS' : 'IP'}:${name}`
}

function openssl(...words: readonly string[]): void {
  execFileSync('openssl', words, { stdio: ['ignore', 'ignore', 'pipe'] })
}

export interface TlsFront {
  /** https://HOST:PORT. */
  readonly address: string
  /** The names that clients asked for, one for each connection that came to be. */
  readonly names: readonly string[]
  /** How many connections ended before they were one. */
  readonly failures: number
  stop(): Promise<void>
}

/**
 * Takes TLS off, and passes everything on to the server at `target`, which is http://HOST:PORT.
 *
 * The Host header stays as the client sent it, so the client's signatures stay valid.
 */
export async function tlsFront(
  target: string,
  certificate: Certificate,
  place: Place = loopback,
): Promise<TlsFront> {
  const { hostname, port } = new URL(target)
  const names: string[] = []
  const open = new Set<Socket>()
  let failures = 0
  const server = createServer({ ...certificate }, socket => {
    names.push(typeof socket.servername === 'string' ? socket.servername : '')
    const onward = connect(Number(port || 80), hostname)
    joinStreams(socket, onward)
  })
  server.on('tlsClientError', () => failures++)
  server.on('connection', (socket: Socket) => {
    open.add(socket)
    socket.on('close', () => open.delete(socket))
  })
  return {
    address: `https://${await place(server)}`,
    names,
    get failures() {
      return failures
    },
    async stop() {
      for (const socket of open) socket.destroy()
      await server[Symbol.asyncDispose]()
    },
  }
}
