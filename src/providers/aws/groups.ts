import { ConfideError } from '../../leaf/errors.ts'
import { SecretValue } from '../../leaf/secret.ts'
import type { Reference } from '../../references/reference.ts'
import type { FetchContext } from '../provider.ts'
import type { Place } from './options.ts'
import { Session } from './session.ts'

/** Reads many things of one service in one region as one identity. */
interface Reader<Thing> {
  read(things: readonly Thing[]): Promise<readonly (SecretValue | ConfideError)[]>
}

/**
 * One outcome for each reference: each thing is read once, grouped by where and as whom.
 *
 * Several references may be keys of one thing.
 */
export async function readInGroups<Thing extends { readonly place: Place }>(
  references: readonly Reference[],
  context: FetchContext,
  makeReader: (session: Session) => Reader<Thing>,
): Promise<(SecretValue | ConfideError)[]> {
  using session = Session.of(context)
  const things = new Map(
    references.map(reference => [JSON.stringify(reference.detail), reference.detail as Thing]),
  )
  const groups = Map.groupBy(things, ([, { place }]) => JSON.stringify(place))
  const answers = new Map<string, SecretValue | ConfideError>()
  const readGroup = async (group: readonly (readonly [string, Thing])[]) => {
    const outcomes = await readAll(
      makeReader(session),
      group.map(([, thing]) => thing),
    )
    for (const [at, [name]] of group.entries()) {
      const outcome = outcomes[at]
      if (outcome !== undefined) answers.set(name, outcome)
    }
  }
  await Promise.all([...groups.values()].map(readGroup))
  const taken = references.map(({ detail, key }) => take(answers.get(JSON.stringify(detail)), key))
  for (const answer of answers.values()) if (answer instanceof SecretValue) answer[Symbol.dispose]()
  return taken
}

/** What concerns a whole group, such as credentials, is the outcome of each in it. */
async function readAll<Thing>(
  reader: Reader<Thing>,
  things: readonly Thing[],
): Promise<readonly (SecretValue | ConfideError)[]> {
  try {
    return await reader.read(things)
  } catch (error) {
    if (!(error instanceof ConfideError)) throw error
    return things.map(() => error)
  }
}

/** A value of the reference's own, since each is disposed of. */
function take(
  answer: SecretValue | ConfideError | undefined,
  key: string | undefined,
): SecretValue | ConfideError {
  if (answer === undefined) return new ConfideError('there was no outcome', { kind: 'bug' })
  if (answer instanceof ConfideError) return answer
  try {
    return key === undefined ? SecretValue.join([answer]) : answer.select(key)
  } catch (error) {
    if (error instanceof ConfideError) return error
    throw error
  }
}
