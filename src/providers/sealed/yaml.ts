import type { Document, Scalar } from 'yaml'
import { type Contents, malformed } from './format.ts'

/** The source text access of ES2026, which TypeScript's library does not declare yet. */
const json = JSON as unknown as { rawJSON(text: string): object }

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** A YAML mapping as JSON in which each number keeps the digits that it was written with. */
export async function readYaml(text: string): Promise<Contents> {
  const { parseDocument, isMap, visit } = await import('yaml')
  const document = parseDocument(text, { prettyErrors: false, logLevel: 'silent' })
  const fault = document.errors[0]
  if (fault !== undefined)
    throw malformed('yaml', `the fault is in line ${lineAt(text, fault.pos[0])}`)
  if (!isMap(document.contents)) throw malformed('yaml', 'it must be a mapping of names')
  visit(document, {
    Scalar(role, scalar) {
      keepNumberText(scalar, role === 'key')
    },
  })
  const members = plain(document)
  return { format: 'yaml', names: Object.keys(members), json: JSON.stringify(members) }
}

/** 1.10 and 12345678901234567890 stay as they are; 0x1F and .inf are no JSON and become text. */
function keepNumberText(scalar: Scalar, isKey: boolean): void {
  const { source, value } = scalar
  if (typeof value !== 'number' || source === undefined) return
  scalar.value = !isKey && jsonNumber.test(source) ? json.rawJSON(source) : source
}

function plain(document: Document): Record<string, unknown> {
  try {
    return document.toJS({ maxAliasCount: 100 }) as Record<string, unknown>
  } catch {
    // Aliases that multiply into a huge tree, or name an anchor that is missing.
    throw malformed('yaml', 'its aliases can not be followed')
  }
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
