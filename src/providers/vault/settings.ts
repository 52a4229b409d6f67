import { ConfideError } from '../../leaf/errors.ts'
import { readCustomaryFile, readSettingsFile, variableBesideFile } from '../io/settings-file.ts'
import type { FetchContext } from '../provider.ts'

/** Which of two twin products a reference names, and so whose variables come first. */
export type Product = 'vault' | 'bao'

/** The value of VAULT_NAME or BAO_NAME, the product's own first; unset when it is empty. */
export type Lookup = (name: string) => Setting | undefined

export interface Setting {
  readonly variable: string
  readonly value: string
}

const prefixes = { vault: ['VAULT_', 'BAO_'], bao: ['BAO_', 'VAULT_'] } as const

/** What may come with either prefix. */
const names = [
  'ADDR',
  'TOKEN',
  'TOKEN_FILE',
  'NAMESPACE',
  'CACERT',
  'CACERT_BYTES',
  'TLS_SERVER_NAME',
  'SKIP_VERIFY',
]

export const vaultVariables: readonly string[] = Object.values(prefixes.vault).flatMap(prefix =>
  names.map(name => prefix + name),
)

export function lookupFor(product: Product, context: FetchContext): Lookup {
  return name => {
    for (const prefix of prefixes[product]) {
      const value = context.variable(prefix + name)
      if (value) return { variable: prefix + name, value }
    }
    return undefined
  }
}

/** The server's address, which may have a path before /v1, and the variable that has it. */
export function addressFrom(lookup: Lookup, product: Product): { url: URL; variable: string } {
  const setting = lookup('ADDR')
  const example = `set ${prefixes[product][0]}ADDR, such as https://${product}.example:8200`
  if (setting === undefined) {
    throw new ConfideError('there is no server address', { kind: 'configuration', hint: example })
  }
  const url = URL.parse(setting.value)
  const usable = url?.protocol === 'https:' || url?.protocol === 'http:'
  // Never quoted: a wrong address may well be a URL with a password in it.
  const { variable } = setting
  if (usable && /\/v1\/*$/.test(url.pathname)) {
    throw new ConfideError(`${variable} ends in /v1`, {
      kind: 'configuration',
      hint: `leave it out: ${prefixes[product][0]}ADDR=https://${product}.example:8200`,
    })
  }
  if (usable && !url.username && !url.password && !url.search && !url.hash) return { url, variable }
  throw new ConfideError(`${variable} is not a plain http:// or https:// address`, {
    kind: 'configuration',
    hint: example,
  })
}

/** A token, and the variable or file that it came from. */
export interface Token {
  readonly text: string
  readonly source: string
}

/** The token, from the first place that has one. */
export async function tokenFrom(product: Product, context: FetchContext): Promise<Token> {
  const sought: string[] = []
  for (const prefix of prefixes[product]) {
    const variable = `${prefix}TOKEN`
    const token = variableBesideFile(variable, context)
    if (token) return checked(token, variable, context)
    const path = context.variable(`${variable}_FILE`)
    if (path) {
      const source = `${variable}_FILE`
      return checked(await readSettingsFile(path, source, context.signal), source, context)
    }
    sought.push(variable, `${variable}_FILE`)
  }
  const home = context.variable('HOME')
  const path = `${home}/.vault-token`
  const token = home ? await readCustomaryFile(path, '~/.vault-token', context.signal) : undefined
  if (token !== undefined) return checked(token, path, context)
  throw new ConfideError('there is no token to log in with', {
    kind: 'configuration',
    hint: `set ${sought[0]} or ${sought[1]}; looked at ${sought.join(', ')} and ~/.vault-token`,
  })
}

/** Token files mostly end in a newline. What else is no word can't be sent, nor be a token. */
function checked(given: string, source: string, context: FetchContext): Token {
  const text = given.trim()
  context.conceal(text)
  if (/^[\x21-\x7e]{1,8192}$/.test(text)) return { text, source }
  throw new ConfideError(`what is in ${source} is not a token`, {
    kind: 'configuration',
    hint: 'a token is one word of ASCII characters, such as hvs.… or s.…',
  })
}
