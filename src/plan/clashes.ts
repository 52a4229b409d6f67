import type { Environ } from '../environ.ts'
import { ConfideError } from '../leaf/errors.ts'
import type { DeliveryForm, Failure, LiteralItem, MemberItem, SecretItem } from '../plan.ts'
import { namesOf } from './forms.ts'

/** A variable must not get two meanings: which one a program reads is anyone's guess. */
export function findClashes(
  environ: Environ,
  items: readonly (LiteralItem | SecretItem)[],
  deliveries: readonly DeliveryForm[],
): Failure[] {
  const present = new Set(environ.map(entry => entry.name))
  const setBy = new Map<string, string>()
  const failures: Failure[] = []
  for (const item of items) {
    if (item.kind === 'literal') continue
    const { index, variable } = item
    for (const name of namesOf(item, deliveries)) {
      const other = name !== variable && present.has(name) ? name : setBy.get(name)
      setBy.set(name, variable)
      if (other === undefined || other === variable) continue
      const fault = other === name ? 'is set already' : `is set for ${other}, too`
      const error = new ConfideError(`cannot deliver ${variable} as ${name}: it ${fault}`, {
        kind: 'configuration',
        hint: `unset ${other}, or choose another name with ?name=`,
      })
      failures.push({ index, variable, error })
      break
    }
  }
  return failures
}

/** Why a member can't have the variable `name`. */
export interface MemberClash {
  readonly member: MemberItem
  readonly name: string
  /** What is in its way: the same name, or its twin. */
  readonly taken: string
  /** What sets that as well; undefined where the environment has it. */
  readonly other?: SecretItem
}

/** A name that is taken, by an entry of the environment or by an item. */
interface Claim {
  readonly name: string
  readonly by: number | SecretItem
}

/**
 * The same for variables that came of `members`, each of which is new to everyone: none may be
 * there already, be set for one of `items`, or come of two members, of one secret or of two.
 *
 * NAME, NAME_FILE and NAME_FD count as one: programs that know two of them refuse both, or take
 * the one that whoever writes the secret chose. So does the variable itself where only NAME_FILE
 * is set.
 */
export function findMemberClashes(
  environ: Environ,
  items: readonly (LiteralItem | SecretItem)[],
  members: readonly MemberItem[],
  deliveries: readonly DeliveryForm[],
): MemberClash[] {
  const claims = new Map<string, Claim[]>()
  const claim = (name: string, by: number | SecretItem) => {
    const stem = stemOf(name)
    const own = claims.get(stem) ?? []
    // Of many members with one name, the first is enough, and keeps the lists short.
    const isKnown = typeof by === 'object' && own.some(known => known.name === name)
    if (!isKnown) claims.set(stem, [...own, { name, by }])
  }
  for (const [index, { name }] of environ.entries()) claim(name, index)
  for (const item of items) {
    if (item.kind === 'literal') continue
    for (const name of namesOf(item, deliveries)) claim(name, item)
  }
  const clashes: MemberClash[] = []
  for (const member of members) {
    const names = [...new Set([member.variable, ...namesOf(member, deliveries)])]
    const stems = new Set(names.map(stemOf))
    // The entry of the reference itself leaves the environment.
    const taken = [...stems].flatMap(stem => claims.get(stem) ?? [])
    const others = taken.filter(({ by }) => by !== member.index)
    for (const name of names) claim(name, member)
    const obstacle = others.find(({ name }) => names.includes(name)) ?? others[0]
    if (obstacle !== undefined) clashes.push(asClash(member, names, obstacle))
  }
  return clashes
}

/** What NAME, NAME_FILE and NAME_FD have in common. */
function stemOf(name: string): string {
  return name.replace(/_(?:FILE|FD)$/, '')
}

function asClash(member: MemberItem, names: readonly string[], { name, by }: Claim): MemberClash {
  const own = names.includes(name) ? name : member.variable
  return { member, name: own, taken: name, ...(typeof by === 'object' && { other: by }) }
}
