import { nearest } from './leaf/distance.ts'
import { parseDuration } from './leaf/duration.ts'
import { ConfideError } from './leaf/errors.ts'
import { matchesGlob } from './leaf/glob.ts'
import { type Option, options } from './leaf/options.ts'
import { type Environ, valueOf } from './environ.ts'

/** What the command line gave, by option name: the texts in order, one "" for each flag. */
export type Given = ReadonlyMap<string, readonly string[]>

/** Everything that the user can decide, from options, CONFIDE_* variables and defaults. */
export interface Settings {
  /** The time limit for everything, in milliseconds. */
  readonly timeout: number
  readonly envFiles: readonly string[]
  /** Globs of the variables to look at; empty means all. */
  readonly only: readonly string[]
  readonly except: readonly string[]
  readonly deliver: string
  readonly fdBase: number
  readonly fdNumbers: boolean
  readonly keepCredentials: boolean
  readonly dropCredentials: boolean
  /** How often --verbose was given, or what its variable counts. */
  readonly verbose: number
}

/** The texts of one option, and where they were read, for messages. */
interface Source {
  readonly label: string
  readonly texts: readonly string[]
}

/** An option on the command line wins over its variable. Throws 'usage' for a wrong value. */
export function readSettings(given: Given, environ: Environ): Settings {
  const sources = new Map<string, Source>()
  for (const option of options) {
    const source = findSource(option, given, environ)
    if (source !== undefined) sources.set(option.name, source)
  }
  const [keepCredentials, dropCredentials] = readCredentialChoice(sources, given)
  return {
    timeout: readDuration(sources.get('timeout'), 30_000),
    envFiles: sources.get('env-file')?.texts ?? [],
    only: readList(sources.get('only')),
    except: readList(sources.get('except')),
    deliver: readChoice(sources.get('deliver'), 'fd', 'deliver'),
    fdBase: readNumber(sources.get('fd-base'), 20, 'fd-base'),
    fdNumbers: readFlag(sources.get('fd-numbers')) > 0,
    keepCredentials,
    dropCredentials,
    verbose: readCount(sources.get('verbose')),
  }
}

/** An empty variable counts as one that is not set. */
function findSource(option: Option, given: Given, environ: Environ): Source | undefined {
  const { name, variable } = option
  const texts = given.get(name)
  if (texts !== undefined) return { label: `--${name}`, texts }
  const twin = variable === undefined ? undefined : valueOf(environ, variable)
  if (variable === undefined || twin === undefined || twin === '') return undefined
  // As in PATH, since a comma is common in file names and a colon is not.
  return { label: variable, texts: name === 'env-file' ? twin.split(':') : [twin] }
}

const prefix = 'CONFIDE_'

/**
 * What is no error but was hardly meant: patterns that choose nothing, misspelt variables.
 *
 * `known` are the CONFIDE_ variables that are no twin of an option. The beginning that all share
 * does not count as a likeness.
 */
export function findDoubts(given: Given, environ: Environ, known: readonly string[]): string[] {
  const doubts: string[] = []
  for (const option of options.filter(({ name }) => name === 'only' || name === 'except')) {
    const source = findSource(option, given, environ)
    const globs = readList(source)
    const isMatched = environ.some(({ name }) => globs.some(glob => matchesGlob(glob, name)))
    if (source === undefined || isMatched) continue
    doubts.push(`${source.label}=${source.texts.join(',')} matches no variable`)
  }
  const settings = [...options.flatMap(({ variable }) => variable ?? []), ...known]
    .filter(name => name.startsWith(prefix))
    .map(name => name.slice(prefix.length))
  for (const name of new Set(environ.map(entry => entry.name))) {
    const word = name.startsWith(prefix) ? name.slice(prefix.length) : undefined
    const meant = word === undefined ? undefined : nearest(word, settings)
    if (meant === undefined || meant === word) continue
    doubts.push(`${name} means nothing to confide: did you mean ${prefix}${meant}?`)
  }
  return doubts
}

