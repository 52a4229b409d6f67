import { ConfideError } from '../leaf/errors.ts'
import type { Given } from '../sources.ts'
import {
  detectContents,
  looksLikeJson,
  readContents,
  textOf,
} from '../providers/sealed/contents.ts'
import { basename } from 'node:path'
import {
  type Contents,
  type Format,
  formatOfName,
  formats,
  malformed,
} from '../providers/sealed/format.ts'
import { collect, streamOf } from '../providers/sealed/streams.ts'
import type { Subcommand } from './command.ts'
import { type CommandIo, processIo } from './io.ts'
import { forceOption, outputOption, readOutput } from './keygen.ts'
import { refuseExisting, writeNewFile } from './new-file.ts'
import { addRecipients, type RecipientOptions } from './recipients.ts'

const help = `Usage:
    confide seal --recipient AGE1… [--output FILE] [options] < secrets

Encrypt what comes on stdin into an age file, for references such as
sealed:/etc/app/secrets.json.age#NAME. Typed input is not shown.

Options:
    -r, --recipient AGE1…        Who can open it; repeatable
    -R, --recipients-file FILE   The same from a file, one on a line; repeatable
    -o, --output FILE            Write to FILE instead of stdout
    -f, --force                  Replace FILE
    -n, --name NAME              Seal stdin as the value of the one name NAME
        --format FORMAT          json, yaml, dotenv or raw (default: by the name
                                 of FILE, else by the looks of the input)
    -a, --armor                  Write text instead of binary

The input must be well-formed, so that a typo shows now and not at a start.

Example:
    $ confide seal -r age1ql3z… -o app.env.age < app.env
    sealed 2 names (dotenv) for 1 recipient: app.env.age
`

export interface SealOptions extends RecipientOptions {
  readonly output?: string
  readonly force: boolean
  readonly name?: string
  readonly format?: Format
  readonly armor: boolean
}

/** Encrypts secrets for the `sealed:` references. */
export const seal: Subcommand = {
  name: 'seal',
  help,
  options: [
    option('recipient', 'r', 'AGE1…', 'Who can open it', { repeatable: true }),
    option('recipients-file', 'R', 'FILE', 'The same from a file', { repeatable: true }),
    outputOption('Write to FILE instead of stdout'),
    forceOption(),
    option('name', 'n', 'NAME', 'Seal stdin as the value of the one name NAME'),
    {
      name: 'format',
      kind: 'choice',
      role: 'cli',
      placeholder: 'FORMAT',
      choices: formats,
      summary: 'What the input is',
    },
    { name: 'armor', letter: 'a', kind: 'flag', role: 'cli', summary: 'Write text' },
  ],

  async run({ given }) {
    await sealInput(readOptions(given), processIo())
    return 0
  },
}

function option(
  name: string,
  letter: string,
  placeholder: string,
  summary: string,
  more: { repeatable?: true } = {},
) {
  return { name, letter, kind: 'text', role: 'cli', placeholder, summary, ...more } as const
}

function readOptions(given: Given): SealOptions {
  const output = readOutput(given)
  const [name, format] = ['name', 'format'].map(key => given.get(key)?.at(-1))
  if (format !== undefined && !isFormat(format)) {
    throw usage(`--format ${format} is not known`, `write one of ${formats.join(', ')}`)
  }
  return {
    recipients: given.get('recipient') ?? [],
    recipientFiles: given.get('recipients-file') ?? [],
    force: given.has('force'),
    armor: given.has('armor'),
    ...(output !== undefined && { output }),
    ...(name !== undefined && { name }),
    ...(format !== undefined && { format }),
  }
}

function isFormat(text: string): text is Format {
  return (formats as readonly string[]).includes(text)
}

export async function sealInput(options: SealOptions, io: CommandIo): Promise<void> {
  const { output, force } = options
  refuseSettings(options, io)
  const { Encrypter, armor } = await import('age-encryption')
  const encrypter = new Encrypter()
  const recipients = await addRecipients(encrypter, options)
  const plaintext = await readPlaintext(options, io)
  const { format, names } = await contentsOf(plaintext, options)
  if (format !== 'raw') refuseNames(names, format)
  const file = await collect(await encrypter.encrypt(streamOf(plaintext)))
  plaintext.fill(0)
  const bytes = options.armor ? Buffer.from(armor.encode(file)) : file
  if (output === undefined) io.result(bytes)
  else writeNewFile(output, bytes, { force, mode: 0o666 })
  if (!io.errorIsTerminal) return
  // How many names, and not which: a secret mistaken for a dotenv file is one "name" itself.
  const what = format === 'raw' ? 'raw text' : `${count(names.length, 'name')} (${format})`
  const where = output === undefined ? '' : `: ${output}`
  io.say(`sealed ${what} for ${count(recipients, 'recipient')}${where}`)
}

