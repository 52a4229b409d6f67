import { Forms, type Place } from './forms.ts'
import { PlainText } from './plain-text.ts'
import type { SecretValue } from './secret.ts'

/** Who chose the bytes: a secret's writer may be hostile, the operator gave the credentials. */
export type Origin = 'secret' | 'credential'

/**
 * What must not be seen in what is printed.
 *
 * Not so a secret that stands in plain anyway, in a reference or a variable of this run. Whoever
 * may write one secret could otherwise store `eu-west-1` or a part of another reference there: it
 * would be blanked in every report, which makes them unreadable; and to blank a part of what
 * everyone knows tells what the secret is.
 *
 * A credential is blanked wherever it stands, as the environment is its usual place; and a variable
 * that holds one is not in plain, or guesses at it could be stored as a secret and tried.
 *
 * All is looked at only when something is printed, as most runs print nothing.
 */
export class Concealed {
  readonly #all = { secret: new Set<SecretValue>(), credential: new Set<SecretValue>() }
  readonly #fresh = { secret: new Set<SecretValue>(), credential: new Set<SecretValue>() }
  #credentials = new Forms()
  /** Undefined while nobody asked, and where what stands in plain has changed. */
  #secrets: Forms | undefined
  #readPlain: () => readonly string[] = () => []

  add(secret: SecretValue, origin: Origin): void {
    this.#all[origin].add(secret)
    this.#fresh[origin].add(secret)
  }

  /** From now on everyone may read the texts that `read` gives. */
  standsInPlain(read: () => readonly string[]): void {
    this.#readPlain = read
    this.#secrets = undefined
  }

  /** Where text shows any of it, in the order of the text. */
  placesIn(text: string): readonly Place[] {
    this.#learn()
    const places = [...this.#credentials.placesIn(text), ...(this.#secrets?.placesIn(text) ?? [])]
    return places.sort(([one], [other]) => one - other)
  }

  /** Overwrites all of it: there is nothing more to print. */
  forget(): void {
    for (const origin of ['secret', 'credential'] as const) {
      for (const secret of this.#all[origin]) secret[Symbol.dispose]()
      this.#all[origin].clear()
      this.#fresh[origin].clear()
    }
    this.#credentials = new Forms()
    this.standsInPlain(() => [])
  }

  #learn(): void {
    const { secret, credential } = this.#fresh
    for (const one of credential) one.addTo(this.#credentials)
    if (credential.size > 0) this.#secrets = undefined
    credential.clear()
    if (this.#all.secret.size === 0) return
    const fresh = this.#secrets === undefined ? this.#all.secret : secret
    const secrets = (this.#secrets ??= new Forms(this.#plainText()))
    for (const one of fresh) one.addTo(secrets)
    secret.clear()
  }

  #plainText(): PlainText {
    const texts = this.#readPlain()
    return new PlainText(texts.filter(text => this.#credentials.placesIn(text).length === 0))
  }
}
