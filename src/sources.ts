import { ConfideError } from './leaf/errors.ts'
import { type Option, options } from './leaf/options.ts'
import { type Environ, valueOf } from './environ.ts'

/** What the command line gave, by option name: the texts in order, one "" for each flag. */
export type Given = ReadonlyMap<string, readonly string[]>

/** The texts of one option, and where they were read, for messages. */
export interface Source {
  readonly label: string
  readonly texts: readonly string[]
}

/** By option name, what speaks for each; an option on the command line wins over its variable. */
export function findSources(given: Given, environ: Environ): ReadonlyMap<string, Source> {
  const sources = new Map<string, Source>()
  for (const option of options) {
    const source = findSource(option, given, environ)
    if (source !== undefined) sources.set(option.name, source)
  }
  for (const { name, conflicts = {} } of options) {
    for (const [other, why] of Object.entries(conflicts)) separate(name, other, why, sources, given)
  }
  return sources
}

/** An empty variable counts as one that is not set. */
export function findSource(option: Option, given: Given, environ: Environ): Source | undefined {
  const { name, variable } = option
  const texts = given.get(name)
  if (texts !== undefined) return { label: `--${name}`, texts }
  const twin = variable === undefined ? undefined : valueOf(environ, variable)
  if (variable === undefined || twin === undefined || twin === '') return undefined
  // As in PATH, since a comma is common in file names and a colon is not.
  return { label: variable, texts: name === 'env-file' ? twin.split(':') : [twin] }
}

/** One of a pair on the command line overrules the variable of the other. Throws 'usage'. */
function separate(
  name: string,
  other: string,
  why: string,
  sources: Map<string, Source>,
  given: Given,
): void {
  const one = sources.get(name)
  const two = sources.get(other)
  if (one === undefined || two === undefined || isOff(name, one) || isOff(other, two)) return
  if (given.has(name) === given.has(other)) {
    throw new ConfideError(`${one.label} and ${two.label} cannot be used together`, {
      kind: 'usage',
      hint: why,
    })
  }
  sources.delete(given.has(name) ? other : name)
}

function isOff(name: string, source: Source): boolean {
  const isFlag = options.some(option => option.name === name && option.kind === 'flag')
  return isFlag && readFlag(source) === 0
}

export function readFlag(source: Source | undefined): number {
  if (source === undefined) return 0
  if (source.label.startsWith('--')) return source.texts.length
  const [text = ''] = source.texts
  if (/^(?:1|true|yes|on)$/i.test(text)) return 1
  if (/^(?:0|false|no|off)$/i.test(text)) return 0
  throw wrong(source, 'is not a yes or no', 'use 1 or 0')
}

export function last(source: Source): string {
  return source.texts.at(-1) ?? ''
}

export function wrong(source: Source | undefined, fault: string, hint?: string): ConfideError {
  const given = source === undefined ? '' : `${source.label}=${last(source)} `
  const details = hint === undefined ? {} : { hint }
  return new ConfideError(`${given}${fault}`, { kind: 'usage', ...details })
}