/** Options have been read before an env file is: one in there would silently do nothing. */
export function refuseSettingsOfEnvFiles(added: Environ): void {
  for (const { name } of added) {
    const option = options.find(({ variable }) => variable === name)
    if (option === undefined) continue
    throw new ConfideError(`${name} cannot be set in an env file`, {
      kind: 'configuration',
      hint: `set it in the environment, or write --${option.name}`,
    })
  }
}

/** One of the pair on the command line overrules the variable of the other. */
function readCredentialChoice(sources: ReadonlyMap<string, Source>, given: Given) {
  const keepSource = sources.get('keep-credentials')
  const dropSource = sources.get('drop-credentials')
  const keep = readFlag(keepSource) > 0
  const drop = readFlag(dropSource) > 0
  if (!keep || !drop) return [keep, drop] as const
  if (given.has('keep-credentials') !== given.has('drop-credentials')) {
    return [given.has('keep-credentials'), given.has('drop-credentials')] as const
  }
  throw new ConfideError(`${keepSource?.label} and ${dropSource?.label} cannot be used together`, {
    kind: 'usage',
    hint: 'by default VAULT_TOKEN and BAO_TOKEN are dropped where they were used, AWS keys are not',
  })
}

function readFlag(source: Source | undefined): number {
  if (source === undefined) return 0
  if (source.label.startsWith('--')) return source.texts.length
  const [text = ''] = source.texts
  if (/^(?:1|true|yes|on)$/i.test(text)) return 1
  if (/^(?:0|false|no|off)$/i.test(text)) return 0
  throw wrong(source, 'is not a yes or no', 'use 1 or 0')
}

/** A flag that may be given several times: its variable takes the number, too. */
function readCount(source: Source | undefined): number {
  const [text = ''] = source?.texts ?? []
  if (source === undefined || source.label.startsWith('--')) return readFlag(source)
  if (/^[0-3]$/.test(text)) return Number(text)
  if (/^(?:true|yes|on|false|no|off)$/i.test(text)) return readFlag(source)
  throw wrong(source, 'is no number from 0 to 3')
}

function readDuration(source: Source | undefined, otherwise: number): number {
  if (source === undefined) return otherwise
  const duration = parseDuration(last(source))
  if (duration !== undefined) return duration
  throw wrong(source, 'is not a duration', 'write 500ms, 30s, 5m or 1h, at most 24h')
}

function readNumber(source: Source | undefined, otherwise: number, name: string): number {
  if (source === undefined) return otherwise
  if (!/^\d{1,9}$/.test(last(source))) throw wrong(source, 'is not a number')
  const number = Number(last(source))
  const minimum = options.find(option => option.name === name)?.minimum ?? 0
  if (number >= minimum) return number
  throw wrong(source, `must be ${minimum} or more`)
}

function readChoice(source: Source | undefined, otherwise: string, name: string): string {
  if (source === undefined) return otherwise
  const choices = options.find(option => option.name === name)?.choices ?? []
  if (choices.includes(last(source))) return last(source)
  throw wrong(source, 'is no such choice', `choose ${choices.join(' or ')}`)
}

function readList(source: Source | undefined): readonly string[] {
  if (source === undefined) return []
  const globs = source.texts.flatMap(text => text.split(',')).map(glob => glob.trim())
  if (globs.every(glob => glob !== '')) return globs
  throw wrong(source, 'has an empty pattern', 'write names or globs with commas between them')
}

function last(source: Source): string {
  return source.texts.at(-1) ?? ''
}

function wrong(source: Source | undefined, fault: string, hint?: string): ConfideError {
  const given = source === undefined ? '' : `${source.label}=${last(source)} `
  const details = hint === undefined ? {} : { hint }
  return new ConfideError(`${given}${fault}`, { kind: 'usage', ...details })
}
