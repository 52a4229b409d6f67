import { parseEnv } from 'node:util'
import { ConfideError } from './errors.ts'

/** One assignment in a dotenv text. */
export interface Assignment {
  readonly name: string
  readonly value: string
  readonly line: number
}

/**
 * The assignments of a dotenv text, in their order.
 *
 * Node's `parseEnv` skips what it can't read, cuts `pass#word` at the "#" and, behind an empty
 * value with a blank, takes the next line for the value: so it only gets values in quotes here.
 * Throws 'data', with the place of the line, for anything that would be lost silently.
 */
export function parseDotenv(
  text: string,
  placeOf: (line: number) => string,
): readonly Assignment[] {
  const assignments: Assignment[] = []
  let line = 1
  let rest = text.replace(/^\uFEFF/, '').replaceAll('\r\n', '\n')
  while (rest !== '') {
    const statement = takeStatement(rest, placeOf(line))
    const { assignment } = statement
    if (assignment !== undefined) assignments.push({ ...assignment, line })
    line += statement.source.split('\n').length - 1
    rest = rest.slice(statement.source.length)
  }
  return assignments
}

interface Statement {
  /** The text that was read, with its newline. */
  readonly source: string
  /** Undefined for a blank line or a comment. */
  readonly assignment?: Omit<Assignment, 'line'>
}

function takeStatement(rest: string, place: string): Statement {
  const [blank] = /^[^\S\n]*(?:#.*)?(?:\n|$)/.exec(rest) ?? []
  if (blank !== undefined) return { source: blank }
  const [head, name] = /^[^\S\n]*(?:export[^\S\n]+)?([^=\n]*?)[^\S\n]*=/.exec(rest) ?? []
  if (head === undefined || name === undefined) {
    throw wrong(place, 'has no "="', 'write NAME=VALUE, or # before a comment')
  }
  if (!/^[A-Za-z_][A-Za-z0-9_.-]*$/.test(name))
    throw wrong(place, 'has no valid variable name', namesAre)
  const body = rest.slice(head.length)
  const quoted = /^[^\S\n]*["'`]/.test(body)
  const { source, value } = quoted ? takeQuoted(body, place) : takeBare(body)
  if (value.includes('\0'))
    throw wrong(place, `puts a NUL into ${name}`, 'no variable can hold one')
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

const unclosed = 'close it, or choose another quote'

/** A value in quotes may span lines; in double quotes \n is a newline. */
function takeQuoted(body: string, place: string): { source: string; value: string } {
  const open = body.search(/\S/)
  const quote = body.charAt(open)
  const close = body.indexOf(quote, open + 1)
  if (close < 0) throw wrong(place, `has a ${quote} that is never closed`, unclosed)
  const [after] = /^[^\S\n]*(?:#.*)?(?:\n|$)/.exec(body.slice(close + 1)) ?? []
  if (after === undefined) {
    const hint = 'choose another of the quotes \' " ` around a value that contains one'
    throw wrong(place, 'has text behind the closing quote', hint)
  }
  const value = parseEnv(`VALUE=${body.slice(open, close + 1)}`)['VALUE'] ?? ''
  return { source: body.slice(0, close + 1) + after, value }
}

const namesAre = 'write NAME=VALUE; a name has letters, digits and any of _.-'

function wrong(place: string, fault: string, hint: string): ConfideError {
  return new ConfideError(`${place} ${fault}`, { kind: 'data', hint })
}
