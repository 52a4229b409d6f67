import { parseDotenv } from '../../leaf/dotenv.ts'
import { type Contents, malformed } from './format.ts'

/** The names and values of a dotenv text, each name once. */
export function readDotenv(text: string): Contents {
  const assignments = parseDotenv(text, line => `the plaintext is not dotenv: line ${line}`)
  const lines = new Map<string, number>()
  for (const { name, line } of assignments) {
    const before = lines.get(name)
    if (before !== undefined) {
      throw malformed('dotenv', `lines ${before} and ${line} give the same name`)
    }
    lines.set(name, line)
  }
  if (lines.size === 0) throw malformed('dotenv', 'it names nothing')
  const members = Object.fromEntries(assignments.map(({ name, value }) => [name, value]))
  return { format: 'dotenv', names: [...lines.keys()], json: JSON.stringify(members) }
}
