import { writeSync } from 'node:fs'
import { ConfideError } from './errors.ts'

/** How long a reader of stderr may stop reading before we go on without it. */
const patience = 1000

/** Where a write waits 5 ms, as nothing asynchronous may follow the last words. */
const pause = 5

/**
 * Writes text at once: `process.stderr` costs a millisecond and may still hold it at the end.
 *
 * A closed or broken stream is no error: there is nobody to tell.
 */
export function write(descriptor: 1 | 2, text: string): void {
  writeAll(descriptor, text)
}

/**
 * Writes a result to stdout; whoever asked for it must learn when it is not all there.
 *
 * Throws 'system' when it can't be written. A reader that has gone away has seen enough.
 */
export function print(result: string | Uint8Array): void {
  const error = writeAll(1, result)
  if (error === undefined || codeOf(error) === 'EPIPE') return
  const [, reason = codeOf(error)] = /^\w+: (.*), write$/.exec(error.message) ?? []
  throw new ConfideError(`cannot write to stdout: ${reason}`, { kind: 'system', cause: error })
}

/** Returns what ended it early. */
function writeAll(descriptor: 1 | 2, text: string | Uint8Array): Error | undefined {
  let bytes: Uint8Array = typeof text === 'string' ? Buffer.from(text) : text
  let waited = 0
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes))
    } catch (error) {
      // A pipe that the caller made non-blocking, and that is full.
      if (codeOf(error) !== 'EAGAIN' || waited >= patience) return error as Error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
      waited += pause
    }
  }
  return undefined
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
}

/** The text on one line: what comes from outside could hold newlines or terminal commands. */
export function printable(text: string): string {
  return text.replace(unprintable, character => {
    const code = character.codePointAt(0) ?? 0
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`
  })
}

/** Controls, line separators, and marks that make text read backwards. */
const unprintable = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
