import { ConfideError } from '../../leaf/errors.ts'
import type { Reference } from '../../references/reference.ts'
import type { Product } from './settings.ts'

/** The parts of `PATH#KEY[#VERSION]`, or null for text that happens to begin like a reference. */
export function parsePath(text: string, product: Product, asObject = false): Reference | null {
  const rest = text.slice(`${product}:`.length)
  const [path = '', key, version, ...more] = rest.split('#')
  if (isOrdinary(path) || (key === undefined && !asObject)) return null
  const wrong = (message: string) => wrongReference(message, product)
  if (more.length > 0) throw wrong(`more than a key and a version: ${text}`)
  if (key === '') throw wrong(`no key after the #: ${text}`)
  if (key?.includes('${')) throw wrong(`templates are not supported: ${text}`)
  if (/^0+$/.test(version ?? '')) throw wrong(`versions count from 1: ${text}`)
  if (version !== undefined && !/^[1-9]\d{0,8}$/.test(version)) {
    throw wrong(`the version is not a number: ${text}`)
  }
  const locator = path.replace(/^\/+|\/+$/g, '')
  const fault = faultOf(locator)
  if (fault !== undefined) throw wrong(`${fault}: ${text}`)
  return {
    text,
    provider: 'vault',
    locator,
    ...(key !== undefined && { key }),
    ...(version !== undefined && { version }),
    detail: product,
  }
}

/**
 * Whether text without a key was probably meant to have one: a path below something that could be
 * a mount, which neither a host with its port nor a transit ciphertext (`vault:v1:…`) is.
 */
export function lacksKey(text: string, product: Product): boolean {
  return /^\/?[A-Za-z_][\w.-]*\/[^\s#]+$/.test(text.slice(`${product}:`.length))
}

/** A port (`vault:8200/ui#/x`), another URL (`vault://…#x`) or prose (`vault: a #5`). */
function isOrdinary(path: string): boolean {
  return /^\d+(\/|$)/.test(path) || path.startsWith('//') || /^[^/]*\s[^/]*$/.test(path)
}

function faultOf(path: string): string | undefined {
  const segments = path.split('/')
  if (segments.length < 2) return 'no secret below the mount'
  // A URL would resolve these, and end up at another secret than the one in the report.
  if (segments.some(segment => segment === '.' || segment === '..')) return 'the path has dots'
  if (segments.includes('')) return 'the path has an empty part'
  const isText = path.isWellFormed() && !/\p{Cc}/u.test(path)
  return isText ? undefined : 'the path has a character that is no text'
}

/** The path as it stands in a URL. */
export function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/')
}

function wrongReference(message: string, product: Product): ConfideError {
  const example = `${product}:MOUNT/PATH#KEY`
  return new ConfideError(message, {
    kind: 'data',
    hint: `write ${example} or ${example}#VERSION; literal: keeps other text`,
  })
}
