import { nearest } from '../leaf/distance.ts'
import { ConfideError } from '../leaf/errors.ts'
import { withOwnOptions } from './own-options.ts'
import type { Owner, ReferenceOptions, Scheme } from './reference.ts'
import {
  checkPairs,
  decoded,
  holdsKnown,
  misplacedOptions,
  type Pair,
  readTail,
  wrong,
} from './tail.ts'

/** A reference's text in its two halves. */
export interface Split {
  /** What the provider gets: the body, and behind it the options of its own scheme. */
  readonly text: string
  /** The reference without any option. */
  readonly body: string
  readonly options: ReferenceOptions
  /** What is wrong with the options; it counts only if a provider claims the text. */
  readonly problem?: ConfideError
}

/** The options that every scheme has. */
export const commonNames = [
  'as',
  'mode',
  'owner',
  'optional',
  'default',
  'decode',
  'name',
  'prefix',
] as const

type CommonName = (typeof commonNames)[number]

/** The options as they are collected; read-only once split. */
type Collected = { -readonly [Name in keyof ReferenceOptions]: ReferenceOptions[Name] }

/** What an option may be, and what is said where it is something else. */
interface Vocabulary {
  /** The values that `as=` may have. */
  readonly deliveries: readonly string[]
  /** All names that count as options here. */
  readonly known: readonly string[]
  /** Whose options others may be: hints name them. */
  readonly schemes: readonly Scheme[]
}

/**
 * Separates the common options of a reference from the rest.
 *
 * The last "?" followed by options of which one is known, common or of the scheme's `own`, starts
 * them. Any other "?" belongs to the locator or key, unless what follows looks like a mistyped
 * option: that is a problem, since taking it for a part of the locator would ask for the wrong
 * secret. Own options stay in the text, as they were written. `deliveries` are the values that
 * `as=` may have; hints name the one of `schemes` that an option belongs to.
 */
export function splitOptions(
  text: string,
  deliveries: readonly string[],
  own: readonly string[] = [],
  schemes: readonly Scheme[] = [],
): Split {
  const none = { text, body: text, options: { optional: false } }
  if (!text.includes('?')) return none
  const known = [...commonNames, ...own]
  const vocabulary = { deliveries, known, schemes }
  let doubtful: Split | undefined
  for (let mark = text.lastIndexOf('?'); mark >= 0; mark = text.lastIndexOf('?', mark - 1)) {
    const tail = text.slice(mark + 1)
    const before = text.slice(0, mark)
    const pairs = readTail(tail, known)
    if (holdsKnown(pairs, known)) return collect(before, pairs, vocabulary)
    const word = pairs.find(pair => looksMistyped(pair, vocabulary))?.name
    if (word !== undefined) {
      doubtful = { ...none, text: before, body: before, problem: unknownOption(word, vocabulary) }
    }
    const [beforeKey = '', key] = tail.split('#')
    if (key !== undefined && holdsKnown(readTail(beforeKey, known), known)) {
      doubtful = { ...none, problem: misplacedOptions() }
    }
    if (mark === 0) break
  }
  return doubtful ?? none
}

function isCommon(name: string): name is CommonName {
  return (commonNames as readonly string[]).includes(name)
}

function looksMistyped({ name, value }: Pair, { deliveries, known }: Vocabulary): boolean {
  if (value !== undefined || deliveries.includes(name)) return true
  return nearest(name, known) !== undefined
}

function unknownOption(name: string, vocabulary: Vocabulary): ConfideError {
  return wrong(`unknown option "${name}"`, hintFor(name, vocabulary))
}

function hintFor(name: string, { deliveries, known, schemes }: Vocabulary): string {
  const owners = schemes.filter(({ options = [] }) => options.includes(name))
  if (owners.length > 0) {
    return `"${name}" is an option of ${owners.map(owner => `${owner.name}:`).join(' and ')}`
  }
  const meant = deliveries.includes(name) ? `?as=${name}` : nearest(name, known)
  if (meant !== undefined) return `did you mean ${meant}?`
  return `options are ${known.join(', ')}; for a "?" in the locator add "?as=fd" at the end`
}

function brokenDefault(): ConfideError {
  return wrong('default= is followed by an unknown option', 'write a "&" inside a value as %26')
}

function collect(body: string, pairs: readonly Pair[], vocabulary: Vocabulary): Split {
  const { deliveries, known } = vocabulary
  const options: Collected = { optional: false }
  try {
    checkAsWhole(body, pairs, known)
    for (const { name, value } of pairs) {
      if (isCommon(name)) readers[name](options, value, deliveries)
      else if (known.includes(name)) continue
      // What stands behind a "&" may be the rest of a default, which no message repeats.
      else if (options.default !== undefined) throw brokenDefault()
      else throw unknownOption(name, vocabulary)
    }
    const own = pairs.filter(({ name }) => !isCommon(name))
    return { text: withOwnOptions(body, own), body, options }
  } catch (problem) {
    if (problem instanceof ConfideError) return { text: body, body, options, problem }
    throw problem
  }
}

/** Pairs of options that say two different things about the same. */
const contradictions = [
  ['optional', 'default', 'default= alone is enough'],
  ['prefix', 'default', 'a default is one text: leave it out, or write ?optional'],
  ['prefix', 'name', 'prefix= and the members make the names: leave name= out'],
] as const

function checkAsWhole(body: string, pairs: readonly Pair[], known: readonly string[]): void {
  const mark = body.lastIndexOf('?')
  if (mark >= 0 && holdsKnown(readTail(body.slice(mark + 1), known), known)) {
    throw wrong('options start twice', 'write a "?" inside an option\'s value as %3F')
  }
  checkPairs(pairs)
  const given = new Set(pairs.map(({ name }) => name))
  for (const [one, other, hint] of contradictions) {
    if (!given.has(one) || !given.has(other)) continue
    const first = one === 'optional' ? one : `${one}=`
    throw wrong(`${first} and ${other}= cannot be used together`, hint)
  }
}

/** Reads the value of an option, still percent-encoded, or throws what is wrong with it. */
type Reader = (options: Collected, value: string | undefined, deliveries: readonly string[]) => void

const readers: Readonly<Record<CommonName, Reader>> = {
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
  prefix(options, value) {
    const prefix = decoded('prefix', value)
    if (!/^(?:[A-Za-z_][A-Za-z0-9_]*)?$/.test(prefix)) {
      throw wrong(
        'prefix= is not the beginning of a name',
        'use letters, digits and "_", no digit first: prefix=APP_, or prefix= for none',
      )
    }
    options.prefix = prefix
  },
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
