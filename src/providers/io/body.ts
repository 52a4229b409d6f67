import type { IncomingMessage } from 'node:http'
import type { ConfideError } from '../../leaf/errors.ts'
import { type Way, wrongServer } from './connection-failure.ts'

/** No secret is this large; a broken server must not fill the memory. */
const largestBody = 64 * 1024 * 1024

/**
 * All bytes of an answer, as they were sent.
 *
 * Throws 'unavailable' for one that is compressed, which we never ask for, and 'data' for one
 * that is too large, before it is read where its length is announced.
 */
export async function readBody(response: IncomingMessage, way: Way): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': announced } =
    response.headers
  if (encoding.trim().toLowerCase() !== 'identity') {
    response.destroy()
    const message = `the answer of ${way.url.origin} is compressed, which nobody asked for`
    throw wrongServer(message, way, 'unavailable')
  }
  if (Number(announced) > largestBody) {
    response.destroy()
    throw tooLarge(way)
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > largestBody) throw tooLarge(way)
  }
  const [only] = chunks
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)
}

function tooLarge(way: Way): ConfideError {
  return wrongServer(`the answer of ${way.url.origin} is larger than 64 MiB`, way, 'data')
}
