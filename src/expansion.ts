import { ConfideError } from './leaf/errors.ts'
import { isPerilous } from './leaf/perilous.ts'
import { type Member, SecretValue } from './leaf/secret.ts'
import { withoutDefault } from './references/without-default.ts'
import type { DeliveryForm, Failure, MemberItem, Plan, SecretItem } from './plan.ts'
import { findMemberClashes, type MemberClash } from './plan/clashes.ts'
import { formOf, namesOf } from './plan/forms.ts'
import { isMember, shownName, variableOf } from './plan/members.ts'
import { conceal, type Log } from './report.ts'
import type { Fetched } from './fetch.ts'

/** Longer than any that a program looks for; messages could not name what is wrong with it. */
const longestName = 255

/** How many faults of one secret are told; whoever mistook the prefix has them all at once. */
const mostFaults = 5

/** What the members of one secret became. */
interface Expansion {
  readonly members: Map<MemberItem, SecretValue>
  readonly faults: ConfideError[]
}

/**
 * Puts a variable for each member in the place of every secret with a prefix, in the order of its
 * text. A name in a secret can't become a variable that is anyone else's, or that is
 * known to change how programs run: see `isPerilous`.
 *
 * `nextNumber` gives the descriptor numbers. What is wrong is added to the failures; throws only
 * what `nextNumber` throws.
 */
export function expandAll(
  plan: Plan,
  fetched: Fetched,
  deliveries: readonly DeliveryForm[],
  nextNumber: () => number,
  log: Log,
): Fetched {
  const expansions = new Map<SecretItem, Expansion>()
  for (const [item, secret] of fetched.values) {
    if (item.prefix === undefined || secret === undefined) continue
    expansions.set(item, expand(item, secret, deliveries, nextNumber))
    secret[Symbol.dispose]()
  }
  if (expansions.size === 0) return fetched
  const all = [...expansions.values()].flatMap(({ members }) => [...members.keys()])
  const clashes = findMemberClashes(plan.environ, plan.items, all, deliveries)
  const values = new Map<SecretItem, SecretValue | undefined>()
  const failures = [...fetched.failures]
  for (const [item, secret] of fetched.values) {
    const expansion = expansions.get(item)
    if (expansion === undefined) values.set(item, secret)
    else settle(item, expansion, clashes, { values, failures, log })
  }
  failures.sort((one, other) => one.index - other.index)
  return { ...fetched, values, failures }
}

/** Adds the variables of one secret to `values`, or what is wrong with them to `failures`. */
function settle(
  item: SecretItem,
  { members, faults }: Expansion,
  clashes: readonly MemberClash[],
  to: { values: Map<SecretItem, SecretValue | undefined>; failures: Failure[]; log: Log },
): void {
  const { index, variable } = item
  const own = clashes.filter(({ member }) => members.has(member))
  const each = [...faults, ...own.map(clash => asClash(item, clash))]
  const errors = [...new Map(each.map(error => [error.message, error])).values()]
  if (errors.length > 0) {
    const told = errors.slice(0, mostFaults)
    const rest = errors.length - told.length
    const [kind = 'data'] = errors.slice(mostFaults).map(error => error.kind)
    const more = new ConfideError(`and so on, ${rest} more`, { kind })
    for (const error of rest === 0 ? told : [...told, more]) {
      to.failures.push({ index, variable, error: asReport(item, error) })
    }
    for (const value of members.values()) value[Symbol.dispose]()
    return
  }
  if (members.size === 0) {
    to.log.debug(`${variable}: ${textOf(item)} has no members, the variable is left out`)
    to.values.set(item, undefined)
  }
  for (const [member, value] of members) {
    const where = member.request.number < 0 ? '' : ` ${member.request.number}`
    to.log.debug(`${shownName(member.variable)}: from ${variable} by ${member.delivery}${where}`)
    to.values.set(member, value)
  }
}

function expand(
  item: SecretItem,
  secret: SecretValue,
  deliveries: readonly DeliveryForm[],
  nextNumber: () => number,
): Expansion {
  const members = new Map<MemberItem, SecretValue>()
  const faults: ConfideError[] = []
  const { usesDescriptor } = formOf(item.delivery, deliveries)
  const { optional, decode } = optionsOf(item)
  const found = membersOf(secret, optional)
  if (found instanceof ConfideError) return { members, faults: [found] }
  for (const [name, value] of found) {
    const member = asMember(item, variableOf(item.prefix ?? '', name))
    const fault = faultOf(member, deliveries)
    const plain = decoded(value, decode)
    if (fault !== undefined) {
      faults.push(fault)
    } else if (plain instanceof SecretValue) {
      conceal(SecretValue.join([plain]))
      const number = usesDescriptor ? nextNumber() : -1
      members.set({ ...member, request: { ...member.request, number } }, plain)
    } else if (plain.kind !== 'missing' || !optional) {
      faults.push(about(member, plain))
    }
  }
  return { members, faults }
}

