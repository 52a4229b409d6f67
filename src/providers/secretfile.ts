import { readFileSync } from 'node:fs'
import { ConfideError } from '../leaf/errors.ts'
import { SecretValue } from '../leaf/secret.ts'
import type { Provider } from './provider.ts'

/** Secrets that something else has mounted as files, such as a Kubernetes volume. */
export const secretfile: Provider = {
  name: 'secretfile',
  summary: 'a file that something else has mounted',
  markers: ['secretfile:'],
  examples: ['secretfile:/run/secrets/database-password'],
  bootstrap: [],
  credentials: [],
  variables: [],

  parse(text) {
    if (!text.startsWith('secretfile:')) return null
    const locator = text.slice('secretfile:'.length)
    if (locator.startsWith('/')) return { text, provider: 'secretfile', locator }
    throw new ConfideError(`not an absolute path: ${text}`, {
      kind: 'data',
      hint: 'write secretfile:/run/secrets/NAME',
    })
  },

  async fetch(references) {
    return references.map(({ locator }) => read(locator))
  },
}

function read(path: string): SecretValue | ConfideError {
  try {
    return new SecretValue(readFileSync(path))
  } catch (cause) {
    return new ConfideError('the file cannot be read', { kind: 'missing', cause })
  }
}
