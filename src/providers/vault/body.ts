const decoder = new TextDecoder('utf-8', { fatal: true })

/** Answers are taken apart here for their shape only; values are selected from the source text. */
export function parseBody(body: Buffer): unknown {
  try {
    return JSON.parse(decoder.decode(body))
  } catch {
    return undefined
  }
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Nothing that a prototype has can be taken for a member of an answer. */
export function memberOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined
}
