import { ConfideError } from './leaf/errors.ts'
import { SecretValue } from './leaf/secret.ts'
import type { Part } from './references/own.ts'
import type { Reference } from './references/reference.ts'
import { withoutDefault } from './references/without-default.ts'
import { type Failure, type Plan, referencesOf, type SecretItem } from './plan.ts'
import { textsInPlain } from './plan/plain.ts'
import type { Deadline } from './deadline.ts'
import { conceal, type Log, standsInPlain } from './report.ts'
import type { FetchContext, Provider } from './providers/provider.ts'

/** What came of a plan. */
export interface Fetched {
  /** In environ order; undefined for a variable that is to be left out. */
  readonly values: ReadonlyMap<SecretItem, SecretValue | undefined>
  /** Those in which a default stands in for a secret that is missing. */
  readonly defaulted: ReadonlySet<SecretItem>
  /** In environ order; an item with a failure has no value. */
  readonly failures: readonly Failure[]
}

/** What the providers are given of the world. */
export interface World {
  readonly deadline: Deadline
  readonly log: Log
  readonly readDescriptor: (descriptor: number) => Promise<Uint8Array>
}

/** One outcome for each reference, by its identity. */
type Answers = Map<string, SecretValue | ConfideError>

/**
 * Fetches everything that the plan names: each reference once, all providers at the same time.
 *
 * Never rejects for a secret that can't be had: all failures are collected for one report.
 */
export async function fetchAll(
  plan: Plan,
  providers: readonly Provider[],
  world: World,
): Promise<Fetched> {
  standsInPlain(() => textsInPlain(plan))
  const answers: Answers = new Map()
  const context = makeContext(plan, world)
  const work = [...referencesByProvider(plan)].map(async ([name, references]) => {
    const provider = providers.find(candidate => candidate.name === name)
    const outcomes = await ask(provider, references, context, world)
    for (const [at, reference] of references.entries()) {
      answers.set(identityOf(reference), outcomes[at] ?? tooFewOutcomes(name))
    }
  })
  await world.deadline.wait(Promise.all(work))
  return compose(plan, answers, world)
}

function referencesByProvider(plan: Plan): Map<string, Reference[]> {
  const groups = new Map<string, Map<string, Reference>>()
  for (const reference of plan.items.flatMap(referencesOf)) {
    const group = groups.get(reference.provider) ?? new Map<string, Reference>()
    groups.set(reference.provider, group.set(identityOf(reference), reference))
  }
  return new Map([...groups].map(([name, group]) => [name, [...group.values()]]))
}

/** A sealed file of YAML is one secret as its text, and another one as an object of its names. */
function identityOf({ text, asObject }: Reference): string {
  return asObject ? `${text}\0object` : text
}

function makeContext(plan: Plan, { deadline, log, readDescriptor }: World): FetchContext {
  const variable = (name: string) => {
    const index = plan.environ.findIndex(entry => entry.name === name)
    const item = plan.items.find(candidate => candidate.index === index)
    if (item?.kind === 'literal') return item.text
    const isWrong = plan.failures.some(failure => failure.index === index)
    if (item === undefined && !isWrong) return plan.environ[index]?.value
    throw new ConfideError(`${name} is itself a reference, which nothing has resolved`, {
      kind: 'configuration',
      hint: `give ${name} as it is`,
    })
  }
  return {
    get signal() {
      return deadline.signal
    },
    variable,
    environment: () => plainVariables(plan),
    warn: log.warn,
    debug: log.debug,
    conceal: text => conceal(new SecretValue(new TextEncoder().encode(text)), 'credential'),
    readDescriptor,
    certificates: async () => {
      const { readCertificates } = await import('./certificates.ts')
      return readCertificates(variable, log)
    },
  }
}

/** As getenv(3) would see them: the first entry of each name. */
function plainVariables({ environ, items, failures }: Plan): Record<string, string> {
  const references = new Set([...items, ...failures].map(({ index }) => index))
  const variables = new Map<string, string>()
  for (const [index, { name, value }] of environ.entries()) {
    if (name !== '' && !references.has(index) && !variables.has(name)) variables.set(name, value)
  }
  return Object.fromEntries(variables)
}

