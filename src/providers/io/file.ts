import { closeSync, constants, fstatSync, openSync, readSync, type Stats } from 'node:fs'
import { ConfideError } from '../../leaf/errors.ts'
import { codeOf, reasonOf } from '../../leaf/system-error.ts'

/** No secret is this large; without a limit /dev/zero would fill the memory. */
const largestFile = 64 * 1024 * 1024

/**
 * All bytes of a file, a FIFO or an inherited pipe (/proc/self/fd/N).
 *
 * Regular files are read synchronously: a small one takes 0.5 ms, and 3-5 ms when the thread pool
 * has to start for it. The open does not block, so that a FIFO nobody writes to can be given up at
 * the deadline; a thread of the pool would be stuck in open(2). Throws a ConfideError whose
 * message says only what is wrong, for the caller to say with what.
 */
export async function readFile(path: string, signal: AbortSignal): Promise<Buffer> {
  if (signal.aborted) throw late()
  const descriptor = open(path)
  let owned = true
  try {
    const stats = fstatSync(descriptor)
    refuseUnreadable(stats)
    if (!stats.isFIFO()) return readToEnd(descriptor, stats.size)
    owned = false
    return await readPipe(descriptor, signal)
  } catch (cause) {
    if (cause instanceof ConfideError) throw cause
    throw failure(cause)
  } finally {
    if (owned) closeSync(descriptor)
  }
}

function open(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  } catch (cause) {
    throw failure(cause)
  }
}

function refuseUnreadable(stats: Stats): void {
  if (stats.isDirectory()) {
    throw new ConfideError('is a directory', {
      kind: 'data',
      hint: 'name one of the files in it',
    })
  }
  if (stats.size > largestFile) throw tooLarge()
}

/** The size may be a lie (0 in /proc) or outdated, so only the end of the file ends this. */
function readToEnd(descriptor: number, expected: number): Buffer {
  let bytes = Buffer.allocUnsafeSlow(Math.max(expected + 1, 4096))
  let length = 0
  for (;;) {
    const read = readSync(descriptor, bytes, length, bytes.length - length, null)
    if (read === 0) return bytes.subarray(0, length)
    length += read
    if (length > largestFile) throw tooLarge()
    if (length < bytes.length) continue
    const larger = Buffer.allocUnsafeSlow(bytes.length * 2)
    bytes.copy(larger)
    bytes.fill(0)
    bytes = larger
  }
}

/** On Linux the end of a FIFO is only seen after a writer has come and gone, which is the wish. */
async function readPipe(descriptor: number, signal: AbortSignal): Promise<Buffer> {
  const { Socket } = await import('node:net')
  const socket = new Socket({ fd: descriptor, readable: true, writable: false })
  const chunks: Buffer[] = []
  let length = 0
  const giveUp = () => socket.destroy(late())
  signal.addEventListener('abort', giveUp, { once: true })
  try {
    for await (const chunk of socket as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      length += chunk.length
      if (length > largestFile) throw tooLarge()
    }
    return Buffer.concat(chunks)
  } finally {
    signal.removeEventListener('abort', giveUp)
    for (const chunk of chunks) chunk.fill(0)
  }
}

function late(): ConfideError {
  return new ConfideError('nothing was read before the deadline', {
    kind: 'temporary',
    hint: 'a FIFO must have a writer; --timeout sets the deadline',
  })
}

function tooLarge(): ConfideError {
  return new ConfideError('it is larger than 64 MiB', {
    kind: 'data',
    hint: 'is it the right file?',
  })
}

/** What the kernel's answer means for someone who asked for a file. */
function failure(cause: unknown): ConfideError {
  const reason = reasonOf(cause)
  switch (codeOf(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ConfideError(reason, {
        kind: 'missing',
        hint: 'check that the path is right and that the volume is mounted',
        cause,
      })
    case 'EACCES':
    case 'EPERM':
      return new ConfideError(reason, {
        kind: 'permission',
        hint: `the file must be readable by uid ${process.geteuid?.()}, its directories searchable`,
        cause,
      })
    case 'EAGAIN':
    case 'ENXIO':
    case 'EISDIR':
    case 'ELOOP':
    case 'ENAMETOOLONG':
      return new ConfideError(reason, {
        kind: 'data',
        hint: 'name a regular file, a FIFO or a pipe',
        cause,
      })
    default:
      return new ConfideError(`it can not be read: ${reason}`, {
        kind: 'system',
        hint: 'the system refused: look at its log and at the limits of the process',
        cause,
      })
  }
}
