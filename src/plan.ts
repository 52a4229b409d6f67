import { ConfideError } from './leaf/errors.ts'
import { matchesGlob } from './leaf/glob.ts'
import type { Entry, Environ } from './environ.ts'
import type { Settings } from './settings.ts'
import { type Part, parseValue, resemblanceOf } from './references/own.ts'
import type { Owner, ReferenceOptions, Scheme } from './references/reference.ts'
import { withoutDefault } from './references/without-default.ts'
import { findClashes } from './plan/clashes.ts'
import { countDescriptors, TooManyDescriptors } from './plan/descriptors.ts'
import { formOf } from './plan/forms.ts'

/** The part of a delivery that the plan knows: what it would set, not how it does it. */
export interface DeliveryForm {
  readonly name: string
  /** Whether each secret takes one descriptor number of the command. */
  readonly usesDescriptor: boolean
  /** The variables that `deliver` will set. Pure, so that clashes are found before any fetch. */
  names(request: DeliveryRequest): readonly string[]
}

/** How one variable's secret is to be delivered. */
export interface DeliveryRequest {
  /** The variable that held the reference, and that the command won't get. */
  readonly variable: string
  /** The exact name to set instead, from the option `name=`. */
  readonly name?: string
  readonly mode: number
  readonly owner?: Owner
  /** The descriptor number in the command; -1 where the delivery uses none. */
  readonly number: number
  /** Whether the command can open /proc/self/fd/N. */
  readonly paths: boolean
  /** Whether NAME_FD is wanted as well. */
  readonly numbers: boolean
}

/** What the plan must know of the process that the command will be. */
export interface PlanFacts {
  /** Descriptors that are open already, and so can't carry a secret. */
  readonly reserved: readonly number[]
  /** RLIMIT_NOFILE of the command; -1 for none. */
  readonly descriptorLimit: number
  /** How many this process can raise its own to; -1 for no limit. */
  readonly mostDescriptors: number
  readonly procMounted: boolean
  readonly startedAsRoot: boolean
  /** Whom the command runs as, if not as us. */
  readonly commandOwner?: Owner | undefined
}

/** A variable that gets fixed text. */
export interface LiteralItem {
  readonly kind: 'literal'
  /** The position of its entry in the environment. */
  readonly index: number
  readonly variable: string
  readonly text: string
}

/** A variable that gets secrets. */
export interface SecretItem {
  readonly kind: 'secret'
  readonly index: number
  readonly variable: string
  readonly parts: readonly (string | Part)[]
  /** Whether the value is one reference, so that it can be left out when that is missing. */
  readonly whole: boolean
  readonly delivery: string
  readonly request: DeliveryRequest
  /** Each member becomes a variable of its own, whose name begins with this text. */
  readonly prefix?: string
}

/** One of the variables that a secret with a prefix became, in the place of its reference. */
export interface MemberItem extends SecretItem {
  /** The variable that held the reference. */
  readonly from: string
}

/** What is wrong with one variable; the message is a whole line of the report. */
export interface Failure {
  readonly index: number
  readonly variable: string
  readonly error: ConfideError
}

/** What will be fetched from where and delivered how. Can be printed: it holds no plaintext. */
export interface Plan {
  readonly environ: Environ
  /** In environ order. */
  readonly items: readonly (LiteralItem | SecretItem)[]
  readonly failures: readonly Failure[]
  /** The providers that are used, by name, in order of first use. */
  readonly providers: readonly string[]
  /** What the user should know even if all goes well. */
  readonly warnings: readonly string[]
}

/** Throws 'configuration' when the command could not hold as many descriptors. */
export function makePlan(
  environ: Environ,
  settings: Settings,
  schemes: readonly Scheme[],
  deliveries: readonly DeliveryForm[],
  facts: PlanFacts,
): Plan {
  const items: (LiteralItem | SecretItem)[] = []
  const failures: Failure[] = []
  const warnings: string[] = []
  const names = deliveries.map(delivery => delivery.name)
  const nextNumber = countDescriptors(settings.fdBase, facts)
  for (const [index, entry] of environ.entries()) {
    if (!isWanted(entry.name, settings)) continue
    try {
      const item = readEntry(entry, index, settings, schemes, deliveries, facts)
      if (item !== undefined && takesOneDescriptor(item, deliveries)) {
        items.push({ ...item, request: { ...item.request, number: nextNumber() } })
      } else if (item !== undefined) {
        items.push(item)
      }
      const likeness = resemblanceOf(entry.value, schemes, names)
      if (likeness !== undefined) {
        warnings.push(`${entry.name} looks like ${likeness} and stays as it is`)
      }
    } catch (error) {
      failures.push({ index, variable: entry.name, error: asBadReference(entry.name, error) })
    }
  }
  const clashes = findClashes(environ, items, deliveries)
  return {
    environ,
    items,
    failures: [...failures, ...clashes].sort((one, other) => one.index - other.index),
    providers: [...new Set(items.flatMap(item => referencesOf(item).map(part => part.provider)))],
    warnings: [...warnings, ...warningsFor(items, deliveries, facts)],
  }
}

