import { ConfideError } from '../leaf/errors.ts'
import type { Option } from '../leaf/options.ts'
import type { Given } from '../sources.ts'
import type { Subcommand } from './command.ts'
import { type CommandIo, processIo } from './io.ts'
import { refuseExisting, writeNewFile } from './new-file.ts'

const help = `Usage:
    confide keygen [--output FILE] [--force]

Make an age identity, the secret key that opens what is sealed for its
recipient, the public key. Both are as made by age-keygen.

Options:
    -o, --output FILE   Write the identity to FILE, readable by its owner only
    -f, --force         Replace FILE

Without --output the identity goes to stdout, with the recipient as a comment;
with it, the recipient is printed on stderr.

Example:
    $ confide keygen --output identity.txt
    public key: age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p
`

export interface KeygenOptions {
  readonly output?: string
  readonly force: boolean
}

/** Makes the key pair for sealed files. */
export const keygen: Subcommand = {
  name: 'keygen',
  help,
  options: [outputOption('Write the identity to FILE'), forceOption()],

  async run({ given }) {
    const output = readOutput(given)
    await makeIdentity(
      { force: given.has('force'), ...(output !== undefined && { output }) },
      processIo(),
    )
    return 0
  },
}

export async function makeIdentity(options: KeygenOptions, io: CommandIo): Promise<void> {
  const { output, force } = options
  if (output !== undefined) refuseExisting(output, force)
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const created = `${new Date().toISOString().slice(0, 19)}Z`
  const text = `# created: ${created}\n# public key: ${recipient}\n${identity}\n`
  if (output === undefined) {
    if (io.outputIsShared) {
      io.say('confide: warning: stdout is a file that others can read: chmod 600 it')
    }
    io.result(Buffer.from(text))
    return
  }
  writeNewFile(output, Buffer.from(text), { force, mode: 0o600 })
  io.say(`public key: ${recipient}`)
}

/** `--output FILE`, as seal has it too. */
export function outputOption(summary: string): Option {
  return { name: 'output', letter: 'o', kind: 'text', role: 'cli', placeholder: 'FILE', summary }
}

/** The file of `--output`; undefined for stdout. Throws 'usage' for an empty name. */
export function readOutput(given: Given): string | undefined {
  const output = given.get('output')?.at(-1)
  if (output !== '') return output === '-' ? undefined : output
  throw new ConfideError('--output names no file', {
    kind: 'usage',
    hint: 'leave it out to write to stdout',
  })
}

export function forceOption(): Option {
  return { name: 'force', letter: 'f', kind: 'flag', role: 'cli', summary: 'Replace FILE' }
}
