import type { CommanderError } from 'commander'
import { nearest } from './leaf/distance.ts'
import type { Environ } from './environ.ts'
import { ConfideError, exitCodeOf } from './leaf/errors.ts'
import { type Option, options, reservedSubcommands } from './leaf/options.ts'
import { print as printText } from './leaf/terminal.ts'
import { readSettings } from './settings.ts'
import type { Given } from './sources.ts'
import type { Surroundings } from './resolution.ts'
import type { Subcommand } from './commands/command.ts'

/** What the words of a command line ask for. */
interface Request {
  readonly given: Given
  /** What is to be run, or a subcommand with its words. */
  readonly operands: readonly string[]
}

/** The options of a run that the spine has already found the command of. Throws 'usage'. */
export async function parseOptions(words: readonly string[]): Promise<Given> {
  return (await parse(words, 'confide', options)).given
}

/**
 * Everything that is not the start of a command: help, version, subcommands, wrong usage.
 *
 * `words` are those behind the program's name. Returns the exit code; throws a ConfideError.
 */
export async function runCommandLine(
  words: readonly string[],
  surroundings: Omit<Surroundings, 'given'>,
): Promise<number> {
  const request = await parse(words, 'confide', options)
  const { given, operands } = request
  if (given.has('help')) return await printHelp()
  if (given.has('license')) return print((await import('./license.ts')).license)
  if (given.has('version')) return await printVersion(given.has('json'))
  const [name, ...rest] = operands
  if (name === undefined || words.at(-operands.length - 1) === '--') {
    throw refusal(request, surroundings.inbox.environ)
  }
  if (name === 'check' && words.includes('--json')) {
    return await answerInJson(async () => await runSubcommand(request, surroundings))
  }
  if (given.has('json') && name !== 'check') {
    throw usage('--json goes with --version or check', jsonHint)
  }
  // Without the variables: what has no use for a setting need not fail for it.
  readSettings(given, [])
  if (name === 'help') return await printHelp(...rest)
  return await runSubcommand(request, surroundings)
}

const jsonHint = 'write confide check --json'

/** Who parses stdout gets an object there even when nothing can be checked. */
async function answerInJson(run: () => Promise<number>): Promise<number> {
  try {
    return await run()
  } catch (error) {
    if (error instanceof ConfideError) {
      const { message, hint = null, kind } = error
      const answer = { error: message, hint, exitCode: exitCodeOf(kind) }
      print(`${JSON.stringify(answer, null, 2)}\n`)
    }
    throw error
  }
}

async function runSubcommand(
  { given, operands: [name = '', ...rest] }: Request,
  surroundings: Omit<Surroundings, 'given'>,
): Promise<number> {
  const subcommand = await findSubcommand(name)
  if (subcommand !== undefined) {
    const own = await parse(rest, name, subcommand.options)
    if (own.given.has('help')) return print(subcommand.help)
    refuseOperands(name, own.operands)
    return await subcommand.run({ ...surroundings, given: merge(given, own.given) })
  }
  if ((reservedSubcommands as readonly string[]).includes(name)) {
    throw usage(
      `"${name}" is reserved for a later version`,
      `confide -- ${name} runs a program of that name`,
    )
  }
  throw refusal({ given, operands: [name, ...rest] }, surroundings.inbox.environ)
}

/** Why the spine did not start a command; throws for what is wrong with a setting. */
function refusal({ given, operands: [name] }: Request, environ: Environ): ConfideError {
  if (given.has('json')) return usage('--json goes with --version or check', jsonHint)
  const { pause } = readSettings(given, environ)
  if (name === undefined && !pause) return usage('no command was given', 'see confide --help')
  if (name !== undefined && pause) {
    return usage('--pause starts no command', 'leave out --pause or the command')
  }
  return new ConfideError('the spine and the command line disagree', { kind: 'bug' })
}

function print(text: string): number {
  printText(text)
  return 0
}

async function printVersion(asJson: boolean): Promise<number> {
  const { default: manifest } = await import('confide:manifest')
  const { versionJson, versionLine } = await import('./version.ts')
  return print(asJson ? versionJson(manifest) : versionLine(manifest))
}

