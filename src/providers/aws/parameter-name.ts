import { ConfideError } from '../../leaf/errors.ts'
import type { Reference } from '../../references/reference.ts'
import { parseArn, partitions } from './arn.ts'
import { type Place, placeInRegion, placeOptions, takePlace } from './options.ts'

/** One parameter of Parameter Store, or all below a path. */
export interface ParameterPlace {
  readonly place: Place
  /** The name or ARN without version or label; ends in a slash for all below. */
  readonly name: string
  /** A version's number or a label. */
  readonly selector?: string
}

export const parameterOptions = placeOptions

const marker = 'aws-ssm:'
export const parameterMarkers = [marker, ...partitions.map(partition => `arn:${partition}:ssm:`)]

/**
 * Reads `aws-ssm:/path[:version|label]` and `arn:aws:ssm:…:parameter/path[:version|label]`.
 *
 * A name that ends in a slash means all parameters below it, as one JSON object. The name of a
 * secret may stand behind `/aws/reference/secretsmanager/`.
 */
export function parseParameter(text: string): Reference | null {
  if (!parameterMarkers.some(known => text.startsWith(known))) return null
  const { body, place } = takePlace(text)
  const [id = '', key, ...more] = body.split('#')
  if (more.length > 0) throw wrong(`more than one key: ${text}`)
  if (key === '') throw wrong(`no key after the #: ${text}`)
  const named = id.startsWith(marker)
    ? readName(id.slice(marker.length), place, text)
    : readArn(id, place, text)
  if (named === null) return null
  return {
    text,
    provider: 'aws-ssm',
    locator: named.name,
    ...(key !== undefined && { key }),
    ...(named.selector !== undefined && { version: named.selector }),
    detail: named,
  }
}

function readName(id: string, place: Place, text: string): ParameterPlace | null {
  if (id.startsWith('arn:')) return readArn(id, place, text)
  const [name = '', selector, ...more] = id.split(':')
  if (name === '') throw wrong(`no name behind ${marker} in ${text}`)
  if (more.length > 0) throw wrong(`more than a version or a label: ${text}`)
  return checked(name, name, selector, place, text)
}

function readArn(id: string, place: Place, text: string): ParameterPlace | null {
  const arn = parseArn(id, 'ssm', 'parameter/')
  if (arn === null) return null
  const [path = '', selector, ...more] = arn.resource.slice('parameter'.length).split(':')
  if (more.length > 0) throw wrong(`more than a version or a label: ${text}`)
  if (path.endsWith('/')) {
    throw wrong(`an ARN names one parameter: ${text}`, `write ${marker}${path} for all below it`)
  }
  const name = id.split(':').slice(0, 6).join(':')
  return checked(name, path, selector, placeInRegion(place, arn.region, text), text)
}

function checked(
  name: string,
  path: string,
  selector: string | undefined,
  place: Place,
  text: string,
): ParameterPlace {
  // Source: PutParameter, member Name; a name of one part may stand without its slash.
  const isName = /^\/?[\w.-]+(?:\/[\w.-]+)*\/?$|^\/$/.test(path) && path.length <= 2048
  if (!isName) throw wrong(`not the name of a parameter: ${text}`)
  if (path.endsWith('/') && !path.startsWith('/')) {
    throw wrong(`a path begins with a slash: ${text}`, `write ${marker}/${path}`)
  }
  if (name === path && path.includes('/') && !path.startsWith('/')) {
    throw wrong(`a name with slashes begins with one: ${text}`, `write ${marker}/${path}`)
  }
  if (selector === undefined) return { place, name }
  if (path.endsWith('/')) throw wrong(`a path has no version: ${text}`)
  if (!/^[\w.-]{1,100}$/.test(selector)) throw wrong(`not a version or a label: ${text}`)
  return { place, name, selector }
}

function wrong(message: string, hint?: string): ConfideError {
  return new ConfideError(message, {
    kind: 'data',
    hint: hint ?? 'write aws-ssm:/path/name, or with :VERSION or :LABEL; literal: keeps other text',
  })
}
