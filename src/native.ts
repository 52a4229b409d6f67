import { DataType, load, open } from 'ffi-rs'
import { ConfideError } from './leaf/errors.ts'

const library = 'confide'

let isOpen = false

/** The name for dlopen(3); the spine gives it in the environment that it makes for Node. */
function openShim(): void {
  const path = process.env['CONFIDE_SHIM']
  if (path === undefined) {
    throw new ConfideError('this program runs only as a part of confide', { kind: 'usage' })
  }
  open({ library, path })
  isOpen = true
}

const { I32: int, I64: long, U8Array: bytes, Void: nothing } = DataType

/** The functions of native/shim.c with their C types. */
const functions = {
  confide_inbox_size: { returns: long, takes: [] },
  confide_inbox: { returns: long, takes: [bytes, long] },
  confide_sealed_memfd: { returns: int, takes: [bytes, long, int, long, long] },
  confide_send: { returns: int, takes: [int, bytes, long, int] },
  confide_read_descriptor: { returns: long, takes: [int, bytes, long] },
  confide_leave: { returns: nothing, takes: [int] },
} as const

function call(name: keyof typeof functions, ...values: (number | Uint8Array)[]): number {
  if (!isOpen) openShim()
  const { returns, takes } = functions[name]
  // A copy of `takes`: ffi-rs writes into it.
  const signature = { retType: returns, paramsType: [...takes], paramsValue: values }
  return Number(load({ library, funcName: name, ...signature }))
}

/** The result of a call, or the error that its negative errno stands for. */
function checked(result: number, what: string): number {
  if (result >= 0) return result
  const name = errnoName(-result)
  const hint = hints[name]
  throw new ConfideError(`${what} (${name})`, {
    kind: 'system',
    ...(hint !== undefined && { hint }),
  })
}

const hints: Readonly<Record<string, string>> = {
  EPERM: 'a seccomp profile may forbid it; to give a descriptor away takes root',
  EMFILE: 'raise the limit of open files (ulimit -n)',
  ENOMEM: 'raise the memory limit',
}

function errnoName(errno: number): string {
  const { getSystemErrorMap } = process.getBuiltinModule('node:util')
  return getSystemErrorMap().get(-errno)?.[0] ?? `errno ${errno}`
}

/** What the spine tells this process: see inbox.ts. */
export function readInbox(): Uint8Array {
  const what = 'cannot read what the spine hands in'
  const size = checked(call('confide_inbox_size'), what)
  const buffer = Buffer.alloc(size)
  checked(call('confide_inbox', buffer, size), what)
  return buffer
}

/** A memory file that nobody can change any more, at offset 0; -1 leaves the owner or group. */
export function sealedMemfd(secret: Uint8Array, mode: number, uid: number, gid: number): number {
  const fd = call('confide_sealed_memfd', secret, secret.length, mode, uid, gid)
  return checked(fd, 'cannot make a sealed memory file')
}

/** One message to the spine, with one descriptor unless `fd` is -1. */
export function send(socket: number, message: Uint8Array, fd: number): void {
  checked(
    call('confide_send', socket, message, message.length, fd),
    'cannot hand over to the spine',
  )
}

/** More than any credential is long; without a limit a wrong descriptor would fill the memory. */
const longestInput = 1024 * 1024

/** Everything that can be read from a descriptor that was passed in. */
export function readDescriptor(fd: number): Uint8Array {
  const buffer = Buffer.alloc(longestInput + 1)
  let length = 0
  while (length < buffer.length) {
    const rest = buffer.subarray(length)
    const read = call('confide_read_descriptor', fd, rest, rest.length)
    if (read < 0) {
      const reason = errnoName(-read)
      throw new ConfideError(`cannot read descriptor ${fd} (${reason})`, { kind: 'configuration' })
    }
    if (read === 0) return buffer.subarray(0, length)
    length += read
  }
  throw new ConfideError(`descriptor ${fd} gives more than 1 MiB`, { kind: 'configuration' })
}

/** Ends the process at once, without Node's teardown, which takes longer than all our work. */
export function leave(status: number): void {
  call('confide_leave', status)
}
