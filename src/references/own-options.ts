import {
  checkPairs,
  decoded,
  holdsKnown,
  misplacedOptions,
  type Pair,
  readTail,
  wrong,
} from './tail.ts'

/** A reference's text in what a scheme calls its body, and the scheme's own options. */
export interface OwnOptions {
  /** `MARKER…LOCATOR#KEY`, as it would be without any option. */
  readonly body: string
  /** The values by name, percent-decoded, in the order in which they were written. */
  readonly options: ReadonlyMap<string, string>
}

/**
 * Splits the text that `parse` got, `BODY?name=value&name=value`, where `names` are the scheme's
 * own options (`Scheme.options`); a "?" that none of them follows belongs to the body.
 *
 * Throws 'data' for an option without a value, given twice or beside one that is not of `names`,
 * and for a value with a raw "?" or "#" or a wrong percent sequence. Nothing but these is checked.
 */
export function takeOptions(text: string, names: readonly string[]): OwnOptions {
  const mark = text.lastIndexOf('?')
  const pairs = mark < 0 ? [] : readTail(text.slice(mark + 1), names)
  if (!holdsKnown(pairs, names)) return { body: text, options: new Map() }
  checkPairs(pairs)
  const options = new Map<string, string>()
  for (const pair of pairs) {
    if (!names.includes(pair.name)) {
      throw wrong(`unknown option "${pair.name}"`, `options are ${names.join(', ')}`)
    }
    options.set(pair.name, readOwn(pair))
  }
  return { body: text.slice(0, mark), options }
}

/**
 * The text for `parse`: the body with the scheme's own options behind it, as they were written.
 *
 * Throws 'data' for what `takeOptions` would refuse, so that it never has to.
 */
export function withOwnOptions(body: string, pairs: readonly Pair[]): string {
  for (const pair of pairs) readOwn(pair)
  if (pairs.length === 0) return body
  return `${body}?${pairs.map(({ name, value }) => `${name}=${value}`).join('&')}`
}

/** Raw marks would make it a guess where the options start, and whether the key is one. */
function readOwn(pair: Pair): string {
  const { name, value = '' } = pair
  const text = decoded(name, pair.value)
  if (text === '') throw wrong(`option ${name} needs a value`, `write ${name}=VALUE`)
  if (value.includes('#')) throw misplacedOptions()
  if (value.includes('?')) {
    throw wrong('options start twice', 'write a "?" inside an option\'s value as %3F')
  }
  return text
}
