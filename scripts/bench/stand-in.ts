/**
 * A process that answers as Secrets Manager, Parameter Store and Vault do, for secrets of any
 * name, over http and over https; bench/backend.ts starts it and reads its counters.
 *
 * It is a process of its own so that the time it takes is nobody else's. The product is never
 * tested against it.
 */
import {
  createServer as createHttp,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo } from 'node:net'

/** The first message that it gets: its certificate. It sends its {@link Ports} back. */
export interface Identity {
  readonly cert: string
  readonly key: string
}

export interface Ports {
  readonly http: number
  readonly https: number
}

/** Every further message: how long each answer takes from now on. {@link Counts} come back. */
export interface Order {
  readonly milliseconds: number
}

/** What there was since the order before. */
export interface Counts {
  readonly requests: number
  /** All that were opened; no more can have been open at the same time. */
  readonly connections: number
}

const json = 'application/json'
const awsJson = 'application/x-amz-json-1.1'

/** Ten members, so that ten references can each want another one. */
const text = JSON.stringify(
  Object.fromEntries(Array.from({ length: 10 }, (_, at) => [`key${at}`, `the value of key ${at}`])),
)

type Body = Readonly<Record<string, unknown>>

const operations: Readonly<Record<string, (body: Body) => object>> = {
  'secretsmanager.GetSecretValue': ({ SecretId: name }) => secretOf(String(name)),
  'secretsmanager.BatchGetSecretValue': ({ SecretIdList: names }) => {
    return { SecretValues: listOf(names).map(secretOf), Errors: [] }
  },
  'AmazonSSM.GetParameter': ({ Name: name }) => ({ Parameter: parameterOf(String(name)) }),
  'AmazonSSM.GetParameters': ({ Names: names }) => {
    return { Parameters: listOf(names).map(parameterOf), InvalidParameters: [] }
  },
}

const account = 'eu-west-1:123456789012'

function secretOf(name: string): object {
  return {
    ARN: `arn:aws:secretsmanager:${account}:secret:${name}-AbCdEf`,
    Name: name,
    VersionId: '01234567-89ab-cdef-0123-456789abcdef',
    SecretString: text,
    VersionStages: ['AWSCURRENT'],
    CreatedDate: 1_700_000_000.5,
  }
}

function parameterOf(name: string): object {
  return {
    ARN: `arn:aws:ssm:${account}:parameter${name}`,
    Name: name,
    Type: 'SecureString',
    Value: text,
    Version: 1,
    DataType: 'text',
    LastModifiedDate: 1_700_000_000.5,
  }
}

function listOf(names: unknown): string[] {
  return Array.isArray(names) ? names.map(String) : []
}

const mount = JSON.stringify({
  data: { path: 'secret/', type: 'kv', options: { version: '2' }, uuid: 'a-mount' },
})
const metadata = '{"created_time":"2026-01-01T00:00:00Z","destroyed":false,"version":1}'
const rest = '"lease_id":"","lease_duration":0,"renewable":false,"wrap_info":null,"auth":null'
const keyValue = `{"request_id":"a-request","data":{"data":${text},"metadata":${metadata}},${rest}}`

interface Reply {
  readonly status: number
  readonly type: string
  readonly text: string
}

function replyTo({ url = '', headers }: IncomingMessage, body: string): Reply {
  const target = headers['x-amz-target']
  const operation = typeof target === 'string' ? operations[target] : undefined
  if (operation !== undefined) {
    const answer = operation(JSON.parse(body) as Body)
    return { status: 200, type: awsJson, text: JSON.stringify(answer) }
  }
  const status = headers['x-vault-token'] === undefined ? 403 : 200
  if (status === 403) return { status, type: json, text: '{"errors":["permission denied"]}' }
  if (url.startsWith('/v1/sys/internal/ui/mounts/')) return { status, type: json, text: mount }
  if (url.startsWith('/v1/secret/data/')) return { status, type: json, text: keyValue }
  return { status: 404, type: json, text: '{"errors":[]}' }
}

let delay = 0
let counts = { requests: 0, connections: 0 }

function answer(request: IncomingMessage, response: ServerResponse): void {
  counts.requests += 1
  let body = ''
  request.setEncoding('utf8').on('data', (chunk: string) => {
    body += chunk
  })
  const respond = () => {
    const reply = replyTo(request, body)
    const length = Buffer.byteLength(reply.text)
    response.writeHead(reply.status, { 'content-type': reply.type, 'content-length': length })
    response.end(reply.text)
  }
  request.on('end', () => {
    if (delay === 0) respond()
    else setTimeout(respond, delay)
  })
}

async function start({ cert, key }: Identity): Promise<Ports> {
  const listen = async (server: Server): Promise<number> => {
    server.on('connection', () => {
      counts.connections += 1
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', 1024, resolve))
    return (server.address() as AddressInfo).port
  }
  return {
    http: await listen(createHttp(answer)),
    https: await listen(createHttps({ cert, key }, answer)),
  }
}

function obey({ milliseconds }: Order): Counts {
  const before = counts
  counts = { requests: 0, connections: 0 }
  delay = milliseconds
  return before
}

process.once('message', (identity: Identity) => {
  process.on('message', (order: Order) => process.send?.(obey(order)))
  void start(identity).then(ports => process.send?.(ports))
})
process.once('disconnect', () => process.exit(0))
