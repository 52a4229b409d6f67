import { ConfideError } from '../leaf/errors.ts'

/** An option as it was written, for the grammar of which it makes no difference whose it is. */
export interface Pair {
  /** Empty for what is no option at all, behind one that is known. */
  readonly name: string
  /** Still percent-encoded; undefined without "=". */
  readonly value?: string
}

/**
 * The options in name[=value](&name[=value])*; none if the text is nothing of the kind.
 *
 * Behind one of the `known` names, what is none has an empty name.
 */
export function readTail(tail: string, known: readonly string[]): readonly Pair[] {
  const pairs: Pair[] = []
  for (const piece of tail.split('&')) {
    const [, name, value] = /^([A-Za-z][A-Za-z0-9_-]*)(?:=(.*))?$/s.exec(piece) ?? []
    if (name !== undefined) pairs.push(value === undefined ? { name } : { name, value })
    else if (known.includes(pairs[0]?.name ?? '')) pairs.push({ name: '', value: piece })
    else return []
  }
  return pairs
}

/** Whether one of the options is known, so that they can't be a part of the locator. */
export function holdsKnown(pairs: readonly Pair[], known: readonly string[]): boolean {
  return pairs.some(({ name }) => known.includes(name))
}

/** Percent-decoding happens here and nowhere else. Throws 'data' when there is no value. */
export function decoded(name: string, value: string | undefined): string {
  if (value === undefined) throw wrong(`option ${name} needs a value`, `write ${name}=VALUE`)
  try {
    return decodeURIComponent(value)
  } catch {
    throw wrong(`the value of ${name}= has a wrong percent sequence`, 'write a "%" as %25')
  }
}

/** Throws 'data' for what is no option, and for an option that is given twice. */
export function checkPairs(pairs: readonly Pair[]): void {
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
}

export function misplacedOptions(): ConfideError {
  return wrong('options stand before the key', 'write them at the end: …#key?optional')
}

export function wrong(message: string, hint: string): ConfideError {
  return new ConfideError(message, { kind: 'data', hint })
}