/** Whatever a provider does, each of its references gets an outcome. */
async function ask(
  provider: Provider | undefined,
  references: readonly Reference[],
  context: FetchContext,
  { deadline, log }: World,
): Promise<readonly (SecretValue | ConfideError)[]> {
  // Not performance.now(), which takes 1.5 ms to load.
  const started = process.hrtime.bigint()
  const name = provider?.name ?? 'unknown provider'
  try {
    const outcomes = (await provider?.fetch(references, context)) ?? []
    for (const outcome of outcomes) if (outcome instanceof SecretValue) conceal(outcome)
    const took = (Number(process.hrtime.bigint() - started) / 1e6).toFixed(1)
    log.debug(`${name}: ${count(references.length)} in ${took} ms`)
    return outcomes
  } catch (error) {
    return references.map(() => asFailure(name, error, deadline))
  }
}

function count(references: number): string {
  return references === 1 ? '1 reference' : `${references} references`
}

function asFailure(provider: string, error: unknown, deadline: Deadline): ConfideError {
  if (error instanceof ConfideError) return error
  if (deadline.isOver) return noAnswer(deadline)
  const failure = new ConfideError('', { kind: 'bug', cause: error })
  const { name = 'Error', code } = failure.cause ?? {}
  return new ConfideError(`a fault in ${provider}: ${code === undefined ? name : code}`, {
    kind: 'bug',
    hint: 'please report it with the output of confide --version --json',
    cause: error,
  })
}

function tooFewOutcomes(provider: string): ConfideError {
  return new ConfideError(`${provider} gave no outcome`, { kind: 'bug' })
}

function noAnswer(deadline: Deadline): ConfideError {
  return new ConfideError(`no answer within the time limit of ${deadline.text}`, {
    kind: 'temporary',
    hint: '--timeout sets the time limit',
  })
}

/** Puts the answers together to one value for each variable. */
function compose(plan: Plan, answers: Answers, { deadline, log }: World): Fetched {
  const values = new Map<SecretItem, SecretValue | undefined>()
  const defaulted = new Set<SecretItem>()
  const failures = [...plan.failures]
  for (const item of plan.items) {
    if (item.kind === 'literal') continue
    const pieces: (string | SecretValue)[] = []
    const errors: ConfideError[] = []
    for (const part of item.parts) {
      const piece = typeof part === 'string' ? part : takeAnswer(part, answers, deadline)
      if (piece instanceof ConfideError) errors.push(asReport(item.variable, part, piece))
      else if (piece !== undefined) pieces.push(piece)
      if (typeof part === 'string' || piece instanceof Error) continue
      if (typeof piece === 'string') defaulted.add(item)
      if (!(piece instanceof SecretValue)) log.debug(sayMissing(item, part))
    }
    const { index, variable } = item
    if (errors.length > 0) failures.push(...errors.map(error => ({ index, variable, error })))
    else values.set(item, item.whole ? onlyOne(pieces) : SecretValue.join(pieces))
  }
  failures.sort((one, other) => one.index - other.index)
  return { values, defaulted, failures }
}

function sayMissing({ variable, whole }: SecretItem, { reference, options }: Part): string {
  const otherwise = whole ? 'the variable is left out' : 'nothing stands in its place'
  const outcome = options.default === undefined ? otherwise : 'its default is used'
  return `${variable}: ${reference.text} is missing, ${outcome}`
}

/** The value of one reference after its options; undefined when it is missing but optional. */
function takeAnswer(
  { reference, options }: Part,
  answers: Answers,
  deadline: Deadline,
): SecretValue | string | ConfideError | undefined {
  const answer = answers.get(identityOf(reference)) ?? noAnswer(deadline)
  if (answer instanceof SecretValue) {
    // What is decoded of an object is each of its members.
    const { decode, prefix } = options
    return decode === undefined || prefix !== undefined ? answer : decoded(answer, decode)
  }
  if (answer.kind !== 'missing') return answer
  return options.default ?? (options.optional ? undefined : answer)
}

function decoded(value: SecretValue, encoding: 'base64'): SecretValue | ConfideError {
  try {
    const plain = value.decode(encoding)
    conceal(plain)
    return plain
  } catch (error) {
    if (error instanceof ConfideError) return error
    throw error
  }
}

/** A copy, since several variables may share one answer and each is disposed of. */
function onlyOne(pieces: readonly (string | SecretValue)[]): SecretValue | undefined {
  return pieces.length === 0 ? undefined : SecretValue.join(pieces)
}

function asReport(variable: string, part: string | Part, error: ConfideError): ConfideError {
  const text = typeof part === 'string' ? '' : part.reference.text
  return new ConfideError(
    `cannot fetch ${variable} from ${withoutDefault(text)}: ${error.message}`,
    {
      kind: error.kind,
      ...(error.hint !== undefined && { hint: error.hint }),
    },
  )
}
