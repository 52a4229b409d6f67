import { nearest } from '../leaf/distance.ts'
import { ConfideError } from '../leaf/errors.ts'
import type { Owner, ReferenceOptions } from './reference.ts'

/** A reference's text in its two halves. */
export interface Split {
  /** What the provider gets. */
  readonly text: string
  readonly options: ReferenceOptions
  /** What is wrong with the options; it counts only if a provider claims the text. */
  readonly problem?: ConfideError
}

const names = ['as', 'mode', 'owner', 'optional', 'default', 'decode', 'name'] as const

type OptionName = (typeof names)[number]

/** The options as they are collected; read-only once split. */
type Collected = { -readonly [Name in keyof ReferenceOptions]: ReferenceOptions[Name] }

/**
 * Separates the options of a reference from the rest.
 *
 * The last "?" followed by options of which one is known starts them. Any other "?" belongs to
 * the locator or key, unless what follows looks like a mistyped option: that is a problem, since
 * taking it for a part of the locator would ask for the wrong secret. `deliveries` are the
 * values that `as=` may have.
 */
export function splitOptions(text: string, deliveries: readonly string[]): Split {
  const none = { text, options: { optional: false } }
  if (!text.includes('?')) return none
  let doubtful: Split | undefined
  for (let mark = text.lastIndexOf('?'); mark >= 0; mark = text.lastIndexOf('?', mark - 1)) {
    const tail = text.slice(mark + 1)
    const before = text.slice(0, mark)
    const pairs = readTail(tail)
    if (holdsKnown(pairs)) return collect(before, pairs, deliveries)
    const word = pairs.find(pair => looksMistyped(pair, deliveries))?.name
    if (word !== undefined) {
      doubtful = { ...none, text: before, problem: unknownOption(word, deliveries) }
    }
    const [beforeKey = '', key] = tail.split('#')
    if (key !== undefined && holdsKnown(readTail(beforeKey))) {
      doubtful = { ...none, problem: misplacedOptions() }
    }
    if (mark === 0) break
  }
  return doubtful ?? none
}

export function misplacedOptions(): ConfideError {
  return wrong('options stand before the key', 'write them at the end: …#key?optional')
}

interface Pair {
  readonly name: string
  /** Still percent-encoded; undefined without "=". */
  readonly value?: string
}

/**
 * The options in name[=value](&name[=value])*; none if the text is nothing of the kind.
 *
 * Behind a known option, what is none has an empty name.
 */
function readTail(tail: string): readonly Pair[] {
  const pairs: Pair[] = []
  for (const piece of tail.split('&')) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9_-]*)(?:=(.*))?$/s.exec(piece) ?? []
    if (name !== undefined) pairs.push(value === undefined ? { name } : { name, value })
    else if (isKnown(pairs[0]?.name ?? '')) pairs.push({ name: '', value: piece })
    else return []
  }
  return pairs
}

function isKnown(name: string): name is OptionName {
  return (names as readonly string[]).includes(name)
}

function holdsKnown(pairs: readonly Pair[]): boolean {
  return pairs.some(({ name }) => isKnown(name))
}

function looksMistyped({ name, value }: Pair, deliveries: readonly string[]): boolean {
  if (value !== undefined || deliveries.includes(name)) return true
  return nearest(name, names) !== undefined
}

function unknownOption(name: string, deliveries: readonly string[]): ConfideError {
  const meant = deliveries.includes(name) ? `?as=${name}` : nearest(name, names)
  const hint =
    meant === undefined
      ? `options are ${names.join(', ')}; for a "?" in the locator add "?as=fd" at the end`
      : `did you mean ${meant}?`
  return new ConfideError(`unknown option "${name}"`, { kind: 'data', hint })
}

function brokenDefault(): ConfideError {
  return wrong('default= is followed by an unknown option', 'write a "&" inside a value as %26')
}

