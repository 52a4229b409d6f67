import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { ConfideError } from './leaf/errors.ts'
import { type Environ, type Entry, makeEntry } from './environ.ts'

/** One assignment in a dotenv file. */
interface Assignment {
  readonly name: string
  readonly value: string
}

/**
 * The environment with the variables of dotenv files behind it.
 *
 * What the environment has, wins; of two files the later one does. Throws 'missing' for a file
 * that can't be read and 'data', with file and line, for anything that would be lost silently.
 */
export function addEnvFiles(environ: Environ, paths: readonly string[]): Environ {
  const known = new Set(environ.map(entry => entry.name))
  const added = new Map<string, Entry>()
  for (const path of paths) {
    for (const { name, value } of parseEnvFile(readText(path), path)) {
      if (!known.has(name)) added.set(name, makeEntry(name, value))
    }
  }
  return [...environ, ...added.values()]
}

/** The assignments of a dotenv file, in the order of the file. */
export function parseEnvFile(text: string, path: string): readonly Assignment[] {
  const assignments: Assignment[] = []
  let line = 1
  let rest = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  while (rest !== '') {
    const statement = takeStatement(rest, `${path}:${line}`)
    if (statement.assignment !== undefined) assignments.push(statement.assignment)
    line += statement.source.split('\n').length - 1
    rest = rest.slice(statement.source.length)
  }
  return assignments
}

interface Statement {
  /** The text that was read, with its newline. */
  readonly source: string
  /** Undefined for a blank line or a comment. */
  readonly assignment?: Assignment
}

function takeStatement(rest: string, place: string): Statement {
  const [blank] = /^[^\S\n]*(?:#.*)?(?:\n|$)/.exec(rest) ?? []
  if (blank !== undefined) return { source: blank }
  const [head, name] = /^[^\S\n]*(?:export[^\S\n]+)?([^=\n]*?)[^\S\n]*=/.exec(rest) ?? []
  if (head === undefined || name === undefined) {
    throw wrong(place, 'has no "="', 'write NAME=VALUE, or # before a comment')
  }
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name)) throw wrong(place, 'has no valid variable name')
  const body = rest.slice(head.length)
  const quoted = /^[^\S\n]*["'`]/.test(body)
  const { source, value } = quoted ? takeQuoted(body, place) : takeBare(body)
  if (value.includes('\0')) throw wrong(place, `puts a NUL into ${name}`)
  return { source: head + source, assignment: { name, value } }
}

/**
 * A value without quotes ends at the line's end or at a "#" behind a blank, as in a shell.
 *
 * `parseEnv` would also cut `vault:secret/app#password` at its "#", without a word.
 */
function takeBare(body: string): { source: string; value: string } {
  const [source = ''] = /^.*\n?/.exec(body) ?? []
  return { source, value: source.replace(/\s#.*/, '').trim() }
}

/** A value in quotes may span lines; in double quotes \n is a newline. */
function takeQuoted(body: string, place: string): { source: string; value: string } {
  const open = body.search(/\S/)
  const quote = body.charAt(open)
  const close = body.indexOf(quote, open + 1)
  if (close < 0) throw wrong(place, `has a ${quote} that is never closed`)
  const [after] = /^[^\S\n]*(?:#.*)?(?:\n|$)/.exec(body.slice(close + 1)) ?? []
  if (after === undefined) {
    const hint = 'choose another of the quotes \' " ` around a value that contains one'
    throw wrong(place, 'has text behind the closing quote', hint)
  }
  const value = parseEnv(`VALUE=${body.slice(open, close + 1)}`)['VALUE'] ?? ''
  return { source: body.slice(0, close + 1) + after, value }
}

function readText(path: string): string {
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''
    throw new ConfideError(`cannot read the env file ${path}${code}`, { kind: 'missing', cause })
  }
  if (isUtf8(bytes)) return bytes.toString()
  throw new ConfideError(`${path} is not UTF-8 text`, { kind: 'data' })
}

function wrong(place: string, fault: string, hint?: string): ConfideError {
  const details = hint === undefined ? {} : { hint }
  return new ConfideError(`${place} ${fault}`, { kind: 'data', ...details })
}
