import type { IncomingMessage } from 'node:http'
import { ConfideError } from '../../leaf/errors.ts'

/** No secret is this large; a broken server must not fill the memory. */
const largestBody = 64 * 1024 * 1024

/**
 * All bytes of an answer, as they were sent.
 *
 * Throws 'unavailable' for one that is compressed, which we never ask for, and 'data' for one
 * that is too large, before it is read where its length is announced.
 */
export async function readBody(response: IncomingMessage): Promise<Buffer> {
  const { 'content-encoding': encoding = 'identity', 'content-length': announced } =
    response.headers
  if (encoding.trim().toLowerCase() !== 'identity') {
    response.destroy()
    throw new ConfideError('the answer is compressed, though it was asked for as it is', {
      kind: 'unavailable',
      hint: 'a proxy may do that, or something else than the server answer at this address',
    })
  }
  if (Number(announced) > largestBody) {
    response.destroy()
    throw tooLarge()
  }
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk)
    length += chunk.length
    if (length > largestBody) throw tooLarge()
  }
  const [only] = chunks
  return only !== undefined && chunks.length === 1 ? only : Buffer.concat(chunks)
}

function tooLarge(): ConfideError {
  return new ConfideError('the answer is larger than 64 MiB', {
    kind: 'data',
    hint: 'check the address: something else than the server may answer there',
  })
}
