/** How many letters to insert, delete, replace or swap with the next, to get to the other word. */
export function editDistance(from: string, to: string): number {
  let beforePrevious: number[] = []
  let previous = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (let row = 1; row <= from.length; row++) {
    const current = [row]
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1]
      let least = Math.min(
        at(previous, column) + 1,
        at(current, column - 1) + 1,
        at(previous, column - 1) + (same ? 0 : 1),
      )
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (swapped && row > 1 && column > 1)
        least = Math.min(least, at(beforePrevious, column - 2) + 1)
      current.push(least)
    }
    beforePrevious = previous
    previous = current
  }
  return at(previous, to.length)
}

/**
 * The known word that was probably meant: one that begins so, or is at most two letters away, of
 * which one for each two that were written.
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  if (word.length > 2) {
    const begun = known.filter(candidate => candidate.startsWith(word) && candidate !== word)
    if (begun.length === 1) return begun[0]
  }
  let best: string | undefined
  let bestDistance = word.length < 4 ? 2 : 3
  for (const candidate of known) {
    const distance = editDistance(word, candidate)
    if (distance >= bestDistance || distance >= Math.max(word.length, candidate.length)) continue
    best = candidate
    bestDistance = distance
  }
  return best
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
