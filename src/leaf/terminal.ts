import { writeSync } from 'node:fs'

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
  let bytes: Uint8Array = Buffer.from(text)
  let waited = 0
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes))
    } catch (error) {
      // A pipe that the caller made non-blocking, and that is full.
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN'
      if (!isFull || waited >= patience) return
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pause)
      waited += pause
    }
  }
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
