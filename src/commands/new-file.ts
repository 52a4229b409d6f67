import {
  closeSync,
  existsSync,
  fsyncSync,
  lstatSync,
  openSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { ConfideError } from '../leaf/errors.ts'
import { codeOf, reasonOf } from '../leaf/system-error.ts'

/** Fails early, before anyone types a secret, for a file that writeNewFile would refuse. */
export function refuseExisting(path: string, force: boolean): void {
  if (!force && existsSync(path)) throw exists(path)
}

/** What kind of file it is to be; the umask takes from the mode. */
export interface NewFile {
  readonly force: boolean
  readonly mode: number
}

/**
 * Writes a file at once or not at all.
 *
 * The bytes go to a neighbour first, which then takes the name: a reader never sees half of them.
 * Without `force` the name is claimed exclusively before.
 */
export function writeNewFile(name: string, bytes: Uint8Array, { force, mode }: NewFile): void {
  const path = force ? replaceable(name) : name
  const neighbour = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}`)
  let claimed = false
  try {
    writeExclusively(neighbour, bytes, mode)
    if (!force) {
      closeSync(openSync(path, 'wx', 0o600))
      claimed = true
    }
    renameSync(neighbour, path)
  } catch (cause) {
    remove(neighbour)
    if (claimed) remove(path)
    throw failure(path, cause)
  }
}

/** Behind a symbolic link, the file itself; and nothing that is none, such as /dev/stdout. */
function replaceable(name: string): string {
  if (lstatSync(name, { throwIfNoEntry: false }) === undefined) return name
  try {
    const path = realpathSync(name)
    if (lstatSync(path).isFile()) return path
  } catch {
    // A link to nowhere is not to be replaced, either.
  }
  throw new ConfideError(`${name} is not a regular file`, {
    kind: 'usage',
    hint: 'leave --output out to write to stdout',
  })
}

function writeExclusively(path: string, bytes: Uint8Array, mode: number): void {
  const descriptor = openSync(path, 'wx', mode)
  try {
    for (let rest = bytes; rest.length > 0; ) rest = rest.subarray(writeSync(descriptor, rest))
    fsyncSync(descriptor)
  } finally {
    closeSync(descriptor)
  }
}

function remove(path: string): void {
  try {
    unlinkSync(path)
  } catch {
    // It was never made; why is being reported already.
  }
}

function exists(path: string): ConfideError {
  return new ConfideError(`${path} exists already`, {
    kind: 'usage',
    hint: 'name another file, or replace it with --force',
  })
}

function failure(path: string, cause: unknown): ConfideError {
  const code = codeOf(cause) ?? ''
  if (code === 'EEXIST') return exists(path)
  const kinds = { ENOENT: 'missing', EACCES: 'permission', EROFS: 'permission' } as const
  return new ConfideError(
    `cannot write ${path}: ${code === 'ENOENT' ? 'no such directory' : reasonOf(cause)}`,
    {
      kind: code in kinds ? kinds[code as keyof typeof kinds] : 'system',
      hint: 'the directory must exist and be writable',
      cause,
    },
  )
}
