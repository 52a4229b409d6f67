import { ConfideError } from '../../leaf/errors.ts'
import type { SecretValue } from '../../leaf/secret.ts'
import type { Reference } from '../../references/reference.ts'

/** How the references to one provider share what they point into. */
export interface Places<Place> {
  /** Equal for references that one `open` serves. */
  readonly nameOf: (reference: Reference) => string
  readonly open: (reference: Reference) => Promise<Place>
  /** The secret that a reference means; each call gives one of its own. */
  readonly take: (place: Place, reference: Reference) => SecretValue | Promise<SecretValue>
}

/**
 * One outcome for each reference, where many of them may be keys of one place.
 *
 * Each place is opened once: that saves work, and a FIFO can be read only once. An error that is
 * no ConfideError is a fault of ours, and thrown.
 */
export async function outcomesByPlace<Place>(
  references: readonly Reference[],
  { nameOf, open, take }: Places<Place>,
): Promise<(SecretValue | ConfideError)[]> {
  const places = new Map<string, Promise<Place>>()
  const openOnce = (reference: Reference): Promise<Place> => {
    const name = nameOf(reference)
    const place = places.get(name) ?? open(reference)
    places.set(name, place)
    return place
  }
  const outcomeOf = async (reference: Reference): Promise<SecretValue | ConfideError> => {
    try {
      return await take(await openOnce(reference), reference)
    } catch (error) {
      if (error instanceof ConfideError) return error
      throw error
    }
  }
  return await Promise.all(references.map(outcomeOf))
}
