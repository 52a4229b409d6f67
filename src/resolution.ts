import { Deadline } from './deadline.ts'
import type { DeliveryHost } from './deliveries/delivery.ts'
import { deliveries } from './deliveries/index.ts'
import { type Fetched, fetchAll } from './fetch.ts'
import { type Environ, valueOf } from './environ.ts'
import type { Inbox } from './inbox.ts'
import { ConfideError } from './leaf/errors.ts'
import { expandAll } from './expansion.ts'
import { makePlan, type Plan, referencesOf } from './plan.ts'
import { countAfter } from './plan/descriptors.ts'
import { providers } from './providers/index.ts'
import { withoutDefault } from './references/without-default.ts'
import { type Log, makeLog } from './report.ts'
import { findDoubts, readSettings, refuseSettingsOfEnvFiles, type Settings } from './settings.ts'
import type { Given } from './sources.ts'
import { watchProgress } from './progress.ts'

/**
 * Everything that is known before anything is handed over.
 *
 * The plan is that of before the fetch: where it has one item with a prefix, `values` has one for
 * each of its members, with the same index.
 */
export interface Resolution extends Fetched {
  readonly settings: Settings
  readonly plan: Plan
  /** Inherited descriptors that were read, and that the command must not get; ascending. */
  readonly consumed: readonly number[]
  readonly log: Log
}

/** What a resolution needs besides what the user says. */
export interface Surroundings {
  readonly inbox: Inbox
  readonly given: Given
  readonly readDescriptor: (descriptor: number) => Promise<Uint8Array>
  /** Makes memory files, where there is a spine. */
  readonly sealedMemfd?: DeliveryHost['sealedMemfd']
}

/**
 * From the environment to the secrets: settings, env files, references, plan, fetch.
 *
 * Failures of single variables are in the result, so that one report has them all; throws what
 * concerns everything, such as a wrong setting.
 */
export async function resolveAll(surroundings: Surroundings): Promise<Resolution> {
  const { inbox, given } = surroundings
  const settings = readSettings(given, inbox.environ)
  const log = makeLog(settings.verbose)
  const environ =
    settings.envFiles.length === 0
      ? inbox.environ
      : (await import('./env-file.ts')).addEnvFiles(inbox.environ, settings.envFiles)
  refuseSettingsOfEnvFiles(environ.slice(inbox.environ.length))
  const known = providers.flatMap(provider => provider.variables)
  for (const doubt of findDoubts(given, environ, known)) log.warn(doubt)
  const plan = makePlan(environ, settings, providers, deliveries, inbox)
  for (const warning of plan.warnings) log.warn(warning)
  if (settings.verbose > 0) describePlan(plan, log)
  const consumed = new Set(settings.keepCredentials ? [] : identityDescriptors(environ, inbox))
  const readDescriptor = async (descriptor: number) => {
    // Node's own pipes would be waited for. Only the command line is not told what was open.
    if (inbox.socket >= 0 && !inbox.reserved.includes(descriptor)) throw notOpen(descriptor)
    consumed.add(descriptor)
    return await surroundings.readDescriptor(descriptor)
  }
  const deadline = deadlineFor(inbox, settings)
  const progress = watchProgress(plan)
  const fetched = await fetchAll(plan, providers, { deadline, log, readDescriptor })
  progress.stop()
  const nextNumber = countAfter(plan, settings.fdBase, inbox)
  const expanded = expandAll(plan, fetched, deliveries, nextNumber, log)
  return { ...expanded, settings, plan, log, consumed: [...consumed].sort((a, b) => a - b) }
}

/** A descriptor with an identity was passed to us alone, whether a provider reads it or not. */
function identityDescriptors(environ: Environ, { reserved }: Inbox): number[] {
  const number = Number(valueOf(environ, 'CONFIDE_AGE_IDENTITY_FD') || Number.NaN)
  return reserved.includes(number) ? [number] : []
}

function notOpen(descriptor: number): ConfideError {
  const message = `descriptor ${descriptor} is not one that confide can read`
  return new ConfideError(message, { kind: 'configuration' })
}

/** The spine's, so that both halves stop at the same time; subcommands have their own. */
function deadlineFor(inbox: Inbox, settings: Settings): Deadline {
  if (inbox.socket < 0 || inbox.deadline === 0n) return Deadline.in(settings.timeout)
  return new Deadline(inbox.deadline, settings.timeout)
}

function describePlan(plan: Plan, log: Log): void {
  for (const item of plan.items) {
    const { variable } = item
    if (item.kind === 'literal') {
      log.debug(`${variable}: literal text`)
      continue
    }
    const sources = referencesOf(item).map(({ text }) => withoutDefault(text))
    const where = item.request.number < 0 ? '' : ` ${item.request.number}`
    const several = item.prefix === undefined ? '' : `, several variables, ${prefixOf(item.prefix)}`
    log.debug(`${variable}: ${sources.join(', ')} by ${item.delivery}${where}${several}`)
  }
}

function prefixOf(prefix: string): string {
  return prefix === '' ? 'no prefix' : `prefix ${prefix}`
}
