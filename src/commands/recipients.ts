import type { Encrypter } from 'age-encryption'
import { ConfideError } from '../leaf/errors.ts'
import { readFile } from '../providers/io/file.ts'

/** One who can open what is sealed, and where that was said. */
interface Recipient {
  readonly text: string
  readonly source: string
}

export interface RecipientOptions {
  readonly recipients: readonly string[]
  readonly recipientFiles: readonly string[]
}

/** Seals for everyone who was named. Throws 'usage' for nobody, and for what is no recipient. */
export async function addRecipients(
  encrypter: Encrypter,
  options: RecipientOptions,
): Promise<number> {
  const all: Recipient[] = options.recipients.map(text => ({ text, source: '--recipient' }))
  for (const path of options.recipientFiles) all.push(...(await readRecipients(path)))
  if (all.length === 0) {
    throw new ConfideError('nobody could open it: no recipient was named', {
      kind: 'usage',
      hint: 'write --recipient age1…, the public key that confide keygen prints',
    })
  }
  for (const recipient of all) addRecipient(encrypter, recipient)
  return all.length
}

async function readRecipients(path: string): Promise<Recipient[]> {
  const text = await readText(path)
  return text.split('\n').flatMap((raw, index) => {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) return []
    return [{ text: line, source: `${path}, line ${index + 1}` }]
  })
}

async function readText(path: string): Promise<string> {
  try {
    return (await readFile(path, new AbortController().signal)).toString()
  } catch (error) {
    if (!(error instanceof ConfideError)) throw error
    const { kind, hint, message } = error
    throw new ConfideError(`cannot read the recipients in ${path}: ${message}`, {
      kind,
      ...(hint !== undefined && { hint }),
    })
  }
}

function addRecipient(encrypter: Encrypter, { text, source }: Recipient): void {
  const fault = faultOf(text)
  if (fault !== undefined) throw wrong(`${source}: ${fault}`)
  try {
    encrypter.addRecipient(text)
  } catch {
    throw wrong(`${source}: the recipient is mistyped or cut off`)
  }
}

/** Never quotes the text: people do paste the secret half of a pair. */
function faultOf(text: string): string | undefined {
  if (/^AGE-/i.test(text)) return 'this is an identity, which is secret, not a recipient'
  if (text.startsWith('ssh-')) return 'ssh keys are not supported'
  return text.startsWith('age1') ? undefined : 'this is not an age recipient'
}

function wrong(message: string): ConfideError {
  return new ConfideError(message, {
    kind: 'usage',
    hint: 'recipients begin with age1, and stand as a comment in the file that keygen writes',
  })
}