/** Everything that can be said before anyone types a secret. */
function refuseSettings({ output, force, name, format, armor }: SealOptions, io: CommandIo): void {
  if (name !== undefined && format !== undefined) {
    throw usage('--name cannot be used with --format', 'leave --format out: the result is JSON')
  }
  if (name !== undefined && faultOfName(name) !== undefined) {
    throw usage(`the name ${faultOfName(name)}`, noReference)
  }
  if (name !== undefined && formatOfName(output ?? '') === 'dotenv') {
    throw usage('--name makes JSON, not dotenv', 'write --output FILE.json.age')
  }
  if (output !== undefined) refuseExisting(output, force)
  else if (io.outputIsTerminal && !armor) {
    throw usage('binary is not written to a terminal', 'write --output FILE, or --armor for text')
  }
}

async function readPlaintext({ name }: SealOptions, io: CommandIo): Promise<Buffer> {
  if (name === undefined) {
    if (!io.inputIsTerminal) return await io.readAll()
    return await io.readHidden('secrets (hidden; Ctrl-D ends them): ', 'text')
  }
  const value = io.inputIsTerminal
    ? await io.readHidden(`value of ${name} (hidden): `, 'line')
    : await io.readAll()
  if (value.length === 0) throw nothing()
  const text = textOf(value)
  if (text === undefined) {
    throw new ConfideError('the value is not text, so it can not have a name', {
      kind: 'data',
      hint: 'seal it without --name, or as base64 for references with ?decode=base64',
    })
  }
  return Buffer.from(JSON.stringify({ [name]: withoutFinalNewline(text) }))
}

/** What `echo` adds is not meant; the last newline of a longer text, such as a PEM key, is. */
function withoutFinalNewline(text: string): string {
  return text.indexOf('\n') === text.length - 1 ? text.replace(/\r?\n$/, '') : text
}

async function contentsOf(plaintext: Buffer, options: SealOptions): Promise<Contents> {
  if (plaintext.length === 0 && options.format !== 'raw') throw nothing()
  if (options.name !== undefined) return await readContents(plaintext, 'json')
  if (options.format !== undefined) return await readContents(plaintext, options.format)
  const { output = '' } = options
  const promised = formatOfName(output)
  if (promised !== undefined) return await readPromised(plaintext, output, promised)
  const contents = await detectContents(plaintext)
  const meant = contents.format === 'raw' ? formatMeant(textOf(plaintext) ?? '') : undefined
  return meant === undefined ? contents : await readContents(plaintext, meant)
}

async function readPromised(plaintext: Buffer, output: string, promised: Format) {
  try {
    return await readContents(plaintext, promised)
  } catch (error) {
    const { format } = await detectContents(plaintext)
    if (!(error instanceof ConfideError) || format === 'raw' || format === promised) throw error
    throw new ConfideError(error.message, {
      kind: 'data',
      hint: `${basename(output)} promises ${promised}: rename it, or name --format`,
    })
  }
}

/** A name may be a secret that was mistaken for one, so it is not shown. */
function refuseNames(names: readonly string[], format: Format): void {
  if (names.length === 0) throw malformed(format, 'it names nothing')
  const fault = names.map(faultOfName).find(found => found !== undefined)
  if (fault === undefined) return
  throw new ConfideError(`one of the names ${fault}`, { kind: 'data', hint: noReference })
}

const noReference = 'a reference could not name it: choose another name'

function faultOfName(name: string): string | undefined {
  if (name === '') return 'is empty'
  if (name.includes('#')) return 'has a "#" in it'
  return name.includes('\0') ? 'has a NUL in it' : undefined
}

/** Mostly the command before the pipe has failed. */
function nothing(): ConfideError {
  return new ConfideError('nothing came on stdin', {
    kind: 'data',
    hint: 'is the secret really empty? --format raw seals that',
  })
}

/** The format that text which is none begins like; reading it as that one tells what is wrong. */
function formatMeant(text: string): Format | undefined {
  if (looksLikeJson(text)) return 'json'
  const line = text.split('\n').find(candidate => !/^\s*(#.*)?$/.test(candidate)) ?? ''
  if (/^\s*(export\s+)?[A-Za-z_][\w.-]*\s*=/.test(line)) return 'dotenv'
  return /^[\w.-]+:(\s|$)/.test(line) ? 'yaml' : undefined
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`
}

function usage(message: string, hint: string): ConfideError {
  return new ConfideError(message, { kind: 'usage', hint })
}
