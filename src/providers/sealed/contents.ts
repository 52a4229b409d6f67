import { ConfideError } from '../../leaf/errors.ts'
import { readDotenv } from './dotenv.ts'
import { type Contents, type Format, malformed } from './format.ts'
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

function readJson(text: string): Contents {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    throw malformed('json', faultOf(error))
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('json', 'it must be an object with a member for each name')
  }
  return { format: 'json', names: Object.keys(value), json: text }
}

/** V8 quotes the text around the fault: only the position, if it tells, may leave this function. */
function faultOf(error: unknown): string {
  const message = error instanceof Error ? error.message : ''
  const place = /line \d+ column \d+/.exec(message)
  if (place !== null) return `the fault is at ${place[0]}`
  return message.includes('end of JSON')
    ? 'it ends too early'
    : 'a name or a value in it is not JSON'
}