function collect(text: string, pairs: readonly Pair[], deliveries: readonly string[]): Split {
  const options: Collected = { optional: false }
  try {
    checkAsWhole(text, pairs)
    for (const { name, value } of pairs) {
      if (!isKnown(name)) {
        // What stands behind a "&" may be the rest of a default, which no message repeats.
        if (options.default !== undefined) throw brokenDefault()
        throw unknownOption(name, deliveries)
      }
      readers[name](options, value, deliveries)
    }
    return { text, options }
  } catch (problem) {
    if (problem instanceof ConfideError) return { text, options, problem }
    throw problem
  }
}

function checkAsWhole(text: string, pairs: readonly Pair[]): void {
  const mark = text.lastIndexOf('?')
  if (mark >= 0 && holdsKnown(readTail(text.slice(mark + 1)))) {
    throw wrong('options start twice', 'write a "?" inside an option\'s value as %3F')
  }
  const stray = pairs.find(({ name }) => name === '')
  if (stray?.value === '') throw wrong('nothing follows the &', 'leave the & out')
  if (stray !== undefined) {
    throw wrong('what follows the & is no option', 'write a "&" inside an option\'s value as %26')
  }
  const seen = new Set<string>()
  for (const { name } of pairs) {
    if (seen.has(name)) throw wrong(`option ${name} is given twice`, 'give it once')
    seen.add(name)
  }
  if (seen.has('optional') && seen.has('default')) {
    throw wrong('optional and default= cannot be used together', 'default= alone is enough')
  }
}

/** Reads the value of an option, still percent-encoded, or throws what is wrong with it. */
type Reader = (options: Collected, value: string | undefined, deliveries: readonly string[]) => void

const readers: Readonly<Record<OptionName, Reader>> = {
  as(options, value, deliveries) {
    const delivery = decoded('as', value)
    if (deliveries.includes(delivery)) options.as = delivery
    else throw wrong(`as=${delivery} is no delivery`, `deliveries are ${deliveries.join(', ')}`)
  },
  mode(options, value) {
    const digits = decoded('mode', value)
    const hint = 'write three octal digits without execute bits, such as mode=440'
    if (!/^0?[0-7]{3}$/.test(digits)) throw wrong(`mode=${digits} is not an octal mode`, hint)
    options.mode = Number.parseInt(digits, 8)
    if ((options.mode & 0o111) !== 0) throw wrong(`mode=${digits} would make it executable`, hint)
  },
  owner(options, value) {
    options.owner = readOwner(decoded('owner', value))
  },
  optional(options, value) {
    if (value !== undefined) throw wrong('optional takes no value', 'write ?optional')
    options.optional = true
  },
  default(options, value) {
    options.default = decoded('default', value)
  },
  decode(options, value) {
    const encoding = decoded('decode', value)
    if (encoding !== 'base64') throw wrong(`decode=${encoding} is unknown`, 'use decode=base64')
    options.decode = encoding
  },
  name(options, value) {
    const name = decoded('name', value)
    // Any other name would confuse shells and every list of variables.
    if (!/^[!-<>-~]+$/.test(name))
      throw wrong('name= is not the name of a variable', 'write ?name=DB_PASSWORD')
    options.name = name
  },
}

/** Percent-decoding happens here and nowhere else. */
function decoded(name: OptionName, value: string | undefined): string {
  if (value === undefined) throw wrong(`option ${name} needs a value`, `write ${name}=VALUE`)
  try {
    return decodeURIComponent(value)
  } catch {
    throw wrong(`the value of ${name}= has a wrong percent sequence`, 'write a "%" as %25')
  }
}

/** (uid_t)-1 means "leave it" to the kernel, so it is no id. */
const largestId = 4_294_967_294

function readOwner(text: string): Owner {
  const [, user, group] = /^(\d+)(?::(\d+))?$/.exec(text) ?? []
  if (user === undefined) throw wrong('owner= is not UID or UID:GID', 'use numbers, not names')
  if (Number(user) > largestId || Number(group ?? 0) > largestId) {
    throw wrong('the number in owner= is too large', `ids go up to ${largestId}`)
  }
  return group === undefined ? { uid: Number(user) } : { uid: Number(user), gid: Number(group) }
}

function wrong(message: string, hint: string): ConfideError {
  return new ConfideError(message, { kind: 'data', hint })
}
