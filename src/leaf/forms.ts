import type { PlainText } from './plain-text.ts'
import { hashOf, shortest, Starts, step } from './starts.ts'

/**
 * What is short, or up to three mere words, occurs in our own sentences: to blank it there would
 * make them unreadable, and tell whoever reads them what the secret is. More words than that may
 * be somebody's passphrase.
 */
const words = /^[,.:;]? ?[a-z']{0,15}(?:[,.:;]? [a-z']{1,15}){0,2}[,.:;]?$/i

/** The same for what a secret becomes in an encoding; digits of base64 may be letters by chance. */
const sentenceWord = /^[A-Z]?[a-z]*$/

/** No line that is printed is longer. */
const longest = 64 * 1024

/** Where text shows something: first position, and the one behind the last. */
export type Place = readonly [start: number, end: number]

/**
 * Finds any of many secrets in text, and tells nobody what it looks for.
 *
 * The time is that of the text alone: a report of a thousand lines has 150 ms after the deadline.
 */
export class Forms {
  /** By their first characters, then by their length: thousands may begin alike. */
  readonly #byStart = new Map<string, Map<number, Set<string>>>()
  readonly #starts = new Starts(18)
  readonly #plain: PlainText | undefined

  /** What stands in `plain` is not looked for: see `src/leaf/concealed.ts`. */
  constructor(plain?: PlainText) {
    this.#plain = plain
  }

  /** From now on `bytes` are found, in every form that text may give them. */
  add(bytes: Uint8Array): void {
    if (bytes.length > longest) return
    const forms = formsOf(bytes)
    if (forms.some(form => this.#plain?.has(form))) return
    for (const form of forms) {
      this.#starts.add(hashOf(form))
      const start = form.slice(0, shortest)
      const alike = this.#byStart.get(start) ?? new Map<number, Set<string>>()
      this.#byStart.set(start, alike)
      alike.set(form.length, (alike.get(form.length) ?? new Set()).add(form))
    }
  }

  placesIn(text: string): readonly Place[] {
    const places: Place[] = []
    let hash = 0
    for (let last = 0; last < text.length; last++) {
      hash = step(hash, text.charCodeAt(last))
      const at = last + 1 - shortest
      if (at < 0 || !this.#starts.mayHave(hash)) continue
      for (const [length, forms] of this.#byStart.get(text.slice(at, at + shortest)) ?? []) {
        if (forms.has(text.slice(at, at + length))) places.push([at, at + length])
      }
    }
    return places
  }
}

/**
 * The ways in which text may show `bytes`: as they are, and in the encodings that headers, URLs
 * and error messages use. White space at both ends does not count: it gets lost on the way.
 */
function formsOf(bytes: Uint8Array): readonly string[] {
  const raw = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  const text = raw.toString().trim()
  // What is not UTF-8 has no text to be trimmed.
  const content = text.includes('\ufffd') ? raw : Buffer.from(text)
  if (content.length < shortest || words.test(text)) return []
  const escaped = JSON.stringify(text).slice(1, -1)
  const hex = content.toString('hex')
  const forms = [
    text,
    content.toString('latin1'),
    encodeURIComponent(text),
    new URLSearchParams([['', text]]).toString().slice(1),
    escaped,
    // Go's encoder escapes these as well, so all that is written in Go does.
    escaped.replace(/[<>&]/g, mark => `\\u00${mark.charCodeAt(0).toString(16)}`),
    hex,
    hex.toUpperCase(),
    ...[0, 1, 2].flatMap(lead => base64Behind(lead, content)),
  ]
  return [...new Set(forms)].filter(form => {
    return form.length >= shortest && !(form.length < 16 && sentenceWord.test(form))
  })
}

/**
 * The digits of base64 that `content` alone decides where `lead` bytes stand before it, such as
 * the user before the password in an Authorization header.
 */
function base64Behind(lead: number, content: Buffer): string[] {
  const digits = Buffer.concat([Buffer.alloc(lead), content]).toString('base64url')
  const isShared = (lead + content.length) % 3 !== 0
  const own = digits.slice(lead === 0 ? 0 : lead + 1, isShared ? -1 : undefined)
  return [own, own.replaceAll('-', '+').replaceAll('_', '/')]
}
