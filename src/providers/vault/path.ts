import { ConfideError } from '../../leaf/errors.ts'
import type { Reference } from '../../references/reference.ts'
import type { Product } from './settings.ts'

/** The parts of `PATH#KEY[#VERSION]`, or null for text that happens to begin like a reference. */
export function parsePath(text: string, product: Product): Reference | null {
  const rest = text.slice(`${product}:`.length)
  const [path = '', key, version, ...more] = rest.split('#')
  if (key === undefined || isOrdinary(path)) return null
  if (more.length > 0) throw wrong(`more than a key and a version: ${text}`)
  if (key === '') throw wrong(`no key after the #: ${text}`)
  if (key.includes('${')) throw wrong(`templates are not supported: ${text}`)
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
    key,
    ...(version !== undefined && { version }),
    detail: product,
  }
}

/** A port (`vault:8200/ui#/x`), a URL of another tool (`vault://…#x`), or prose (`vault: a #5`). */
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

function wrong(message: string): ConfideError {
  return new ConfideError(message, {
    kind: 'data',
    hint: 'write vault:MOUNT/PATH#KEY or vault:MOUNT/PATH#KEY#VERSION; literal: keeps other text',
  })
}