async function printHelp(name?: string, ...rest: readonly string[]): Promise<number> {
  refuseOperands('help', rest)
  if (name === undefined) return print((await import('./help.ts')).help)
  const subcommand = await findSubcommand(name)
  if (subcommand !== undefined) return print(subcommand.help)
  throw usage(`there is no help for "${name}"`, 'see confide --help')
}

/** On demand, as a run that only has options comes through this file, too. */
async function findSubcommand(name: string): Promise<Subcommand | undefined> {
  const { subcommands } = await import('./commands/index.ts')
  return subcommands.find(candidate => candidate.name === name)
}

function refuseOperands(name: string, operands: readonly string[]): void {
  if (operands.length === 0) return
  throw usage(`${name} takes no arguments`, `see confide ${name} --help`)
}

/** What stands behind the subcommand is nearer to it, so it wins. */
function merge(outer: Given, inner: Given): Given {
  return new Map([...outer, ...inner])
}

const helpOption = options.filter(option => option.name === 'help')

/** Options end at the first operand, as in the spine (native/options.c). */
async function parse(
  words: readonly string[],
  name: string,
  known: readonly Option[],
): Promise<Request> {
  const commander = await import('commander')
  const all = [...new Set([...known, ...helpOption])]
  const given = new Map<string, readonly string[]>()
  const command = new commander.Command(name)
    .argument('[operands...]')
    .helpOption(false)
    .enablePositionalOptions()
    .passThroughOptions()
    .showSuggestionAfterError(false)
    .configureOutput({ outputError: () => {} })
    .exitOverride()
  for (const option of all) {
    const take = (text: string) => {
      // Commander takes the next word, whatever it is: `--only --` has forgotten its value.
      if (option.kind !== 'flag' && (text === '' || text === '--')) throw missingValue(option)
      return given.set(option.name, [...(given.get(option.name) ?? []), text])
    }
    // The values stay text: settings.ts reads them, and those of the variables, in one way.
    command.addOption(
      new commander.Option(flagsOf(option), option.summary).preset('').argParser(take),
    )
  }
  try {
    command.parse(words, { from: 'user' })
  } catch (error) {
    if (error instanceof commander.CommanderError) throw explain(error, name, all)
    throw error
  }
  // Commander takes a negative number for an operand.
  const number = /^-\d/.exec(command.args[0] ?? '')?.[0]
  if (number !== undefined) throw usage(`unknown option '${number}'`, 'see confide --help')
  return { given, operands: command.args }
}

function flagsOf({ name, letter, kind, placeholder = 'VALUE' }: Option): string {
  const long = kind === 'flag' ? `--${name}` : `--${name} <${placeholder}>`
  return letter === undefined ? long : `-${letter}, ${long}`
}

/** Commander's errors in our words, without the text behind "=": people mistype passwords, too. */
function explain(error: CommanderError, command: string, known: readonly Option[]): ConfideError {
  const help = command === 'confide' ? 'see confide --help' : `see confide ${command} --help`
  const option = known.find(({ name }) => error.message.includes(`--${name} <`))
  if (error.code === 'commander.optionMissingArgument' && option !== undefined) {
    return missingValue(option)
  }
  const [, flag = '', name = ''] = /'(--([^\s'=]*)|-[^\s'])/.exec(error.message) ?? []
  if (error.code !== 'commander.unknownOption') return usage('wrong usage', help)
  const isFlag = known.some(candidate => candidate.name === name && candidate.kind === 'flag')
  if (isFlag) return usage(`option --${name} takes no value`, help)
  const names = known.map(candidate => candidate.name)
  const meant = name === '' ? undefined : nearest(name, names)
  return usage(`unknown option '${flag}'`, meant === undefined ? help : `did you mean --${meant}?`)
}

function missingValue({ name, placeholder }: Option): ConfideError {
  return usage(`option --${name} needs a value`, `write --${name} ${placeholder}`)
}

function usage(message: string, hint: string): ConfideError {
  return new ConfideError(message, { kind: 'usage', hint })
}
