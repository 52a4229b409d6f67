import type { Plan } from '../plan.ts'
import { withoutDefault } from '../references/without-default.ts'

/**
 * What stands in plain where everyone can read it: the names of the variables, the texts of the
 * references, also as they are meant where they have `%20`, and all that is no reference.
 *
 * Not so the defaults, which no message shows: some take them for a place for passwords.
 */
export function textsInPlain({ environ, items, failures }: Plan): string[] {
  const references = new Map<number, readonly string[]>()
  for (const { index } of failures) {
    references.set(index, [withoutDefault(environ[index]?.value ?? '')])
  }
  for (const item of items) {
    if (item.kind === 'literal') continue
    const texts = item.parts.map(part =>
      typeof part === 'string' ? part : withoutDefault(part.reference.text),
    )
    references.set(item.index, texts)
  }
  return environ.flatMap(({ name, value }, index) => {
    const texts = references.get(index) ?? [value]
    return [name, ...texts, ...texts.filter(text => text.includes('%')).map(unescaped)]
  })
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
