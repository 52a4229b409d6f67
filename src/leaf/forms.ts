/**
 * What is shorter, or a mere word, occurs in our own sentences: to blank it there would make them
 * unreadable, and tell whoever reads them what the secret is.
 */
const shortest = 8
const word = /^[a-z]{0,15}$/i

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
  readonly #byStart = new Map<string, string[]>()

  /** From now on `bytes` are found, in every form that text may give them. */
  add(bytes: Uint8Array): void {
    if (bytes.length > longest) return
    for (const form of formsOf(bytes)) {
      const start = form.slice(0, shortest)
      const others = this.#byStart.get(start)
      if (others === undefined) this.#byStart.set(start, [form])
      else others.push(form)
    }
  }

  placesIn(text: string): readonly Place[] {
    const places: Place[] = []
    for (let at = 0; at <= text.length - shortest; at++) {
      for (const form of this.#byStart.get(text.slice(at, at + shortest)) ?? []) {
        if (text.startsWith(form, at)) places.push([at, at + form.length])
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
  if (content.length < shortest || word.test(text)) return []
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
  return [...new Set(forms)].filter(form => form.length >= shortest)
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
