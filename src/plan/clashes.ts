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
  /** What sets it as well; undefined where the environment has it. */
  readonly other?: SecretItem
}

/**
 * The same for variables that came of `members`, each of which is new to everyone: none may be
 * there already, be set for one of `items`, or come of two members, of one secret or of two.
 *
 * The variable itself counts even where only NAME_FILE is set: programs that know both refuse
 * them together, or take the other one.
 */
export function findMemberClashes(
  environ: Environ,
  items: readonly (LiteralItem | SecretItem)[],
  members: readonly MemberItem[],
  deliveries: readonly DeliveryForm[],
): MemberClash[] {
  const entries = new Map<string, Set<number>>()
  for (const [index, { name }] of environ.entries()) {
    entries.set(name, (entries.get(name) ?? new Set()).add(index))
  }
  const setBy = new Map<string, SecretItem>()
  for (const item of items) {
    if (item.kind === 'literal') continue
    for (const name of namesOf(item, deliveries)) setBy.set(name, item)
  }
  const clashes: MemberClash[] = []
  for (const member of members) {
    const names = new Set([member.variable, ...namesOf(member, deliveries)])
    for (const name of names) {
      // The entry of the reference itself leaves the environment.
      const others = new Set(entries.get(name)).difference(new Set([member.index]))
      const other = setBy.get(name)
      setBy.set(name, member)
      if (others.size === 0 && other === undefined) continue
      clashes.push(
        others.size > 0 || other === undefined ? { member, name } : { member, name, other },
      )
      break
    }
  }
  return clashes
}
