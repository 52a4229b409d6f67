import { ConfideError } from './errors.ts'
import type { Forms } from './forms.ts'
import { memberNames } from './json-text.ts'

/** `util.inspect.custom`, without loading node:util. */
const inspectCustom = Symbol.for('nodejs.util.inspect.custom')

/** The source text access of ES2026, which TypeScript's library does not declare yet. */
const json = JSON as unknown as {
  parse(text: string, reviver: typeof keepNumberText): unknown
  stringify(value: unknown): string
  rawJSON(text: string): object
  isRawJSON(value: unknown): boolean
}

/** One of the secrets in a secret: its name, and its value or why it has none. */
export type Member = readonly [name: string, value: SecretValue | ConfideError]

/**
 * The bytes of one secret, held so that they can't be printed by accident.
 *
 * Converting one to a string, to JSON or with `util.inspect` gives `[secret]`.
 * Only `src/deliveries/` may call {@link SecretValue.reveal}; `test/layering.test.ts` checks it.
 */
export class SecretValue implements Disposable {
  readonly #bytes: Uint8Array
  /** Parsed at the first `select`: hundreds of variables may each take one key of one secret. */
  #members: Readonly<Record<string, unknown>> | undefined

  /** Takes ownership of `bytes`: the caller must not keep another reference. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** One secret from fixed text and other secrets, which stay as they are. */
  static join(parts: readonly (string | SecretValue)[]): SecretValue {
    const pieces = parts.map(part => (typeof part === 'string' ? encode(part) : part.#bytes))
    const joined = new Uint8Array(pieces.reduce((size, piece) => size + piece.length, 0))
    let offset = 0
    for (const piece of pieces) {
      joined.set(piece, offset)
      offset += piece.length
    }
    return new SecretValue(joined)
  }

  /** A JSON object of texts, which is not parsed again for them. */
  static of(members: Readonly<Record<string, string>>): SecretValue {
    const value = new SecretValue(encode(JSON.stringify(members)))
    value.#members = members
    return value
  }

  get size(): number {
    return this.#bytes.length
  }

  /** Lends the bytes to `use`; they must not outlive the call. */
  reveal<T>(use: (bytes: Uint8Array) => T): T {
    return use(this.#bytes)
  }

  /**
   * The member `key` of a secret that is a JSON object.
   *
   * A string gives its text, a number the digits of its source (12345678901234567890, 1.10),
   * anything else its JSON text. Throws 'missing' when there is no such member or it is null,
   * 'data' when the secret is no JSON object. No message shows any part of the secret.
   */
  select(key: string): SecretValue {
    this.#members ??= parseObject(this.#bytes, 'keys', `leave #${key} out to get all of it`)
    const value = SecretValue.#from(memberOf(this.#members, key))
    if (value !== undefined) return value
    throw new ConfideError(`the value of key "${key}" is not valid Unicode`, notUnicode)
  }

  /**
   * All members of a secret that is a JSON object, as `select` gives them, in the order of its
   * text; one that is given twice comes twice.
   *
   * In the place of a value stands 'missing' for null and 'data' for what is not valid Unicode.
   * Throws 'data' when the secret is no JSON object. No message shows a name, which is a part of
   * the secret here.
   */
  members(): readonly Member[] {
    const hint = 'leave prefix= out to get the secret as it is'
    const members = (this.#members ??= parseObject(this.#bytes, 'members', hint))
    return memberNames(textOf(this.#bytes)).map(name => {
      const member = members[name]
      if (member === null) return [name, new ConfideError('it is null', nullIsMissing)]
      const value = SecretValue.#from(member)
      return [name, value ?? new ConfideError('it is not valid Unicode', notUnicode)]
    })
  }

  /**
   * What stands for a member that is not null; undefined when it has text that no bytes encode.
   *
   * An object is not parsed a second time for its own members.
   */
  static #from(member: unknown): SecretValue | undefined {
    const text = typeof member === 'string' ? member : json.stringify(member)
    if (!text.isWellFormed()) return undefined
    const value = new SecretValue(encode(text))
    if (isMembers(member)) value.#members = member
    return value
  }

  /** The bytes that this text stands for. Throws 'data' for anything but strict base64. */
  decode(encoding: 'base64'): SecretValue {
    const text = Buffer.from(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length)
      .toString('latin1')
      .trim()
    const bytes = isStrictBase64(text) ? Buffer.from(text, encoding) : undefined
    if (bytes !== undefined) return new SecretValue(bytes)
    throw new ConfideError(`the secret is not ${encoding}`, {
      kind: 'data',
      hint: `leave ?decode=${encoding} out to get it as it is`,
    })
  }

  /** Has `forms` find this secret in what is to be printed. */
  addTo(forms: Forms): void {
    forms.add(this.#bytes)
  }

  /** Overwrites the bytes with zeros. */
  [Symbol.dispose](): void {
    this.#bytes.fill(0)
    this.#members = undefined
  }

  toString(): string {
    return '[secret]'
  }

  toJSON(): string {
    return '[secret]'
  }

  [inspectCustom](): string {
    return '[secret]'
  }
}

const nullIsMissing = {
  kind: 'missing',
  hint: 'null counts as missing: store a text, which may be empty',
} as const

const notUnicode = {
  kind: 'data',
  hint: 'store bytes as base64, and write ?decode=base64 behind the reference',
} as const

function encode(text: string): Uint8Array {
  return new TextEncoder().encode(text)
}

function memberOf(members: Readonly<Record<string, unknown>>, key: string): unknown {
  const member = Object.hasOwn(members, key) ? members[key] : undefined
  if (member === null) {
    throw new ConfideError(`the key "${key}" is null`, nullIsMissing)
  }
  if (member !== undefined) return member
  const { length } = Object.keys(members)
  throw new ConfideError(`the secret has no key "${key}"`, {
    kind: 'missing',
    hint: `it has ${length === 1 ? '1 key' : `${length} keys`}; check how it is spelt`,
  })
}

function isMembers(value: unknown): value is Record<string, unknown> {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value)
  return isObject && !json.isRawJSON(value)
}

/** The members of a JSON object, with each number as the text it was written with. */
function parseObject(
  bytes: Uint8Array,
  parts: 'keys' | 'members',
  hint: string,
): Record<string, unknown> {
  let value: unknown
  try {
    value = json.parse(textOf(bytes), keepNumberText)
  } catch {
    // A SyntaxError quotes the text it failed on, so it can't even be a cause.
    throw new ConfideError(`the secret is not JSON, so it has no ${parts}`, { kind: 'data', hint })
  }
  if (isMembers(value)) return value
  throw new ConfideError(`the secret is JSON but not an object, so it has no ${parts}`, {
    kind: 'data',
    hint,
  })
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
}

function keepNumberText(_key: string, value: unknown, context: { source?: string }): unknown {
  return typeof value === 'number' ? json.rawJSON(context.source ?? String(value)) : value
}

/** RFC 4648 section 4: the standard alphabet in whole groups of four, with its padding. */
function isStrictBase64(text: string): boolean {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return false
  return Buffer.from(text, 'base64').toString('base64') === text
}
