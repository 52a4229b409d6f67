import { ConfideError } from '../../leaf/errors.ts'
import { readDotenv } from './dotenv.ts'
import { type Contents, type Format, malformed } from './format.ts'
import { readJson } from './json.ts'
import { readYaml } from './yaml.ts'

const raw: Contents = { format: 'raw', names: [], json: '{}' }

/** What `bytes` holds in `format`. Throws 'data', saying where but not what, when it doesn't. */
export async function readContents(bytes: Uint8Array, format: Format): Promise<Contents> {
  if (format === 'raw') return raw
  const text = textOf(bytes)
  if (text === undefined) throw malformed(format, 'it is not UTF-8 text')
  switch (format) {
    case 'json':
      return readJson(text)
    case 'dotenv':
      return readDotenv(text)
    case 'yaml':
      return await readYaml(text)
  }
}

/** What `bytes` holds by its looks; raw when it fits no format that has names. */
export async function detectContents(bytes: Uint8Array): Promise<Contents> {
  for (const format of candidates(bytes)) {
    try {
      return await readContents(bytes, format)
    } catch (error) {
      if (!(error instanceof ConfideError)) throw error
    }
  }
  return raw
}

/** YAML comes last: nearly every text is YAML of some kind. */
function candidates(bytes: Uint8Array): readonly Format[] {
  const text = textOf(bytes)
  if (text === undefined) return []
  return looksLikeJson(text) ? ['json', 'yaml'] : ['dotenv', 'yaml']
}

export function looksLikeJson(text: string): boolean {
  return text.trimStart().startsWith('{')
}

/** The text without its byte order mark, or undefined for bytes that are no text. */
export function textOf(bytes: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    return text.includes('\0') ? undefined : text
  } catch {
    return undefined
  }
}
