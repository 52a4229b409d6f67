import { ConfideError } from '../leaf/errors.ts'
import { SecretValue } from '../leaf/secret.ts'
import { readFile } from './io/file.ts'
import { outcomesByPlace } from './io/outcomes.ts'
import type { Provider } from './provider.ts'

const marker = 'secretfile:'

/** Secrets that something else has mounted as files, such as a Kubernetes volume. */
export const secretfile: Provider = {
  name: 'secretfile',
  summary: 'a file that something else has mounted',
  markers: [marker],
  examples: [
    'secretfile:/run/secrets/database-password',
    'secretfile:/run/secrets/database.json#password',
  ],
  bootstrap: [],
  credentials: [],
  variables: [],

  parse(text) {
    if (!text.startsWith(marker)) return null
    const [locator = '', key, ...rest] = text.slice(marker.length).split('#')
    if (!locator.startsWith('/')) throw wrong(`not an absolute path: ${text}`)
    if (key === '') throw wrong(`nothing follows the #: ${text}`)
    if (rest.length > 0) throw wrong(`a file has no versions: ${text}`)
    return { text, provider: 'secretfile', locator, ...(key !== undefined && { key }) }
  },

  async fetch(references, { signal }) {
    return await outcomesByPlace(references, {
      nameOf: ({ locator }) => locator,
      open: async ({ locator }) => new SecretValue(await readFile(locator, signal)),
      take: (file, { key }) => (key === undefined ? SecretValue.join([file]) : file.select(key)),
    })
  },
}

function wrong(message: string): ConfideError {
  return new ConfideError(message, {
    kind: 'data',
    hint: 'write secretfile:/run/secrets/NAME, or secretfile:/run/secrets/NAME#KEY for JSON',
  })
}
