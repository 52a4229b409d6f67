import { nearest } from './leaf/distance.ts'
import { parseDuration } from './leaf/duration.ts'
import { ConfideError } from './leaf/errors.ts'
import { matchesGlob } from './leaf/glob.ts'
import { options } from './leaf/options.ts'
import type { Environ } from './environ.ts'
import { checkInitOptions } from './init-options.ts'
import {
  findSource,
  findSources,
  type Given,
  last,
  readFlag,
  type Source,
  wrong,
} from './sources.ts'

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
  /** Whether there is to be no command. */
  readonly pause: boolean
  /** How often --verbose was given, or what its variable counts. */
  readonly verbose: number
}

/** An option on the command line wins over its variable. Throws 'usage' for a wrong value. */
export function readSettings(given: Given, environ: Environ): Settings {
  const sources = findSources(given, environ)
  checkInitOptions(sources)
  return {
    timeout: readDuration(sources.get('timeout'), 30_000),
    envFiles: sources.get('env-file')?.texts ?? [],
    only: readList(sources.get('only')),
    except: readList(sources.get('except')),
    deliver: readChoice(sources.get('deliver'), 'fd', 'deliver'),
    fdBase: readNumber(sources.get('fd-base'), 20, 'fd-base'),
    fdNumbers: readFlag(sources.get('fd-numbers')) > 0,
    keepCredentials: readFlag(sources.get('keep-credentials')) > 0,
    dropCredentials: readFlag(sources.get('drop-credentials')) > 0,
    pause: readFlag(sources.get('pause')) > 0,
    verbose: readCount(sources.get('verbose')),
  }
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
  if (duration !== undefined && duration > 0) return duration
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
