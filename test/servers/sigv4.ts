/**
 * Requests to AWS that a test makes itself, signed by AWS Signature Version 4.
 *
 * Written from the specification, so that it shares no mistake with the SDK under test.
 */
import { createHash, createHmac } from 'node:crypto'

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Only temporary ones have it. */
  readonly sessionToken?: string
}

export interface Scope {
  readonly region: string
  readonly service: string
}

/** The headers to send `body` with, by POST to the root of `address`. */
export function signedHeaders(
  address: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  { region, service }: Scope,
  credentials: Credentials,
): Record<string, string> {
  const time = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '')
  const day = time.slice(0, 8)
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  const all: Record<string, string> = { ...headers, host: new URL(address).host }
  all['x-amz-date'] = time
  if (sessionToken !== undefined) all['x-amz-security-token'] = sessionToken
  const names = Object.keys(all).sort()
  const signed = names.join(';')
  const lines = names.map(name => `${name}:${all[name]}\n`).join('')
  const canonical = ['POST', '/', '', lines, signed, sha256(body)].join('\n')
  const scope = `${day}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const key = [day, region, service, 'aws4_request'].reduce(hmac, `AWS4${secretAccessKey}`)
  const signature = Buffer.from(hmac(key, toSign)).toString('hex')
  const credential = `Credential=${accessKeyId}/${scope}`
  const parts = `${credential}, SignedHeaders=${signed}, Signature=${signature}`
  return { ...all, authorization: `AWS4-HMAC-SHA256 ${parts}` }
}

function hmac(key: string | Uint8Array, text: string): string | Uint8Array {
  return createHmac('sha256', key).update(text).digest()
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
