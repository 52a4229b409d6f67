import { fstatSync, read } from 'node:fs'
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

/**
 * Everything that can be read from a descriptor that was passed in: a file, a pipe, a terminal.
 *
 * Not what Node and the spine have open themselves, such as an eventfd or a socket. A thread of
 * the pool waits for the writer of a pipe, so that the deadline still holds here.
 */
export async function readDescriptor(fd: number): Promise<Uint8Array> {
  const buffer = Buffer.alloc(longestInput + 1)
  let length = 0
  while (length < buffer.length) {
    const read = isReadable(fd) ? await readSome(fd, buffer.subarray(length)) : undefined
    if (read === undefined) {
      const message = `descriptor ${fd} is not one that confide can read`
      throw new ConfideError(message, { kind: 'configuration' })
    }
    if (read === 0) return buffer.subarray(0, length)
    length += read
  }
  throw new ConfideError(`descriptor ${fd} gives more than 1 MiB`, { kind: 'configuration' })
}

/** Whether it is of a kind that ends; what anon_inode makes is of none at all. */
function isReadable(fd: number): boolean {
  try {
    const stats = fstatSync(fd)
    return stats.isFile() || stats.isFIFO() || stats.isCharacterDevice()
  } catch {
    return false
  }
}

/** How many bytes were there; undefined for a descriptor that is only for writing. */
async function readSome(fd: number, buffer: Uint8Array): Promise<number | undefined> {
  return await new Promise(resolve => {
    const take = (error: NodeJS.ErrnoException | null, length: number) => {
      // A caller may have made its pipe non-blocking.
      if (error?.code === 'EAGAIN') setTimeout(() => read(fd, buffer, take), 5)
      else resolve(error === null ? length : undefined)
    }
    read(fd, buffer, take)
  })
}

/** Ends the process at once, without Node's teardown, which takes longer than all our work. */
export function leave(status: number): void {
  call('confide_leave', status)
}
