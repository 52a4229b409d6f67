import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { parseDotenv } from './leaf/dotenv.ts'
import { ConfideError } from './leaf/errors.ts'
import { codeOf, reasonOf } from './leaf/system-error.ts'
import { type Environ, type Entry, makeEntry } from './environ.ts'

/**
 * The environment with the variables of dotenv files behind it.
 *
 * What the environment has, wins; of two files the later one does. Throws 'missing' or
 * 'permission' for a file that can't be read and 'data', with file and line, for anything that
 * would be lost silently.
 */
export function addEnvFiles(environ: Environ, paths: readonly string[]): Environ {
  const known = new Set(environ.map(entry => entry.name))
  const added = new Map<string, Entry>()
  for (const path of paths) {
    for (const { name, value } of parseDotenv(readText(path), line => `${path}:${line}`)) {
      if (!known.has(name)) added.set(name, makeEntry(name, value))
    }
  }
  return [...environ, ...added.values()]
}

function readText(path: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    throw unreadable(path, cause)
  }
  if (isUtf8(bytes)) return bytes.toString()
  throw new ConfideError(`${path} is not UTF-8 text`, {
    kind: 'data',
    hint: 'save it as UTF-8; bytes can be delivered from a file with secretfile:/path',
  })
}

function unreadable(path: string, cause: unknown): ConfideError {
  const message = `cannot read the env file ${path}: ${reasonOf(cause)}`
  switch (codeOf(cause)) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new ConfideError(message, { kind: 'missing', hint: 'check the path', cause })
    case 'EACCES':
    case 'EPERM':
      return new ConfideError(message, {
        kind: 'permission',
        hint: `the file must be readable by uid ${process.geteuid?.()}, its directories searchable`,
        cause,
      })
    case 'EISDIR':
      return new ConfideError(message, { kind: 'data', hint: 'name one of the files in it', cause })
    default:
      return new ConfideError(message, { kind: 'system', cause })
  }
}
