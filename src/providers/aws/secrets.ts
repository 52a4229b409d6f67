import type { SecretsManagerClient } from '@aws-sdk/client-secrets-manager'
import { ConfideError } from '../../leaf/errors.ts'
import { SecretValue } from '../../leaf/secret.ts'
import type { FetchContext } from '../provider.ts'
import { asRefusal, isDenied, isDeniedAction, mayWorkAlone } from './refusal.ts'
import type { SecretVersion } from './secret-id.ts'
import type { Session } from './session.ts'

/** Source: BatchGetSecretValue, member SecretIdList. */
const largestBatch = 20

/** What a service gives for one secret; the SDK has read it from JSON already. */
interface Found {
  readonly ARN?: string | undefined
  readonly Name?: string | undefined
  readonly SecretString?: string | undefined
  readonly SecretBinary?: Uint8Array | undefined
  readonly VersionId?: string | undefined
  readonly VersionStages?: readonly string[] | undefined
}

type SecretOutcome = SecretValue | ConfideError

/**
 * Reads the secrets of one client: one region, as one identity.
 *
 * Two or more current versions of one account are asked for in twenties. Roles that were written
 * for other tools may only allow GetSecretValue: then each is asked for alone, and said once.
 */
export class SecretReader {
  readonly #context: FetchContext
  readonly #session: Session
  #client: Promise<SecretsManagerClient> | undefined
  #batchFailure: unknown

  constructor(session: Session, context: FetchContext) {
    this.#session = session
    this.#context = context
  }

  /** An outcome for each version, in order; no two are equal. */
  async read(versions: readonly SecretVersion[]): Promise<readonly SecretOutcome[]> {
    const outcomes = new Map<SecretVersion, SecretOutcome>()
    const batches = batchesOf(versions)
    await Promise.all(
      batches.map(async batch => {
        for (const [version, outcome] of await this.#readBatch(batch))
          outcomes.set(version, outcome)
      }),
    )
    const rest = versions.filter(version => !outcomes.has(version))
    await Promise.all(
      rest.map(async version => outcomes.set(version, await this.#readOne(version))),
    )
    this.#hintAfter(rest.flatMap(version => outcomes.get(version) ?? []))
    return versions.map(version => outcomes.get(version) ?? notAnswered())
  }

  /** What the batch has; who is not in it is asked for alone, to learn why. */
  async #readBatch(batch: readonly SecretVersion[]): Promise<Map<SecretVersion, SecretOutcome>> {
    const { BatchGetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager')
    const [first] = batch
    const command = new BatchGetSecretValueCommand({
      SecretIdList: batch.map(({ secretId }) => secretId),
    })
    try {
      const client = await this.#open(batch)
      const answer = await this.#session.call(() => client.send(command))
      const found = takeBatch(batch, objectsIn(answer.SecretValues))
      const whence = first === undefined ? '' : await this.#whence(first)
      this.#context.debug(`aws-sm: got ${found.size} of ${batch.length} secrets at once${whence}`)
      return found
    } catch (error) {
      if (first !== undefined && !mayWorkAlone(error)) {
        const refusal = await this.#refusal(error, first)
        return new Map(batch.map(version => [version, refusal]))
      }
      this.#batchFailure ??= error
      return new Map()
    }
  }

  async #readOne(version: SecretVersion): Promise<SecretOutcome> {
    const { GetSecretValueCommand } = await import('@aws-sdk/client-secrets-manager')
    const { secretId, stage, versionId } = version
    const command = new GetSecretValueCommand({
      SecretId: secretId,
      ...(stage !== undefined && { VersionStage: stage }),
      ...(versionId !== undefined && { VersionId: versionId }),
    })
    try {
      const client = await this.#open([version])
      const answer = await this.#session.call(() => client.send(command))
      this.#context.debug(`aws-sm: got ${secretId}${await this.#whence(version)}`)
      return checkedValue(answer, version)
    } catch (error) {
      return await this.#refusal(error, version)
    }
  }

  /** One client for all: they share region and identity. */
  #open([version]: readonly SecretVersion[]): Promise<SecretsManagerClient> {
    const open = async () => {
      const { SecretsManagerClient: Client } = await import('@aws-sdk/client-secrets-manager')
      const settings = await this.#session.settingsFor(version?.place ?? {}, 'SECRETS_MANAGER')
      return new Client(settings as object)
    }
    this.#client ??= open()
    return this.#client
  }

  async #whence({ place }: SecretVersion): Promise<string> {
    const { source } = await this.#session.identityAt(place)
    return ` from ${this.#session.regionOf(place) ?? "the profile's region"} as ${source}`
  }

