/**
 * Whether a name matches a pattern, in which `*` stands for any text and `?` for one letter.
 *
 * Goes back only to the last `*`, so the time is bounded by the product of the two lengths.
 */
export function matchesGlob(pattern: string, name: string): boolean {
  let inPattern = 0
  let inName = 0
  let star = -1
  let retryAt = 0
  while (inName < name.length) {
    const wanted = pattern[inPattern]
    if (wanted === '*') {
      star = inPattern++
      retryAt = inName
    } else if (wanted === '?' || wanted === name[inName]) {
      inPattern++
      inName++
    } else if (star >= 0) {
      inPattern = star + 1
      inName = ++retryAt
    } else {
      return false
    }
  }
  while (pattern[inPattern] === '*') inPattern++
  return inPattern === pattern.length
}
