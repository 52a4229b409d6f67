/**
 * The names of the members of an object, in the order of its text; one that is given twice comes
 * twice. `text` is that of an object: V8's own objects put names such as "10" first.
 */
export function memberNames(text: string): readonly string[] {
  const names: string[] = []
  let depth = 0
  let isName = false
  for (let at = 0; at < text.length; at++) {
    const character = text[at]
    if (character === '{' || character === '[') isName = ++depth === 1
    else if (character === '}' || character === ']') depth--
    else if (character === ',') isName = depth === 1
    else if (character === '"') {
      const start = at
      at = endOfString(text, start)
      if (isName) names.push(JSON.parse(text.slice(start, at + 1)) as string)
      isName = false
    }
  }
  return names
}

/** Where the quote is that ends the string: one behind an even number of backslashes. */
export function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); ; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text[end - 1 - backslashes] === '\\') backslashes++
    if (backslashes % 2 === 0) return end
  }
}
