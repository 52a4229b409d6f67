import { hashOf, Starts, step } from './starts.ts'

/**
 * Text that everyone may read, which is asked for thousands of strings of at least 8 characters.
 */
export class PlainText {
  readonly #text: string
  readonly #starts = new Starts(22)

  constructor(texts: readonly string[]) {
    // No variable holds a NUL, so nothing is found that two of them make together.
    this.#text = texts.join('\0')
    let hash = 0
    for (let at = 0; at < this.#text.length; at++) {
      hash = step(hash, this.#text.charCodeAt(at))
      this.#starts.add(hash)
    }
  }

  has(part: string): boolean {
    return this.#starts.mayHave(hashOf(part)) && this.#text.includes(part)
  }
}
