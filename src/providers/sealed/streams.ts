/**
 * Bytes as a stream of one chunk.
 *
 * Given bytes, age-encryption would collect its own stream with `new Response`, which loads the
 * whole of fetch: 46 ms of the 116 ms that opening a file took.
 */
export function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      controller.enqueue(bytes)
      controller.close()
    },
  })
}

/** Everything that the stream brings; its chunks do not stay behind in memory. */
export async function collect(stream: ReadableStream<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk)
    return Buffer.concat(chunks)
  } finally {
    for (const chunk of chunks) chunk.fill(0)
  }
}
