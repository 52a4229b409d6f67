import { ConfideError } from './leaf/errors.ts'
import { type Environ, parseEnviron } from './environ.ts'

/** What the spine tells Node; native/inbox.h is the other half. */
export interface Inbox {
  /** To the spine; -1 in the command line mode. */
  readonly socket: number
  /** CLOCK_MONOTONIC in nanoseconds, as `process.hrtime.bigint()`; 0 for none. */
  readonly deadline: bigint
  readonly procMounted: boolean
  /** RLIMIT_NOFILE, the soft one of the command and the hard one of us; -1 for none. */
  readonly descriptorLimit: number
  readonly mostDescriptors: number
  /** RLIMIT_STACK; -1 for none. */
  readonly stackLimit: number
  /** The size of the command's arguments with their NULs, and their number. */
  readonly argumentBytes: number
  readonly argumentCount: number
  readonly startedAsRoot: boolean
  /** The position of the command in argv, or -1. */
  readonly operand: number
  /** Whom the command runs as, if not as us. */
  readonly commandOwner: { readonly uid: number; readonly gid: number } | undefined
  /** Descriptors that are open in the spine, ascending. */
  readonly reserved: readonly number[]
  readonly environ: Environ
  /** The words of the command line that are ours: options, and a subcommand with its own. */
  readonly words: readonly string[]
}

const version = 3
const headerSize = 144

/**
 * Throws 'bug' when the bytes are not an inbox.
 *
 * The words come this way since Node reads --env-file and its like from argv before it runs a
 * line of ours.
 */
export function parseInbox(bytes: Uint8Array): Inbox {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
  const whole = (offset: number) => view.getBigInt64(offset, true)
  const number = (offset: number) => Number(whole(offset))
  if (bytes.length < headerSize || number(0) !== version) throw notAnInbox()
  const reservedCount = number(80)
  const block = headerSize + 8 * reservedCount
  const words = block + number(96)
  if (bytes.length !== words + number(112)) throw notAnInbox()
  return {
    socket: number(8),
    deadline: whole(16),
    procMounted: number(24) === 1,
    descriptorLimit: number(32),
    mostDescriptors: number(120),
    stackLimit: number(40),
    argumentBytes: number(48),
    argumentCount: number(56),
    startedAsRoot: number(64) === 1,
    operand: number(72),
    commandOwner: number(128) < 0 ? undefined : { uid: number(128), gid: number(136) },
    reserved: Array.from({ length: reservedCount }, (_, at) => number(headerSize + 8 * at)),
    environ: parseEnviron(bytes.subarray(block, words), number(88)),
    words: parseWords(bytes.subarray(words), number(104)),
  }
}

/** Not those of the command: the spine keeps them, as bytes. Only our own options are read. */
function parseWords(bytes: Uint8Array, count: number): string[] {
  const text = new TextDecoder().decode(bytes)
  return text.split('\0').slice(0, count)
}

function notAnInbox(): ConfideError {
  return new ConfideError('the spine and the resolver are of different versions', { kind: 'bug' })
}
