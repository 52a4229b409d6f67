import type { Document, Scalar, YAMLError } from 'yaml'
import { type Contents, malformed } from './format.ts'
import { lineAt } from './json.ts'

/** The source text access of ES2026, which TypeScript's library does not declare yet. */
const json = JSON as unknown as { rawJSON(text: string): object }

const jsonNumber = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** A YAML mapping as JSON in which each number keeps the digits that it was written with. */
export async function readYaml(text: string): Promise<Contents> {
  const { parseDocument, isMap, visit } = await import('yaml')
  const document = parseDocument(text, {
    prettyErrors: false,
    logLevel: 'error',
    customTags: ['binary'],
    resolveKnownTags: false,
  })
  const fault = document.errors[0]
  if (fault !== undefined) throw malformed('yaml', faultOf(fault, text))
  // Where "no" is false, and a date a moment in time.
  if (document.directives.yaml.version !== '1.2') throw malformed('yaml', 'it is not YAML 1.2')
  if (!isMap(document.contents)) throw malformed('yaml', 'it must be a mapping of names')
  visit(document, {
    Scalar(role, scalar) {
      keepNumberText(scalar, role === 'key')
      refuseLoss(scalar, text)
    },
  })
  const members = plain(document)
  const binary = Object.entries(members).filter(isBinary)
  return {
    format: 'yaml',
    names: Object.keys(members),
    json: JSON.stringify(members, asBase64),
    ...(binary.length > 0 && { binary: new Map(binary) }),
  }
}

function faultOf({ code, pos }: YAMLError, text: string): string {
  const line = lineAt(text, pos[0])
  if (code === 'DUPLICATE_KEY') return `line ${line} gives a name again`
  if (code === 'MULTIPLE_DOCS') return `a second document begins in line ${line}`
  return `the fault is in line ${line}`
}

function isBinary(member: [string, unknown]): member is [string, Uint8Array] {
  return member[1] instanceof Uint8Array
}

/** Bytes deeper in a tree stay the text that they were; a Buffer would become a list of numbers. */
function asBase64(this: Readonly<Record<string, unknown>>, name: string, value: unknown): unknown {
  const member = this[name]
  return member instanceof Uint8Array ? Buffer.from(member).toString('base64') : value
}

/** What is tagged !!binary is decoded leniently: without a word about what is no base64. */
function refuseLoss({ value, source, range }: Scalar, text: string): void {
  if (!(value instanceof Uint8Array)) return
  const encoded = (source ?? '').replace(/\s/g, '')
  if (Buffer.from(value).toString('base64') === encoded) return
  throw malformed('yaml', `the !!binary in line ${lineAt(text, range?.[0] ?? 0)} is not base64`)
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
