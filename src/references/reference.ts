/** One secret to fetch, as one provider understands it. */
export interface Reference {
  /**
   * The reference without the common options, exactly as `parse` got it: what reports show.
   *
   * It is the identity of a secret: of two references with one text only one is fetched.
   */
  readonly text: string
  /** The name of the provider that fetches it. */
  readonly provider: string
  /** What the scheme calls a place: a path, a name. */
  readonly locator: string
  /** The member of a structured secret. */
  readonly key?: string
  readonly version?: string
  /**
   * Its members become variables: where they have names in another form, the provider gives a
   * JSON object of them. It never sees this in `parse`.
   */
  readonly asObject?: true
  /** What the provider wants to remember from parsing; it alone knows the type. */
  readonly detail?: unknown
}

/** The options that every scheme has, and that no provider sees. */
export interface ReferenceOptions {
  /** The delivery, instead of the default one. */
  readonly as?: string
  /** Permission bits of the descriptor. */
  readonly mode?: number
  readonly owner?: Owner
  /** A missing secret is no failure: the variable is left out. */
  readonly optional: boolean
  /** The text that stands in for a missing secret. */
  readonly default?: string
  /** What the secret's text is decoded from. */
  readonly decode?: 'base64'
  /** The exact name of the variable that the command gets. */
  readonly name?: string
  /** Each member of the secret becomes a variable, whose name begins with this text, perhaps "". */
  readonly prefix?: string
}

/** A user id and perhaps a group id, for the descriptor of a secret. */
export interface Owner {
  readonly uid: number
  readonly gid?: number
}

/** The part of a provider that reads text: all that `references/` and the plan know of it. */
export interface Scheme {
  readonly name: string
  /** Literal beginnings, such as `vault:`, of everything that `parse` may accept. */
  readonly markers: readonly string[]
  /**
   * The names of the options that only this scheme has; all take a value, which is not empty.
   *
   * They stay in the text that `parse` gets, where `takeOptions` reads them.
   */
  readonly options?: readonly string[]
  /**
   * The reference that `text` is.
   *
   * Returns null when the text is none of ours after all, such as `vault:8200`: then it is an
   * ordinary value, left alone. Throws a ConfideError of kind 'data' when it can only be meant
   * as a reference of ours but is a wrong one. Common options have been stripped; does no I/O. With
   * `asObject` all members of a secret are wanted, so that a key is not needed.
   * With `asObject` all members of a secret are wanted, so that a key is not needed.
   */
  parse(text: string, asObject?: boolean): Reference | null
  /**
   * What an ordinary `text` could have been meant as, such as "a Vault reference without a #key".
   *
   * It stays as it is, but not without a word.
   */
  resembles?(text: string): string | undefined
}
