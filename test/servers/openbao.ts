/** A real OpenBao in development mode, for as long as a test file runs. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { request as requestPlain } from 'node:http'
import { request as requestTls } from 'node:https'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { installOpenbao } from '../../scripts/install-openbao.ts'
import { until } from '../until.ts'

export interface Openbao {
  readonly address: string
  readonly rootToken: string
  /** The file of the authority that signed the server's certificate; empty without TLS. */
  readonly authority: string
  /** One call of the API, as root. Throws when it is refused. */
  api(method: string, path: string, body?: unknown): Promise<Answer>
  /** A new token with the rights of this policy text, and no others. */
  tokenWith(policy: string): Promise<string>
  stop(): Promise<void>
}

export interface Answer {
  readonly status: number
  readonly body: Readonly<Record<string, unknown>>
}

interface Running {
  readonly child: ChildProcess
  readonly log: string[]
  readonly directory: string
  readonly address: string
  readonly authority: string
}

const rootToken = 'root-of-this-test'

/** Starts on a free port; a version 2 engine is mounted at secret/, a version 1 engine at kv1/. */
export async function openbao(options: { tls?: boolean } = {}): Promise<Openbao> {
  const tls = options.tls === true
  const program = installOpenbao()
  const directory = mkdtempSync(join(tmpdir(), 'confide-openbao-'))
  const listen = `127.0.0.1:${await freePort()}`
  const words = ['server', '-dev', '-dev-no-store-token', `-dev-root-token-id=${rootToken}`]
  words.push(`-dev-listen-address=${listen}`)
  if (tls) words.push('-dev-tls', `-dev-tls-cert-dir=${directory}`)
  const child = spawn(program, words, {
    env: { HOME: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const log: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => log.push(chunk))
  }
  const running: Running = {
    child,
    log,
    directory,
    address: `${tls ? 'https' : 'http'}://${listen}`,
    authority: tls ? join(directory, 'vault-ca.pem') : '',
  }
  try {
    await untilReady(running)
    await call(running, 'POST', 'sys/mounts/kv1', { type: 'kv', options: { version: '1' } })
  } catch (error) {
    await stop(running)
    throw error
  }
  return serverOf(running)
}

function serverOf(running: Running): Openbao {
  let policies = 0
  return {
    address: running.address,
    authority: running.authority,
    rootToken,
    api: (method, path, body) => call(running, method, path, body),
    async tokenWith(policy) {
      const name = `test-${++policies}`
      await call(running, 'PUT', `sys/policies/acl/${name}`, { policy })
      const { body } = await call(running, 'POST', 'auth/token/create', {
        policies: [name],
        no_default_policy: true,
      })
      return (body['auth'] as { client_token: string }).client_token
    },
    stop: () => stop(running),
  }
}

async function untilReady(running: Running): Promise<void> {
  await until('OpenBao to be ready', async () => {
    if (running.child.exitCode !== null) throw new Error(running.log.join(''))
    // Refused while it does not listen yet, 501 or 503 while it is not ready.
    const { status } = await send(running, 'GET', 'sys/health').catch(() => ({ status: 0 }))
    return status === 200
  })
}

async function call(
  running: Running,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const answer = await send(running, method, path, body)
  if (answer.status < 300) return answer
  throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
}

/** `body` may be JSON text already, for numbers that JavaScript can't hold. */
async function send(
  { address, authority }: Running,
  method: string,
  path: string,
  body?: unknown,
): Promise<Answer> {
  const url = new URL(`/v1/${path}`, address)
  const headers = { 'x-vault-token': rootToken }
  const request =
    url.protocol === 'https:'
      ? requestTls(url, { method, headers, ca: readFileSync(authority) })
      : requestPlain(url, { method, headers })
  request.end(typeof body === 'string' || body === undefined ? body : JSON.stringify(body))
  const [response] = await once(request, 'response')
  const answer = await text(response)
  return { status: response.statusCode, body: answer === '' ? {} : JSON.parse(answer) }
}

async function stop({ child, directory }: Running): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill('SIGKILL')
    await once(child, 'exit')
  }
  rmSync(directory, { recursive: true, force: true })
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
