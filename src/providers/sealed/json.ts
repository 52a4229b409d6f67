import { endOfString } from '../../leaf/json-text.ts'
import { type Contents, malformed } from './format.ts'

/** The names in a JSON text, which must be an object that gives none of them twice. */
export function readJson(text: string): Contents {
  const value = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed('json', 'it must be an object with a member for each name')
  }
  const line = lineOfDuplicate(text)
  if (line !== undefined) throw malformed('json', `line ${line} gives a name again`)
  return { format: 'json', names: Object.keys(value), json: text }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // V8 quotes the text around the fault: only where it is may leave this function.
    if (isRightSoFar(text)) throw malformed('json', 'it ends too early')
    throw malformed('json', `the fault is in line ${lineOfFault(text)}`)
  }
}

/** V8 does not always say where: the fault is behind the longest start that is right so far. */
function lineOfFault(text: string): number {
  let right = 0
  let wrong = text.length
  while (wrong - right > 1) {
    const middle = (right + wrong) >> 1
    if (isRightSoFar(text.slice(0, middle))) right = middle
    else wrong = middle
  }
  return lineAt(text, right)
}

/** Whether nothing is wrong with a start of a text but that it ends. */
function isRightSoFar(start: string): boolean {
  try {
    JSON.parse(start)
    return true
  } catch (error) {
    const message = error instanceof Error ? error.message : ''
    const [, position] = /at position (\d+)/.exec(message) ?? []
    return message.includes('end of JSON') || Number(position) >= start.length
  }
}

/** The line of a text that is JSON in which an object gives a name for the second time. */
function lineOfDuplicate(text: string): number | undefined {
  const open: Set<string>[] = []
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '{' || character === '[') open.push(new Set())
    else if (character === '}' || character === ']') open.pop()
    else if (character === '"') {
      const start = at
      at = endOfString(text, start)
      if (!isFollowedByColon(text, at)) continue
      const name = JSON.parse(text.slice(start, at + 1)) as string
      const names = open.at(-1)
      if (names?.has(name) === true) return lineAt(text, start)
      names?.add(name)
    }
  }
  return undefined
}

function isFollowedByColon(text: string, end: number): boolean {
  const colon = /\s*:/y
  colon.lastIndex = end + 1
  return colon.test(text)
}

export function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length
}
