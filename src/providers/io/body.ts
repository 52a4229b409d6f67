import type { IncomingMessage } from 'node:http'
import type { ConfideError } from '../../leaf/errors.ts'
import { type Way, wrongServer } from './connection-failure.ts'

/** Twenty secrets of AWS, or one of Vault, have less; a broken server must not fill the memory. */
const largestBody = 8 * 1024 * 1024

/**
 * All bytes of an answer, as they were sent.
 *
 * Throws 'unavailable' for one that is compressed, which we never ask for, and 'data' for one
 * that is too large, before it is read where its length is announced.
 */
export async function readBody(response: IncomingMessage, way: Way): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': announced } =
    response.headers
  const { promise, resolve, reject } = Promise.withResolvers<Buffer>()
  const refuse = (error: ConfideError) => {
    reject(error)
    response.destroy()
  }
  // Listeners, as to iterate over a response takes as long as all the rest of a request.
  const chunks: Buffer[] = []
  let length = 0
  response.on('error', reject).on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    if (length > largestBody) refuse(tooLarge(way))
  })
  response.on('end', () => {
    const [only] = chunks
    resolve(only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks))
  })
  if (Number(announced) > largestBody) refuse(tooLarge(way))
  if (encoding.trim().toLowerCase() !== 'identity') {
    const message = `the answer of ${way.url.origin} is compressed, which nobody asked for`
    refuse(wrongServer(message, way, 'unavailable'))
  }
  return await promise
}

function tooLarge(way: Way): ConfideError {
  return wrongServer(`the answer of ${way.url.origin} is larger than 8 MiB`, way, 'data')
}
