import { parseEnv } from 'node:util'
import { type Contents, malformed } from './format.ts'

const blankLine = /[ \t\r]*(?:#[^\n]*)?(?:\n|$)/y

/** A quoted value may go on over several lines. */
const assignment =
  /[ \t]*(?:export[ \t]+)?([A-Za-z_][\w.-]*)[ \t]*=[ \t]*(?:"[^"]*"|'[^']*'|`[^`]*`)?[^\n]*(?:\n|$)/y

/** Node's parser skips whatever it can't read, so each line is checked here first. */
export function readDotenv(text: string): Contents {
  const lines = new Map<string, number>()
  let line = 1
  for (let offset = 0; offset < text.length; ) {
    blankLine.lastIndex = offset
    assignment.lastIndex = offset
    const found = blankLine.exec(text) ?? assignment.exec(text)
    if (found === null) throw malformed('dotenv', `line ${line} is not NAME=value`)
    const [matched, name] = found
    if (name !== undefined) {
      const before = lines.get(name)
      if (before !== undefined) {
        throw malformed('dotenv', `lines ${before} and ${line} give the same name`)
      }
      lines.set(name, line)
    }
    offset += matched.length
    line += matched.split('\n').length - 1
  }
  if (lines.size === 0) throw malformed('dotenv', 'it names nothing')
  return { format: 'dotenv', names: [...lines.keys()], json: JSON.stringify(parseEnv(text)) }
}
