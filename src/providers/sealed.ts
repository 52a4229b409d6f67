import { ConfideError } from '../leaf/errors.ts'
import { SecretValue } from '../leaf/secret.ts'
import { readFile } from './io/file.ts'
import { outcomesByPlace } from './io/outcomes.ts'
import type { FetchContext, Provider } from './provider.ts'
import { detectContents, readContents } from './sealed/contents.ts'
import { decrypt } from './sealed/decrypt.ts'
import { type Contents, formatOfName } from './sealed/format.ts'
import { findIdentities, type Identities, identityVariables } from './sealed/identity.ts'

const marker = 'sealed:'

/** A file that has been opened: its plaintext, and the names in it once someone asks for one. */
interface OpenFile {
  readonly path: string
  readonly plaintext: Buffer
  named?: Promise<{ secret: SecretValue; contents: Contents }>
}

/** Secrets that lie encrypted beside the program, in a file that `confide seal` or age made. */
export const sealed: Provider = {
  name: 'sealed',
  summary: 'a file encrypted with age',
  markers: [marker],
  examples: ['sealed:/etc/app/secrets.json.age#DB_PASSWORD', 'sealed:/etc/app/key.pem.age'],
  bootstrap: [...identityVariables],
  credentials: [],
  variables: [...identityVariables, 'CREDENTIALS_DIRECTORY'],

  parse(text) {
    if (!text.startsWith(marker)) return null
    const [locator = '', key, ...rest] = text.slice(marker.length).split('#')
    if (!locator.startsWith('/')) throw wrong(`not an absolute path: ${text}`)
    if (key === '') throw wrong(`nothing follows the #: ${text}`)
    if (rest.length > 0) throw wrong(`a sealed file has no versions: ${text}`)
    return { text, provider: 'sealed', locator, ...(key !== undefined && { key }) }
  },

  async fetch(references, context) {
    let identities: Promise<Identities> | undefined
    return await outcomesByPlace(references, {
      nameOf: ({ locator }) => locator,
      async open({ locator }) {
        const file = await readFile(locator, context.signal)
        identities ??= findIdentities(context)
        return await openFile(locator, file, await identities, context)
      },
      take(file, { key, asObject }) {
        if (key !== undefined) return named(file, key)
        return asObject ? allNames(file) : whole(file)
      },
    })
  },
}

async function openFile(
  path: string,
  file: Buffer,
  identities: Identities,
  context: FetchContext,
): Promise<OpenFile> {
  const plaintext = await decrypt(file, identities)
  context.debug(`opened ${path} with the identity from ${identities.source}`)
  return { path, plaintext }
}

function whole({ plaintext }: OpenFile): SecretValue {
  return new SecretValue(Uint8Array.from(plaintext))
}

/** All names with their values, as the text of a JSON object in whichever format they are. */
async function allNames(file: OpenFile): Promise<SecretValue> {
  const { secret, contents } = await namesOf(file, 'prefix=')
  const [binary] = contents.binary?.keys() ?? []
  if (binary === undefined) return SecretValue.join([secret])
  throw new ConfideError('the file holds !!binary, which prefix= cannot deliver', {
    kind: 'data',
    hint: `refer to each name on its own, as sealed:${file.path}#NAME`,
  })
}

async function namesOf(file: OpenFile, wish: string) {
  file.named ??= readNames(file)
  const named = await file.named
  if (named.contents.format !== 'raw') return named
  throw new ConfideError('the file holds raw text, which has no names', {
    kind: 'data',
    hint: `leave ${wish} out to get all of it`,
  })
}

async function named(file: OpenFile, name: string): Promise<SecretValue> {
  const { secret, contents } = await namesOf(file, `#${name}`)
  const bytes = contents.binary?.get(name)
  if (bytes !== undefined) return new SecretValue(Uint8Array.from(bytes))
  if (contents.names.includes(name)) return secret.select(name)
  throw new ConfideError(`the file has no name "${name}"`, {
    kind: 'missing',
    hint: `it is ${contents.format} with ${count(contents.names.length)}`,
  })
}

async function readNames({ path, plaintext }: OpenFile) {
  const format = formatOfName(path)
  const contents = await (format ? readContents(plaintext, format) : detectContents(plaintext))
  return { contents, secret: new SecretValue(Buffer.from(contents.json)) }
}

function count(names: number): string {
  return names === 1 ? '1 name' : `${names} names`
}

function wrong(message: string): ConfideError {
  return new ConfideError(message, {
    kind: 'data',
    hint: 'write sealed:/etc/app/secrets.json.age#NAME, or no #NAME for all of it',
  })
}