function membersOf(secret: SecretValue, optional: boolean): readonly Member[] | ConfideError {
  try {
    const members = secret.members()
    return members.length > 0 || optional ? members : withoutMembers()
  } catch (error) {
    if (error instanceof ConfideError) return error
    throw error
  }
}

function asMember(item: SecretItem, variable: string): MemberItem {
  const { prefix: _, ...rest } = item
  return { ...rest, variable, from: item.variable, request: { ...item.request, variable } }
}

/** What is wrong with a variable as such, whatever else there is and whatever its value. */
function faultOf(
  member: MemberItem,
  deliveries: readonly DeliveryForm[],
): ConfideError | undefined {
  const { variable } = member
  if (!/^[A-Za-z_]\w*$/.test(variable)) {
    const name = shownName(variable)
    const whose = name === variable ? name : 'the name that one of its members gives'
    return new ConfideError(`${whose} is no name of a variable`, {
      kind: 'data',
      hint: 'choose a prefix= that begins with a letter, such as prefix=APP_',
    })
  }
  if (variable.length > longestName) {
    return new ConfideError(`a member has a name of more than ${longestName} characters`, {
      kind: 'data',
      hint: 'prefix= is for secrets whose members are named as variables are',
    })
  }
  const perilous = [variable, ...namesOf(member, deliveries)].find(isPerilous)
  if (perilous === undefined) return undefined
  return new ConfideError(
    `${shownName(perilous)} changes how programs run, so it must be named on its own`,
    {
      kind: 'data',
      hint: 'move it out of that secret, or choose a prefix such as prefix=APP_',
    },
  )
}

function decoded(
  value: SecretValue | ConfideError,
  encoding: 'base64' | undefined,
): SecretValue | ConfideError {
  if (encoding === undefined || value instanceof ConfideError) return value
  try {
    return value.decode(encoding)
  } catch (error) {
    if (error instanceof ConfideError) return error
    throw error
  } finally {
    value[Symbol.dispose]()
  }
}

function withoutMembers(): ConfideError {
  return new ConfideError('the object has no members', {
    kind: 'missing',
    hint: 'store some, or write ?optional to go without',
  })
}

function about({ variable }: MemberItem, { message, kind, hint }: ConfideError): ConfideError {
  if (kind === 'missing') {
    const name = shownName(variable)
    const whose = name === variable ? `the member for ${name}` : name
    return new ConfideError(`${whose} is null`, {
      kind,
      hint: 'store a text, or write &optional to leave it out',
    })
  }
  return new ConfideError(`${shownName(variable)}: ${message}`, {
    kind,
    ...(hint !== undefined && { hint }),
  })
}

function asClash({ index }: SecretItem, { name, taken, other }: MemberClash): ConfideError {
  const shown = shownName(name)
  const variable = shown === name ? name : 'the variable of a member'
  const twin = shownName(taken) === taken ? taken : 'another one'
  const isTwin = name !== taken
  if (other?.index === index) {
    const variables = isTwin ? `${variable} and ${twin}` : variable
    return new ConfideError(`${variables} would be set by two of its members`, {
      kind: 'configuration',
      hint: 'rename one of them',
    })
  }
  const owner = other !== undefined && isMember(other) ? other.from : other?.variable
  const fault = owner === undefined ? 'is set already' : `is set for ${owner}, too`
  const obstacle = owner ?? (shownName(taken) === taken ? taken : 'it')
  const where = isTwin ? `${variable} would stand beside ${twin}, which` : variable
  return new ConfideError(`${where} ${fault}`, {
    kind: 'configuration',
    hint: `unset ${obstacle}, or choose another prefix=`,
  })
}

function asReport(item: SecretItem, { message, kind, hint }: ConfideError): ConfideError {
  return new ConfideError(`cannot expand ${item.variable} from ${textOf(item)}: ${message}`, {
    kind,
    ...(hint !== undefined && { hint }),
  })
}

function textOf({ parts: [part] }: SecretItem): string {
  return typeof part === 'object' ? withoutDefault(part.reference.text) : ''
}

function optionsOf({ parts: [part] }: SecretItem) {
  return typeof part === 'object' ? part.options : { optional: false, decode: undefined }
}
