import { Buffer, isUtf8 } from 'node:buffer'

/** One entry of an environment: the bytes as they were, and what a program reads in them. */
export interface Entry {
  /** What stands before the first "="; empty when there is none, as getenv finds no such entry. */
  readonly name: string
  /** What stands behind it, with U+FFFD for bytes that are not UTF-8. */
  readonly value: string
  /** "NAME=VALUE" without the NUL, verbatim. */
  readonly bytes: Uint8Array
  /** Whether the bytes are valid UTF-8, so that name and value are the whole truth. */
  readonly isText: boolean
}

/** An environment as the kernel keeps it: ordered, duplicates and oddities included. */
export type Environ = readonly Entry[]

/** Takes an environment block apart. Its entries end in NUL; the last one may lack it. */
export function parseEnviron(block: Uint8Array, count: number): Environ {
  const entries: Entry[] = []
  let start = 0
  while (entries.length < count && start < block.length) {
    const end = block.indexOf(0, start)
    const bytes = block.subarray(start, end < 0 ? block.length : end)
    entries.push(readEntry(bytes))
    start += bytes.length + 1
  }
  return entries
}

export function makeEntry(name: string, value: string): Entry {
  return { name, value, bytes: Buffer.from(`${name}=${value}`), isText: true }
}

/** The value that getenv would find: the first entry of that name. */
export function valueOf(environ: Environ, name: string): string | undefined {
  return environ.find(entry => entry.name === name && name !== '')?.value
}

function readEntry(bytes: Uint8Array): Entry {
  const isText = isUtf8(bytes)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
  const equals = text.indexOf('=')
  const name = equals < 0 ? '' : text.slice(0, equals)
  const value = equals < 0 ? '' : text.slice(equals + 1)
  return { name, value, bytes, isText }
}