/** With a prefix it takes as many as there are members, which is known once they are fetched. */
function takesOneDescriptor(
  item: LiteralItem | SecretItem,
  deliveries: readonly DeliveryForm[],
): item is SecretItem {
  if (item.kind === 'literal' || item.prefix !== undefined) return false
  return formOf(item.delivery, deliveries).usesDescriptor
}

/** The references in an item, in order. */
export function referencesOf(item: LiteralItem | SecretItem) {
  if (item.kind === 'literal') return []
  return item.parts.flatMap(part => (typeof part === 'string' ? [] : [part.reference]))
}

function isWanted(name: string, { only, except }: Settings): boolean {
  if (name === '') return false
  if (only.length > 0 && !only.some(glob => matchesGlob(glob, name))) return false
  return !except.some(glob => matchesGlob(glob, name))
}

function readEntry(
  entry: Entry,
  index: number,
  settings: Settings,
  schemes: readonly Scheme[],
  deliveries: readonly DeliveryForm[],
  facts: PlanFacts,
): LiteralItem | SecretItem | undefined {
  const { name: variable } = entry
  const names = deliveries.map(delivery => delivery.name)
  const value = parseValue(entry.value, schemes, names)
  if (value.kind === 'ordinary') return undefined
  if (!entry.isText) throw new ConfideError('the value is not valid UTF-8', { kind: 'data' })
  if (value.kind === 'literal') return { kind: 'literal', index, variable, text: value.text }
  if (variable.startsWith('CONFIDE_')) throw new OwnVariable(variable)
  const { parts, whole } = value
  const option = <Name extends keyof ReferenceOptions>(name: Name) => optionOf(parts, name)
  const owner = option('owner') ?? facts.commandOwner
  // Images that start as root and switch the user later must still be able to open it.
  const switchesLater = facts.startedAsRoot && (facts.commandOwner?.uid ?? 0) === 0
  const name = option('name')
  const request: DeliveryRequest = {
    variable,
    ...(name !== undefined && { name }),
    mode: option('mode') ?? (switchesLater ? 0o444 : 0o400),
    ...(owner !== undefined && { owner }),
    number: -1,
    paths: facts.procMounted,
    numbers: settings.fdNumbers || !facts.procMounted,
  }
  const delivery = option('as') ?? settings.deliver
  if (option('as') !== undefined && !formOf(delivery, deliveries).usesDescriptor) {
    refuseFileOptions(parts, delivery)
  }
  const prefix = option('prefix')
  const several = prefix === undefined ? {} : { prefix }
  return { kind: 'secret', index, variable, parts, whole, delivery, request, ...several }
}

/** The option as the first reference gives it; the grammar saw to it that all agree. */
function optionOf<Name extends keyof ReferenceOptions>(
  parts: readonly (string | Part)[],
  name: Name,
): ReferenceOptions[Name] | undefined {
  for (const part of parts) {
    if (typeof part !== 'string' && part.options[name] !== undefined) return part.options[name]
  }
  return undefined
}

/** What is said of a file in the same breath as that there shall be none. */
function refuseFileOptions(parts: readonly (string | Part)[], delivery: string): void {
  for (const name of ['mode', 'owner'] as const) {
    if (optionOf(parts, name) === undefined) continue
    throw new ConfideError(`${name}= has no meaning with as=${delivery}`, {
      kind: 'data',
      hint: `leave one of them out`,
    })
  }
}

/** Nothing has resolved it when it is read; and the command has no use for it. */
class OwnVariable extends ConfideError {
  constructor(variable: string) {
    super(`${variable} cannot be a reference, as confide itself reads it`, {
      kind: 'configuration',
      hint: `give ${variable} as it is, or the path of a file in CONFIDE_AGE_IDENTITY_FILE`,
    })
  }
}

function asBadReference(variable: string, error: unknown): ConfideError {
  if (!(error instanceof ConfideError) || error instanceof TooManyDescriptors) throw error
  if (error instanceof OwnVariable) return error
  return new ConfideError(`wrong reference in ${variable}: ${withoutDefault(error.message)}`, {
    kind: error.kind,
    ...(error.hint !== undefined && { hint: error.hint }),
  })
}

function warningsFor(
  items: readonly (LiteralItem | SecretItem)[],
  deliveries: readonly DeliveryForm[],
  { procMounted }: PlanFacts,
): string[] {
  const usesDescriptors = items.some(
    item => item.kind === 'secret' && formOf(item.delivery, deliveries).usesDescriptor,
  )
  if (procMounted || !usesDescriptors) return []
  return ['/proc is not mounted, so descriptors are named by NAME_FD instead of NAME_FILE']
}