  async #refusal(error: unknown, version: SecretVersion): Promise<ConfideError> {
    const { place, secretId, stage, versionId } = version
    if (error instanceof ConfideError) return error
    const identity = await this.#session.identityAt(place)
    const refusal = asRefusal(error, {
      what: 'secret',
      name: secretId,
      action: 'secretsmanager:GetSecretValue',
      identity,
      region: this.#session.regionOf(place),
      version: stage ?? versionId,
    })
    if (refusal instanceof ConfideError) return refusal
    throw refusal
  }

  /** Where asking one by one got more, there is a right to ask for that is missing. */
  #hintAfter(alone: readonly SecretOutcome[]): void {
    const error = this.#batchFailure
    if (error === undefined || !alone.some(outcome => outcome instanceof SecretValue)) return
    if (isDenied(error) && !isDeniedAction(error)) return
    this.#context.warn(
      isDenied(error)
        ? 'aws-sm: the secrets are fetched one by one, which takes longer: ' +
            'allow secretsmanager:BatchGetSecretValue to fetch 20 at once'
        : 'aws-sm: BatchGetSecretValue failed, so the secrets are fetched one by one',
    )
  }
}

/** Groups of up to twenty that may be asked for at once; one alone is no batch. */
function batchesOf(versions: readonly SecretVersion[]): SecretVersion[][] {
  const current = versions.filter(
    ({ stage, versionId }) => stage === undefined && versionId === undefined,
  )
  const groups = Map.groupBy(current, ({ account = '' }) => account)
  return [...groups.values()].flatMap(group => {
    const batches: SecretVersion[][] = []
    for (let at = 0; at < group.length; at += largestBatch) {
      batches.push(group.slice(at, at + largestBatch))
    }
    return batches.filter(batch => batch.length > 1)
  })
}

/** What is in doubt is left out, to be asked for alone. */
function takeBatch(
  batch: readonly SecretVersion[],
  found: readonly Found[],
): Map<SecretVersion, SecretOutcome> {
  const outcomes = new Map<SecretVersion, SecretOutcome>()
  for (const version of batch) {
    const exact = found.filter(secret => isNamed(secret, version))
    const candidates = exact.length > 0 ? exact : found.filter(secret => isMeant(secret, version))
    const [secret] = candidates
    if (secret === undefined || candidates.length > 1 || !isVersion(secret, version)) continue
    outcomes.set(version, valueIn(secret))
  }
  return outcomes
}

function isNamed({ ARN: arn, Name: name }: Found, { secretId }: SecretVersion): boolean {
  return secretId.startsWith('arn:') ? arn === secretId : name === secretId
}

/** By an ARN without its random end, which is six characters behind the secret's own name. */
function isMeant({ ARN: arn = '', Name: name = '' }: Found, { secretId }: SecretVersion): boolean {
  if (!secretId.endsWith(`:secret:${name}`) || !arn.startsWith(`${secretId}-`)) return false
  return /^[A-Za-z0-9]{6}$/.test(arn.slice(secretId.length + 1))
}

function isVersion(
  { VersionId: id, VersionStages: stages }: Found,
  { stage = 'AWSCURRENT', versionId }: SecretVersion,
): boolean {
  if (versionId !== undefined) return id === versionId
  return !Array.isArray(stages) || stages.includes(stage)
}

/** A proxy that mixes up answers would otherwise give one program another one's secret. */
function checkedValue(secret: Found, version: SecretVersion): SecretOutcome {
  const isOurs = isNamed(secret, version) || isMeant(secret, version)
  const value = valueIn(secret)
  if (value instanceof ConfideError || (isOurs && isVersion(secret, version))) return value
  value[Symbol.dispose]()
  return new ConfideError('the answer is about another secret or version', {
    kind: 'unavailable',
    hint: 'something between here and AWS mixes up answers: look at HTTPS_PROXY, AWS_ENDPOINT_URL',
  })
}

function valueIn({ SecretString: text, SecretBinary: binary }: Found): SecretOutcome {
  if (typeof text === 'string') return new SecretValue(Buffer.from(text))
  if (binary instanceof Uint8Array) return new SecretValue(Uint8Array.from(binary))
  return new ConfideError('the answer holds no secret', {
    kind: 'unavailable',
    hint: 'something other than Secrets Manager may answer there: check AWS_ENDPOINT_URL',
  })
}

/** A list of objects, whatever was answered. */
function objectsIn(list: readonly Found[] | undefined): readonly Found[] {
  return Array.isArray(list) ? list.filter(item => typeof item === 'object' && item !== null) : []
}

function notAnswered(): ConfideError {
  return new ConfideError('there was no outcome', { kind: 'bug' })
}
