import type { Parameter, SSMClient } from '@aws-sdk/client-ssm'
import { ConfideError } from '../../leaf/errors.ts'
import { SecretValue } from '../../leaf/secret.ts'
import type { FetchContext } from '../provider.ts'
import type { ParameterPlace } from './parameter-name.ts'
import { asRefusal, isDenied, isDeniedAction, mayWorkAlone, notThere } from './refusal.ts'
import type { Session } from './session.ts'

/** Source: GetParameters, member Names; GetParametersByPath, member MaxResults. */
const largestBatch = 10

type Outcome = SecretValue | ConfideError

/**
 * Reads the parameters of one client: one region, as one identity.
 *
 * Two or more are asked for in tens; where the role only allows GetParameter, each alone.
 */
export class ParameterReader {
  readonly #context: FetchContext
  readonly #session: Session
  #client: Promise<SSMClient> | undefined
  #batchFailure: unknown

  constructor(session: Session, context: FetchContext) {
    this.#session = session
    this.#context = context
  }

  /** An outcome for each place, in order; no two are equal. */
  async read(places: readonly ParameterPlace[]): Promise<readonly Outcome[]> {
    const outcomes = new Map<ParameterPlace, Outcome>()
    const paths = places.filter(isPath)
    const readPaths = paths.map(async place => outcomes.set(place, await this.#readPath(place)))
    const batches = batchesOf(places.filter(place => !isPath(place)))
    const readBatches = batches.map(async batch => {
      for (const [place, outcome] of await this.#readBatch(batch)) outcomes.set(place, outcome)
    })
    await Promise.all(readBatches)
    const rest = places.filter(place => !outcomes.has(place) && !isPath(place))
    await Promise.all(rest.map(async place => outcomes.set(place, await this.#readOne(place))))
    await Promise.all(readPaths)
    this.#hintAfter(rest.flatMap(place => outcomes.get(place) ?? []))
    return places.map(place => outcomes.get(place) ?? notAnswered())
  }

  /** What the batch has; who is not in it is asked for alone, to learn why. */
  async #readBatch(batch: readonly ParameterPlace[]): Promise<Map<ParameterPlace, Outcome>> {
    const { GetParametersCommand } = await import('@aws-sdk/client-ssm')
    const [first] = batch
    const names = batch.map(nameWithSelector)
    const command = new GetParametersCommand({ Names: names, WithDecryption: true })
    try {
      const client = await this.#open(batch)
      const answer = await this.#session.call(() => client.send(command))
      const found = takeBatch(batch, objectsIn(answer.Parameters))
      this.#context.debug(`aws-ssm: got ${found.size} of ${batch.length} parameters at once`)
      return found
    } catch (error) {
      if (first !== undefined && !mayWorkAlone(error)) {
        const refusal = await this.#refusal(error, first, 'ssm:GetParameters')
        return new Map(batch.map(place => [place, refusal]))
      }
      this.#batchFailure ??= error
      return new Map()
    }
  }

  async #readOne(place: ParameterPlace): Promise<Outcome> {
    const { GetParameterCommand } = await import('@aws-sdk/client-ssm')
    const command = new GetParameterCommand({ Name: nameWithSelector(place), WithDecryption: true })
    try {
      const client = await this.#open([place])
      const answer = await this.#session.call(() => client.send(command))
      this.#context.debug(`aws-ssm: got ${place.name}`)
      return checkedValue(answer.Parameter, place)
    } catch (error) {
      const other = isDeniedAction(error) ? await this.#readInstead(place) : undefined
      return other ?? (await this.#refusal(error, place, 'ssm:GetParameter'))
    }
  }

  /** Policies may allow GetParameters alone, which tells what is missing without an error. */
  async #readInstead(place: ParameterPlace): Promise<Outcome | undefined> {
    const { GetParametersCommand } = await import('@aws-sdk/client-ssm')
    const names = [nameWithSelector(place)]
    const command = new GetParametersCommand({ Names: names, WithDecryption: true })
    try {
      const client = await this.#open([place])
      const answer = await this.#session.call(() => client.send(command))
      const [found] = objectsIn(answer.Parameters)
      if (found !== undefined) return checkedValue(found, place)
      return answer.InvalidParameters?.length === 1
        ? notThere({ what: 'parameter', region: this.#session.regionOf(place.place) })
        : undefined
    } catch {
      // Then the first refusal is the one to report.
      return undefined
    }
  }

  /** All parameters below a path, page by page, as one JSON object of names and values. */
  async #readPath(place: ParameterPlace): Promise<Outcome> {
    const { GetParametersByPathCommand } = await import('@aws-sdk/client-ssm')
    const path = place.name === '/' ? '/' : place.name.slice(0, -1)
    const members = new Map<string, string>()
    let page: string | undefined
    try {
      const client = await this.#open([place])
      do {
        const command = new GetParametersByPathCommand({
          Path: path,
          Recursive: true,
          WithDecryption: true,
          MaxResults: largestBatch,
          ...(page !== undefined && { NextToken: page }),
        })
        const answer = await this.#session.call(() => client.send(command))
        if (!Array.isArray(answer.Parameters)) return noParameter()
        for (const { Name: name, Value: value } of objectsIn(answer.Parameters)) {
          if (typeof name !== 'string' || typeof value !== 'string') return noParameter()
          const member = name.slice(place.name.length)
          if (!name.startsWith(place.name) || members.has(member)) return mixedUp()
          members.set(member, value)
        }
        // The same page again would be for ever.
        if (answer.NextToken && answer.NextToken === page) return mixedUp()
        page = answer.NextToken
      } while (page)
    } catch (error) {
      return await this.#refusal(error, place, 'ssm:GetParametersByPath')
    }
    this.#context.debug(`aws-ssm: got ${members.size} parameters below ${place.name}`)
    if (members.size === 0) return emptyPath(this.#session.regionOf(place.place))
    return new SecretValue(Buffer.from(jsonObject(members)))
  }

  /** One client for all: they share region and identity. */
  #open([place]: readonly ParameterPlace[]): Promise<SSMClient> {
    const open = async () => {
      const { SSMClient: Client } = await import('@aws-sdk/client-ssm')
      const settings = await this.#session.settingsFor(place?.place ?? {}, 'SSM')
      return new Client(settings as object)
    }
    this.#client ??= open()
    return this.#client
  }

  async #refusal(error: unknown, asked: ParameterPlace, action: string): Promise<ConfideError> {
    const { place, name, selector } = asked
    if (error instanceof ConfideError) return error
    const refusal = asRefusal(error, {
      what: isPath(asked) ? 'path' : 'parameter',
      name,
      action,
      identity: await this.#session.identityAt(place),
      region: this.#session.regionOf(place),
      version: selector,
    })
    if (refusal instanceof ConfideError) return refusal
    throw refusal
  }

  /** Where asking one by one got more, there is a right to ask for that is missing. */
  #hintAfter(alone: readonly Outcome[]): void {
    const error = this.#batchFailure
    if (error === undefined || !alone.some(outcome => outcome instanceof SecretValue)) return
    if (isDenied(error) && !isDeniedAction(error)) return
    this.#context.warn(
      isDenied(error)
        ? 'aws-ssm: the parameters are fetched one by one, which takes longer: ' +
            'allow ssm:GetParameters to fetch 10 at once'
        : 'aws-ssm: GetParameters failed, so the parameters are fetched one by one',
    )
  }
}

function isPath({ name }: ParameterPlace): boolean {
  return name.endsWith('/')
}

function nameWithSelector({ name, selector }: ParameterPlace): string {
  return selector === undefined ? name : `${name}:${selector}`
}

/** What is missing there makes a whole request fail, and the answer has another name. */
const secretsManager = '/aws/reference/secretsmanager/'

/** Groups of up to ten; two versions of one parameter never share one, since the API refuses. */
function batchesOf(places: readonly ParameterPlace[]): ParameterPlace[][] {
  const batches: ParameterPlace[][] = []
  for (const place of places) {
    if (place.name.startsWith(secretsManager)) continue
    const open = batches.find(batch => {
      return batch.length < largestBatch && batch.every(({ name }) => name !== place.name)
    })
    if (open === undefined) batches.push([place])
    else open.push(place)
  }
  return batches.filter(batch => batch.length > 1)
}

/** What is in doubt is left out, to be asked for alone. */
function takeBatch(
  batch: readonly ParameterPlace[],
  found: readonly Parameter[],
): Map<ParameterPlace, Outcome> {
  const outcomes = new Map<ParameterPlace, Outcome>()
  for (const place of batch) {
    const [parameter, ...more] = found.filter(candidate => isAnswerTo(candidate, place))
    if (parameter !== undefined && more.length === 0) outcomes.set(place, valueIn(parameter))
  }
  return outcomes
}

function isAnswerTo(parameter: Parameter, { name, selector }: ParameterPlace): boolean {
  const { Name: found, ARN: arn, Selector: given, Version: version } = parameter
  // Of a secret, the answer has the secret's own name.
  if (!name.startsWith(secretsManager) && found !== name && arn !== name) return false
  if (selector === undefined) return !given
  return given === undefined ? String(version) === selector : given === `:${selector}`
}

/** A proxy that mixes up answers would otherwise give one program another one's secret. */
function checkedValue(parameter: Parameter | undefined, place: ParameterPlace): Outcome {
  const value = valueIn(parameter)
  if (value instanceof ConfideError || parameter === undefined) return value
  if (isAnswerTo(parameter, place)) return value
  value[Symbol.dispose]()
  return mixedUp()
}

function mixedUp(): ConfideError {
  return new ConfideError('the answer is about other parameters or versions', {
    kind: 'unavailable',
    hint: 'something between here and AWS mixes up answers: look at HTTPS_PROXY, AWS_ENDPOINT_URL',
  })
}

/** A list of objects, whatever was answered. */
function objectsIn(list: readonly Parameter[] | undefined): readonly Parameter[] {
  return Array.isArray(list) ? list.filter(item => typeof item === 'object' && item !== null) : []
}

function valueIn(parameter: Parameter | undefined): Outcome {
  const value = parameter?.Value
  return typeof value === 'string' ? new SecretValue(Buffer.from(value)) : noParameter()
}

/** Written member by member, so that no name means anything to JavaScript. */
function jsonObject(members: ReadonlyMap<string, string>): string {
  const pairs = [...members].map(pair => pair.map(text => JSON.stringify(text)).join(':'))
  return `{${pairs.join(',')}}`
}

function emptyPath(region: string | undefined): ConfideError {
  return new ConfideError(
    `there are no parameters below that path${region === undefined ? '' : ` in ${region}`}`,
    {
      kind: 'missing',
      hint: 'check the path, and whether it is of this account and this region',
    },
  )
}

function noParameter(): ConfideError {
  return new ConfideError('the answer holds no parameter', {
    kind: 'unavailable',
    hint: 'something other than Parameter Store may answer there: check AWS_ENDPOINT_URL',
  })
}

function notAnswered(): ConfideError {
  return new ConfideError('there was no outcome', { kind: 'bug' })
}
