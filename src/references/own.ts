import { ConfideError } from '../leaf/errors.ts'
import { splitOptions } from './options.ts'
import type { Reference, ReferenceOptions, Scheme } from './reference.ts'
import { misplacedOptions, wrong } from './tail.ts'

/** A reference with the options that stood behind it. */
export interface Part {
  readonly reference: Reference
  readonly options: ReferenceOptions
}

/** What the value of a variable turned out to be. */
export type Value =
  /** Not ours: stays byte for byte. */
  | { readonly kind: 'ordinary' }
  /** Only escapes: the command gets this text. */
  | { readonly kind: 'literal'; readonly text: string }
  /** Text and references in order; `whole` when the value is one reference without `${…}`. */
  | {
      readonly kind: 'composed'
      readonly parts: readonly (string | Part)[]
      readonly whole: boolean
    }

/** Turns `literal:TEXT` into TEXT, for a TEXT that would be a reference. */
export const literalMarker = 'literal:'

const ordinary: Value = { kind: 'ordinary' }

/**
 * Reads the value of a variable.
 *
 * Only what begins with a marker of one of `schemes`, at the start of the value or behind `${`,
 * can be a reference; a value without one is ordinary and never an error. Throws 'data' for a
 * wrong reference.
 */
export function parseValue(
  text: string,
  schemes: readonly Scheme[],
  deliveries: readonly string[],
): Value {
  if (text.startsWith(literalMarker)) {
    return { kind: 'literal', text: text.slice(literalMarker.length) }
  }
  const part = parsePart(text, schemes, deliveries)
  if (part !== null) return { kind: 'composed', parts: [part], whole: true }
  return text.includes('${') ? parseInline(text, schemes, deliveries) : ordinary
}

/** One reference that is the whole of `text`, or null if no scheme claims it. */
function parsePart(
  text: string,
  schemes: readonly Scheme[],
  deliveries: readonly string[],
): Part | null {
  const scheme = schemeAt(text, 0, schemes)
  if (scheme === undefined) return null
  const split = splitOptions(text, deliveries, scheme.options, schemes)
  const { text: stripped, body, options, problem } = split
  const reference = parseBody(scheme, stripped, options, problem)
  if (reference !== null) {
    if (problem === undefined) return asPart(reference, options)
    throw inReference(problem, stripped)
  }
  // What the options took with them may have been the key that makes it a reference.
  const taken = text.indexOf('#', body.length)
  if (taken < 0 || scheme.parse(`${stripped}${text.slice(taken)}`) === null) return null
  throw inReference(misplacedOptions(), stripped)
}

/** Options in the wrong place say more than what they make of the body. */
function parseBody(
  scheme: Scheme,
  text: string,
  options: ReferenceOptions,
  problem: ConfideError | undefined,
): Reference | null {
  try {
    return scheme.parse(text, options.prefix !== undefined)
  } catch (error) {
    throw problem === undefined ? error : inReference(problem, text)
  }
}

function asPart(reference: Reference, options: ReferenceOptions): Part {
  if (options.prefix === undefined) return { reference, options }
  return { reference: { ...reference, asObject: true }, options }
}

/** What an ordinary text, or a part of it in braces, could have been meant as: see `Scheme`. */
export function resemblanceOf(
  text: string,
  schemes: readonly Scheme[],
  deliveries: readonly string[],
): string | undefined {
  if (text.startsWith(literalMarker)) return undefined
  for (const candidate of [text, ...bracedIn(text)]) {
    const scheme = schemeAt(candidate, 0, schemes)
    const resemblance = scheme?.resembles?.(
      splitOptions(candidate, deliveries, scheme.options).text,
    )
    if (resemblance !== undefined) return resemblance
  }
  return undefined
}

/** What stands between braces that are not escaped. */
function* bracedIn(text: string): Generator<string> {
  for (let at = text.indexOf('${'); at >= 0; at = text.indexOf('${', at + 2)) {
    const end = endOfBraces(text, at + 2)
    if (end >= 0 && text[at - 1] !== '$') yield text.slice(at + 2, end)
  }
}

function inReference({ message, kind, hint }: ConfideError, text: string): ConfideError {
  const details = hint === undefined ? {} : { hint }
  return new ConfideError(`${message} in ${text}`, { kind, ...details })
}

function schemeAt(text: string, at: number, schemes: readonly Scheme[]): Scheme | undefined {
  return schemes.find(({ markers }) => markers.some(marker => text.startsWith(marker, at)))
}

function parseInline(
  text: string,
  schemes: readonly Scheme[],
  deliveries: readonly string[],
): Value {
  const parts: (string | Part)[] = []
  let plain = ''
  let escaped = false
  let position = 0
  while (position < text.length) {
    const brace = text.indexOf('${', position)
    if (brace < 0) break
    plain += text.slice(position, brace)
    position = brace + 2
    const scheme = schemeAt(text, position, schemes)
    if (scheme !== undefined && text[brace - 1] === '$') {
      escaped = true
      plain = `${plain.slice(0, -1)}\${`
      continue
    }
    const end = scheme === undefined ? -1 : endOfBraces(text, position)
    const inner = text.slice(position, end < 0 ? undefined : end)
    const part = scheme === undefined ? null : parsePart(inner, schemes, deliveries)
    if (part === null) {
      plain += '${'
      continue
    }
    if (end < 0) throw unclosed(part)
    if (part.options.prefix !== undefined) throw inReference(severalInText(), part.reference.text)
    if (plain !== '') parts.push(plain)
    parts.push(part)
    plain = ''
    position = end + 1
  }
  plain += text.slice(position)
  if (parts.length === 0) return escaped ? { kind: 'literal', text: plain } : ordinary
  if (plain !== '') parts.push(plain)
  checkAgreement(parts)
  return { kind: 'composed', parts, whole: false }
}

/** Where the brace that was opened before `start` is closed, counting the pairs inside; or -1. */
function endOfBraces(text: string, start: number): number {
  let open = 1
  for (let at = start; at < text.length; at++) {
    if (text[at] === '{') open++
    else if (text[at] === '}' && --open === 0) return at
  }
  return -1
}

function unclosed({ reference }: Part): ConfideError {
  // The rest of the value may be the password of a URL: only the scheme is repeated.
  return new ConfideError(`\${${reference.provider}:… has no closing brace`, {
    kind: 'data',
    hint: `write \${${reference.provider}:…}, or $\${ for a plain \${`,
  })
}

function severalInText(): ConfideError {
  return wrong('prefix= is for a whole value', 'write NAME=REFERENCE?prefix=…, without ${ and }')
}

/** These say something about the variable, so that references in one value can't differ in them. */
const perVariable = ['as', 'mode', 'owner', 'name'] as const

function checkAgreement(parts: readonly (string | Part)[]): void {
  for (const name of perVariable) {
    const given = parts
      .map(part => (typeof part === 'string' ? undefined : part.options[name]))
      .filter(option => option !== undefined)
      .map(option => JSON.stringify(option))
    if (new Set(given).size <= 1) continue
    throw new ConfideError(`the references in one value disagree on ${name}=`, {
      kind: 'data',
      hint: `give ${name}= once`,
    })
  }
}
