import { ConfideError } from '../../leaf/errors.ts'

/** How the plaintext of a sealed file gives names to secrets; raw text has none. */
export type Format = (typeof formats)[number]

export const formats = ['json', 'yaml', 'dotenv', 'raw'] as const

/** The named secrets of one plaintext, as the JSON text that SecretValue can select from. */
export interface Contents {
  readonly format: Format
  readonly names: readonly string[]
  readonly json: string
  /** Those of the secrets that are bytes, which JSON has no way to hold. */
  readonly binary?: ReadonlyMap<string, Uint8Array>
}

/** The format that a file's name promises, such as `secrets.json.age`. */
export function formatOfName(path: string): Format | undefined {
  const name = path.endsWith('.age') ? path.slice(0, -'.age'.length) : path
  if (name.endsWith('.json')) return 'json'
  if (name.endsWith('.yaml') || name.endsWith('.yml')) return 'yaml'
  if (name.endsWith('.env')) return 'dotenv'
  return undefined
}

/** A plaintext that is not what it should be; `fault` says where, and never what stands there. */
export function malformed(format: Format, fault: string): ConfideError {
  return new ConfideError(`the plaintext is not ${format}: ${fault}`, {
    kind: 'data',
    hint: 'correct it and seal it again; --format raw seals text that names nothing',
  })
}
