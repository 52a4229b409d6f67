/**
 * Stands before a server of AWS's protocol, records what is asked, and meddles as told.
 *
 * Everything else is passed on unchanged, also the Host header, which is part of the signature.
 */
import { Agent, type IncomingMessage, request as ask, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { setTimeout as pause } from 'node:timers/promises'
import { type Behaviour, hostileServer } from './hostile-http.ts'
import type { Place } from './place.ts'

export interface RecordedRequest {
  /** 'GetSecretValue', of the header X-Amz-Target or the form; '' where there is none. */
  readonly action: string
  readonly method: string
  readonly url: string
  readonly headers: IncomingMessage['headers']
  /** What the JSON in the body says; text, where it is none. */
  readonly body: unknown
  /** The id of the key that it was signed with; undefined where it was not signed. */
  readonly accessKeyId: string | undefined
}

export interface Meddling {
  /** Milliseconds that every answer is late. */
  readonly delay?: number
  /** Answers in the server's place; undefined passes the request on. `count` is 1 at first. */
  readonly answer?: (request: RecordedRequest, count: number) => Behaviour | undefined
  /** Changes what the server answered; undefined leaves it as it is. */
  readonly rewrite?: (request: RecordedRequest, answer: string) => string | undefined
}

export interface RecordingProxy {
  readonly address: string
  readonly requests: readonly RecordedRequest[]
  /** How many requests had which action. */
  readonly actions: Readonly<Record<string, number>>
  /** The connections that requests came over. */
  readonly sockets: number
  /** The most requests that waited for an answer at one time. */
  readonly mostAtOnce: number
  stop(): Promise<void>
}

/** `target` is the address of the server, such as http://127.0.0.1:4566. */
export async function recordingProxy(
  target: string,
  meddling: Meddling = {},
  place?: Place,
): Promise<RecordingProxy> {
  const requests: RecordedRequest[] = []
  const sockets = new Set<Socket>()
  let [waiting, mostAtOnce] = [0, 0]
  const agent = new Agent({ keepAlive: true })
  const behaviour: Behaviour = async (request, response, count) => {
    sockets.add(request.socket)
    mostAtOnce = Math.max(mostAtOnce, ++waiting)
    response.on('close', () => waiting--)
    const body = await buffer(request)
    const recorded = recordOf(request, body.toString())
    requests.push(recorded)
    if (meddling.delay !== undefined) await pause(meddling.delay)
    const replacement = meddling.answer?.(recorded, count)
    if (replacement !== undefined) return await replacement(request, response, count)
    await passOn(agent, target, request, body, response, answer => {
      return meddling.rewrite?.(recorded, answer)
    })
  }
  const server = await hostileServer(ignoreBrokenOff(behaviour), place)
  return {
    address: server.address,
    requests,
    get actions() {
      const groups = Object.groupBy(requests, ({ action }) => action)
      const counts = Object.entries(groups).map(([name, list]) => [name, list?.length ?? 0])
      return Object.fromEntries(counts)
    },
    get sockets() {
      return sockets.size
    },
    get mostAtOnce() {
      return mostAtOnce
    },
    async stop() {
      await server.stop()
      agent.destroy()
    },
  }
}

/** For `answer`: plays `behaviour` for the first requests of this action, or of any. */
export function first(
  times: number,
  behaviour: Behaviour,
  action?: string,
): NonNullable<Meddling['answer']> {
  let played = 0
  return request => {
    if (action !== undefined && request.action !== action) return undefined
    return ++played > times ? undefined : behaviour
  }
}

/** For `answer`: plays `behaviour` for every request of this action. */
export function always(action: string, behaviour: Behaviour): NonNullable<Meddling['answer']> {
  return first(Infinity, behaviour, action)
}

/** An error in the form of AWS's JSON protocol. */
export function awsError(
  status: number,
  code: string,
  message = '',
  headers: Record<string, string> = {},
): Behaviour {
  return (_request, response) => {
    const type = 'application/x-amz-json-1.1'
    response.writeHead(status, { 'content-type': type, 'x-amzn-requestid': requestId, ...headers })
    response.end(JSON.stringify({ __type: code, message }))
  }
}

/** What `awsError` says is the id of the request. */
export const requestId = '5e1f0000-0000-4000-8000-00000000c0de'

function recordOf(request: IncomingMessage, text: string): RecordedRequest {
  const { method = '', url = '', headers } = request
  const target = String(headers['x-amz-target'] ?? '')
  const isForm = headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
  const form = isForm ? new URLSearchParams(text).get('Action') : undefined
  const key = /Credential=([^/]+)\//.exec(headers.authorization ?? '')
  const action = target.split('.').at(-1) || (form ?? '')
  return { action, method, url, headers, body: parsed(text), accessKeyId: key?.[1] }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

async function passOn(
  agent: Agent,
  target: string,
  request: IncomingMessage,
  body: Buffer,
  response: ServerResponse,
  rewrite: (answer: string) => string | undefined,
): Promise<void> {
  const { method, url = '/', headers } = request
  const { hostname, port } = new URL(target)
  const onward = ask({ agent, hostname, port, method, path: url, headers })
  onward.end(body)
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>()
  onward.on('response', resolve).on('error', reject)
  const answer = await promise
  const original = await buffer(answer)
  const changed = rewrite(original.toString())
  const content = changed === undefined ? original : Buffer.from(changed)
  const kept = Object.entries(answer.headers).filter(([name]) => !ofOneHop.includes(name))
  response.writeHead(answer.statusCode ?? 502, {
    ...Object.fromEntries(kept),
    'content-length': content.length,
  })
  response.end(content)
}

const ofOneHop = ['connection', 'keep-alive', 'transfer-encoding', 'content-length']

/** A client that left, or a server that was stopped, is no failure of the test. */
function ignoreBrokenOff(behaviour: Behaviour): Behaviour {
  return async (request, response, count) => {
    try {
      await behaviour(request, response, count)
    } catch {
      response.destroy()
    }
  }
}
