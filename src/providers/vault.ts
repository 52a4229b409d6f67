import { SecretValue } from '../leaf/secret.ts'
import type { Reference } from '../references/reference.ts'
import { outcomesByPlace } from './io/outcomes.ts'
import { proxyVariables } from './io/proxy.ts'
import type { FetchContext, Provider } from './provider.ts'
import { openVault } from './vault/client.ts'
import { KeyValueReader } from './vault/keyvalue.ts'
import { lacksKey, parsePath } from './vault/path.ts'
import { type Product, vaultVariables } from './vault/settings.ts'

/** Secrets of the key/value engines of HashiCorp Vault and OpenBao, which speak one protocol. */
export const vault: Provider = {
  name: 'vault',
  summary: 'a key/value secret of HashiCorp Vault or OpenBao',
  markers: ['vault:', 'bao:'],
  examples: [
    'vault:secret/data/app#password',
    'vault:secret/app#password#3',
    'bao:secret/app#password',
  ],
  bootstrap: ['VAULT_TOKEN', 'BAO_TOKEN'],
  credentials: [],
  variables: [...vaultVariables, 'HOME', ...proxyVariables],

  parse(text, asObject) {
    if (text.startsWith('vault:')) return parsePath(text, 'vault', asObject)
    return text.startsWith('bao:') ? parsePath(text, 'bao', asObject) : null
  },

  resembles(text) {
    if (text.startsWith('vault:') && lacksKey(text, 'vault'))
      return 'a Vault reference without a #key'
    return text.startsWith('bao:') && lacksKey(text, 'bao')
      ? 'an OpenBao reference without a #key'
      : undefined
  },

  async fetch(references, context) {
    const servers = new Servers(references, context)
    try {
      return await outcomesByPlace(references, {
        nameOf,
        async open(reference) {
          const reader = await servers.of(productOf(reference))
          return await reader.read(reference.locator, reference.version)
        },
        take: (secret, { key }) => {
          return key === undefined ? SecretValue.join([secret]) : secret.select(key)
        },
      })
    } finally {
      await servers.close()
    }
  },
}

/** What one answer of the server gives, whichever of its keys are wanted. */
function nameOf(reference: Reference): string {
  const { locator, version = '' } = reference
  return `${productOf(reference)}:${locator}#${version}`
}

function productOf({ detail }: Reference): Product {
  return detail === 'bao' ? 'bao' : 'vault'
}

/** The servers of the two products, which may be two; each is opened when first needed. */
class Servers {
  readonly #references: readonly Reference[]
  readonly #context: FetchContext
  readonly #readers = new Map<Product, Promise<KeyValueReader>>()

  constructor(references: readonly Reference[], context: FetchContext) {
    this.#references = references
    this.#context = context
  }

  async of(product: Product): Promise<KeyValueReader> {
    const reader = this.#readers.get(product) ?? this.#open(product)
    this.#readers.set(product, reader)
    return await reader
  }

  async #open(product: Product): Promise<KeyValueReader> {
    const reader = new KeyValueReader(await openVault(product, this.#context))
    const own = this.#references.filter(reference => productOf(reference) === product)
    reader.expect(new Set(own.map(nameOf)).size)
    return reader
  }

  async close(): Promise<void> {
    for (const reader of await Promise.allSettled(this.#readers.values())) {
      if (reader.status === 'fulfilled') reader.value[Symbol.dispose]()
    }
  }
}
