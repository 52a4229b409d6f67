import { ConfideError } from '../../src/leaf/errors.ts'
import { takeOptions } from '../../src/references/own-options.ts'
import type { Part } from '../../src/references/own.ts'
import { parseValue, type Value } from '../../src/references/own.ts'
import type { Scheme } from '../../src/references/reference.ts'

/** A scheme that takes absolute paths and refuses all else, as `secretfile:` does. */
export const path: Scheme = {
  name: 'path',
  markers: ['path:'],
  parse(text) {
    const [locator = '', key] = text.slice('path:'.length).split('#')
    if (!locator.startsWith('/')) throw new ConfideError('not absolute', { kind: 'data' })
    return { text, provider: 'path', locator, ...(key !== undefined && { key }) }
  },
}

/** A scheme that only claims what has a key, as `vault:` does, under two names. */
export const keyed: Scheme = {
  name: 'keyed',
  markers: ['keyed:', 'also:'],
  parse(text) {
    const [locator = '', key, version] = text.slice(text.indexOf(':') + 1).split('#')
    if (key === undefined) return null
    if (key === '') throw new ConfideError('nothing follows the #', { kind: 'data' })
    return { text, provider: 'keyed', locator, key, ...(version !== undefined && { version }) }
  },
}

/** A scheme with options of its own, as that of a cloud; `cloud:8200` is none of its references. */
export const cloud: Scheme = {
  name: 'cloud',
  markers: ['cloud:'],
  options: ['region', 'version-stage'],
  parse(text) {
    const { body, options } = takeOptions(text, ['region', 'version-stage'])
    const [locator = '', key] = body.slice('cloud:'.length).split('#')
    if (/^\d*(?:\?|$)/.test(locator)) return null
    return { text, provider: 'cloud', locator, ...(key !== undefined && { key }), detail: options }
  },
}

export const schemes: readonly Scheme[] = [path, keyed, cloud]
export const deliveries = ['env', 'fd'] as const

export const parse = (text: string): Value => parseValue(text, schemes, deliveries)

/** The one reference that a value is or holds. */
export function onlyPart(text: string): Part {
  const value = parse(text)
  if (value.kind !== 'composed') throw new Error(`${text} is ${value.kind}`)
  const parts = value.parts.filter(part => typeof part !== 'string')
  if (parts.length !== 1 || parts[0] === undefined) throw new Error(`${text} has not one reference`)
  return parts[0]
}

/** A value as people would write it down: text, references in <>, options in (). */
export function show(text: string): string {
  const value = parse(text)
  if (value.kind === 'ordinary') return 'ordinary'
  if (value.kind === 'literal') return `literal ${value.text}`
  const parts = value.parts.map(part => (typeof part === 'string' ? part : showPart(part)))
  return `${value.whole ? 'whole' : 'inline'} ${parts.join('')}`
}

function showPart({ reference, options }: Part): string {
  const given = Object.entries(options).filter(([, value]) => value !== false)
  const inside = given.map(([name, value]) => `${name}=${JSON.stringify(value)}`).join(' ')
  return `<${reference.text}>${inside === '' ? '' : `(${inside})`}`
}
