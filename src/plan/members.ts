import type { MemberItem, SecretItem } from '../plan.ts'

/** What is longer is a text that got into the wrong place, or an attack on whoever reads a log. */
const longestShown = 64

/** Whether the item is one of the variables that a secret with a prefix became. */
export function isMember(item: SecretItem): item is MemberItem {
  return 'from' in item
}

/**
 * The variable for the member `name`: the prefix, and the name in capitals with "_" in the place
 * of each character that is no letter or digit of ASCII.
 */
export function variableOf(prefix: string, name: string): string {
  // Not by locale or Unicode, which make "SS" of "ß" and so the same variable of two names.
  return prefix + name.replace(/[^A-Za-z0-9]/gu, '_').toUpperCase()
}

/** A variable of a member as messages may name it: it was a part of the secret. */
export function shownName(variable: string): string {
  return /^\w+$/.test(variable) && variable.length <= longestShown ? variable : 'a member'
}

/** An item as messages name it. */
export function labelOf(item: SecretItem): string {
  const { variable } = item
  if (!isMember(item)) return variable
  const name = shownName(variable)
  return name === variable ? `${name}, a member of ${item.from}` : `${name} of ${item.from}`
}
