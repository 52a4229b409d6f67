/** Text that is shorter is not looked for. */
export const shortest = 8

/**
 * Which strings of 8 characters may be there: nearly all that are not are told at once, without
 * taking the text apart.
 */
export class Starts {
  readonly #bits: number
  readonly #slots: Uint8Array

  /** 2^bits is to be far more than there will be strings. */
  constructor(bits: number) {
    this.#bits = bits
    this.#slots = new Uint8Array(2 ** bits)
  }

  add(hash: number): void {
    this.#slots[this.#slotOf(hash)] = 1
  }

  mayHave(hash: number): boolean {
    return this.#slots[this.#slotOf(hash)] === 1
  }

  #slotOf(hash: number): number {
    return Math.imul(hash, 0x9e3779b1) >>> (32 - this.#bits)
  }
}

/** The hash of 8 characters; each step in turn gives that of the last 8, as older ones drop out. */
export function hashOf(text: string): number {
  let hash = 0
  for (let at = 0; at < shortest; at++) hash = step(hash, text.charCodeAt(at))
  return hash
}

export function step(hash: number, character: number): number {
  return (hash << 4) ^ character
}
