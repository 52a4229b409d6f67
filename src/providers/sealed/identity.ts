import { ConfideError } from '../../leaf/errors.ts'
import { readCustomaryFile, readSettingsFile, variableBesideFile } from '../io/settings-file.ts'
import type { FetchContext } from '../provider.ts'

/** The secret keys of one source, with the name that errors may show. */
export interface Identities {
  readonly source: string
  readonly keys: readonly string[]
}

/** Where an identity may come from, in the order in which confide looks. */
export const identityVariables = [
  'CONFIDE_AGE_IDENTITY',
  'CONFIDE_AGE_IDENTITY_FILE',
  'CONFIDE_AGE_IDENTITY_FD',
] as const

const credential = 'confide-age-identity'

/** The age identities of the first source that is set. Throws 'configuration' when none is. */
export async function findIdentities(context: FetchContext): Promise<Identities> {
  const found = await searchIdentities(context)
  for (const key of found.keys) context.conceal(key)
  return found
}

async function searchIdentities(context: FetchContext): Promise<Identities> {
  const [inline, file, descriptor] = identityVariables
  const text = variableBesideFile(inline, context)
  if (text) return parseIdentities(text, inline)
  const path = context.variable(file)
  if (path) return parseIdentities(await readSettingsFile(path, file, context.signal), file)
  const number = context.variable(descriptor)
  if (number) return parseIdentities(await readIdentityDescriptor(number, context), descriptor)
  const credentials = await readCredential(context)
  if (credentials) return parseIdentities(credentials, `credential ${credential}`)
  throw new ConfideError('there is no age identity to open it with', {
    kind: 'configuration',
    hint:
      `set CONFIDE_AGE_IDENTITY_FILE; looked at ${identityVariables.join(', ')}` +
      ` and $CREDENTIALS_DIRECTORY/${credential}`,
  })
}

async function readIdentityDescriptor(number: string, context: FetchContext): Promise<string> {
  if (/^\d{1,9}$/.test(number)) {
    try {
      return Buffer.from(await context.readDescriptor(Number(number))).toString()
    } catch (error) {
      if (!(error instanceof ConfideError)) throw error
      throw new ConfideError(`${error.message} (CONFIDE_AGE_IDENTITY_FD)`, {
        kind: 'configuration',
        hint: `open the identity on it: ${number}< identity.txt`,
      })
    }
  }
  throw new ConfideError('CONFIDE_AGE_IDENTITY_FD is not the number of a descriptor', {
    kind: 'configuration',
    hint: 'open the identity on it, such as CONFIDE_AGE_IDENTITY_FD=3 3< identity.txt',
  })
}

/** systemd names a directory for all credentials of a service; ours need not be among them. */
async function readCredential(context: FetchContext): Promise<string | undefined> {
  const directory = context.variable('CREDENTIALS_DIRECTORY')
  if (!directory) return undefined
  return await readCustomaryFile(
    `${directory}/${credential}`,
    'CREDENTIALS_DIRECTORY',
    context.signal,
  )
}

/** The lines of an identity file that are neither blank nor comments, as age reads it. */
export function parseIdentities(text: string, source: string): Identities {
  const keys: string[] = []
  for (const [index, raw] of text.split('\n').entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const fault = faultOf(line)
    if (fault !== undefined) throw wrongIdentity(`${source}, line ${index + 1}: ${fault}`)
    keys.push(line)
  }
  if (keys.length > 0) return { source, keys }
  throw wrongIdentity(`${source} holds no identity`)
}

/** Says what the line is instead of an identity, without quoting it. */
function faultOf(line: string): string | undefined {
  if (/^AGE-SECRET-KEY-(PQ-)?1/.test(line)) return undefined
  if (line.startsWith('AGE-PLUGIN-')) return 'identities of plugins are not supported'
  if (line.startsWith('age1')) return 'this is a recipient, not an identity'
  if (line.startsWith('-----BEGIN AGE ')) return 'the identity is itself encrypted'
  if (line.startsWith('age-encryption.org/')) return 'the identity is itself encrypted'
  if (line.startsWith('-----BEGIN ')) return 'ssh keys are not supported'
  return 'this is not an age identity'
}

export function wrongIdentity(message: string): ConfideError {
  return new ConfideError(message, {
    kind: 'configuration',
    hint: 'identities begin with AGE-SECRET-KEY-1; make one with: confide keygen -o identity.txt',
  })
}
