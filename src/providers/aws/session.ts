import { ConfideError } from '../../leaf/errors.ts'
import { retry } from '../io/retry.ts'
import type { FetchContext } from '../provider.ts'
import { isRegion } from './arn.ts'
import { type AwsCredentials, findIdentity, type Identity } from './credentials.ts'
import { exposeSettings } from './environment.ts'
import type { Place } from './options.ts'
import { quiet } from './quiet.ts'
import { asRefusal, isThrottled, noRegion, pauseAfter } from './refusal.ts'
import { existing, sharedFiles } from './shared-files.ts'
import { Transport } from './transport.ts'

/** What every client of the SDK is made with. */
export interface ClientSettings {
  readonly credentials: AwsCredentials
  readonly requestHandler: Transport
  readonly maxAttempts: 1
  readonly region?: string
  readonly endpoint?: string
}

/** The part of the name of AWS_ENDPOINT_URL_… that is the service's. */
export type Service = 'SECRETS_MANAGER' | 'SSM' | 'STS'

/** The identities and connections of one run, which all services of AWS share. */
export class Session implements Disposable {
  static readonly #sessions = new WeakMap<FetchContext, Session>()

  readonly transport: Transport
  readonly #context: FetchContext
  readonly #identities = new Map<string, Promise<Identity>>()
  #users = 0

  private constructor(context: FetchContext) {
    this.#context = context
    this.transport = new Transport(context)
    exposeSettings(context)
  }

  /** The session of this run; whoever has one disposes of it. */
  static of(context: FetchContext): Session {
    const session = Session.#sessions.get(context) ?? new Session(context)
    Session.#sessions.set(context, session)
    session.#users++
    return session
  }

  /** The region of a reference; undefined where only the shared config file may have one. */
  regionOf(place: Place): string | undefined {
    const variable = (name: string) => this.#context.variable(name)?.trim() || undefined
    const name = variable('AWS_REGION') === undefined ? 'AWS_DEFAULT_REGION' : 'AWS_REGION'
    const region = place.region ?? variable(name)
    if (region === undefined || isRegion(region)) return region
    throw new ConfideError(`${name} is not the name of a region`, {
      kind: 'configuration',
      hint: `write ${name}=eu-west-1`,
    })
  }

  /** Who asks for what is at `place`: the environment's identity, or the role that it assumes. */
  async identityAt(place: Place): Promise<Identity> {
    const { roleArn, externalId } = place
    if (roleArn === undefined) {
      return await this.#once('', () => this.#base(place))
    }
    return await this.#once(`${roleArn}\n${externalId ?? ''}`, async () => {
      const base = await this.identityAt({ ...(place.region && { region: place.region }) })
      return await this.#assume(roleArn, externalId, base, place)
    })
  }

  /** What a client for `place` is made with. */
  async settingsFor(place: Place, service: Service): Promise<ClientSettings> {
    const { credentials } = await this.identityAt(place)
    return { ...this.#settings(place, service), credentials }
  }

  /** Repeats what may work later, up to the deadline. */
  async call<T>(attempt: () => Promise<T>): Promise<T> {
    const { signal } = this.#context
    return await untilDeadline(retry(attempt, { signal, pause: pauseAfter, isThrottled }), signal)
  }

  [Symbol.dispose](): void {
    this.#users--
    if (this.#users === 0) this.transport[Symbol.dispose]()
  }

  async #once(name: string, find: () => Promise<Identity>): Promise<Identity> {
    const identity = this.#identities.get(name) ?? find()
    this.#identities.set(name, identity)
    return await identity
  }

  async #base(place: Place): Promise<Identity> {
    const region = this.regionOf(place)
    const { signal } = this.#context
    return await untilDeadline(findIdentity(this.#context, this.transport, region), signal)
  }

  async #assume(
    roleArn: string,
    externalId: string | undefined,
    base: Identity,
    place: Place,
  ): Promise<Identity> {
    const { AssumeRoleCommand, STSClient } = await import('@aws-sdk/nested-clients/sts')
    const settings = { region: 'us-east-1', ...this.#settings(place, 'STS') }
    const client = new STSClient({ ...settings, credentials: base.credentials })
    const command = new AssumeRoleCommand({
      RoleArn: roleArn,
      RoleSessionName: this.#context.variable('AWS_ROLE_SESSION_NAME') || `confide-${Date.now()}`,
      ...(externalId !== undefined && { ExternalId: externalId }),
    })
    try {
      const { Credentials: found } = await this.call(() => client.send(command))
      const { AccessKeyId: accessKeyId, SecretAccessKey: secretAccessKey } = found ?? {}
      if (!accessKeyId || !secretAccessKey) throw noCredentials(roleArn)
      const { SessionToken: sessionToken = '' } = found ?? {}
      this.#context.conceal(secretAccessKey)
      if (sessionToken !== '') this.#context.conceal(sessionToken)
      const credentials = { accessKeyId, secretAccessKey, sessionToken }
      return { credentials, source: roleArn, advice: 'check the role of role-arn=' }
    } catch (error) {
      throw asRefusal(error, {
        what: 'role',
        name: roleArn,
        action: 'sts:AssumeRole',
        identity: base,
        region: settings.region,
      })
    }
  }

  /**
   * Without the files of the AWS CLI, as in most containers, nothing needs to be looked up in
   * them: the SDK would try to read them for each setting that is left out.
   */
  #settings(place: Place, service: Service) {
    const context = this.#context
    const region = this.regionOf(place)
    const common = {
      requestHandler: this.transport,
      maxAttempts: 1,
      logger: quiet,
      disableClockSkewCorrection: false,
      retryMode: 'standard',
      defaultsMode: 'standard',
      ...(region !== undefined && { region }),
    } as const
    const variable = (name: string) => context.variable(name) || undefined
    const isOn = (name: string) => isTrue(name, variable(name))
    const ignored = isOn('AWS_IGNORE_CONFIGURED_ENDPOINT_URLS')
    const names = [`AWS_ENDPOINT_URL_${service}`, 'AWS_ENDPOINT_URL']
    const name = names.find(candidate => variable(candidate) !== undefined)
    const endpoint = name === undefined ? undefined : variable(name)
    if (name !== undefined && !ignored) checkEndpoint(name, variable(name))
    if (existing(sharedFiles(context))) return common
    if (region === undefined) throw noRegion()
    return {
      ...common,
      authSchemePreference: [],
      userAgentAppId: variable('AWS_SDK_UA_APP_ID') ?? '',
      useFipsEndpoint: isOn('AWS_USE_FIPS_ENDPOINT'),
      useDualstackEndpoint: isOn('AWS_USE_DUALSTACK_ENDPOINT'),
      ...(endpoint === undefined || ignored
        ? { ignoreConfiguredEndpointUrls: true }
        : { endpoint }),
    }
  }
}

/** As the SDKs have it; another word must not leave out what was asked for. */
function isTrue(name: string, value: string | undefined): boolean {
  const word = value?.toLowerCase()
  if (word === undefined || word === 'false') return false
  if (word === 'true') return true
  throw new ConfideError(`${name} is neither true nor false`, {
    kind: 'configuration',
    hint: `write ${name}=true, or leave it out`,
  })
}

function checkEndpoint(name: string, endpoint = ''): void {
  const url = URL.parse(endpoint)
  const isPlain = url !== null && !url.username && !url.password && !url.search && !url.hash
  if (isPlain && /^https?:$/.test(url.protocol)) return
  // Never quoted: a wrong address may well be a URL with a password in it.
  throw new ConfideError(`${name} is not a plain http:// or https:// address`, {
    kind: 'configuration',
    hint: `write ${name}=https://HOST:PORT, or leave it out for AWS itself`,
  })
}

function noCredentials(roleArn: string): ConfideError {
  return new ConfideError(`the answer holds no credentials of ${roleArn}`, {
    kind: 'unavailable',
    hint: 'something other than STS may answer there: check AWS_ENDPOINT_URL',
  })
}

/** Not everything in the SDK ends with our signal; what does, says more. */
async function untilDeadline<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = () =>
    new ConfideError('no answer from AWS before the deadline', {
      kind: 'temporary',
      hint: 'is the network open, and is there a role? --timeout sets the deadline',
    })
  if (signal.aborted) throw late()
  let end = () => {}
  const over = new Promise<never>((_, reject) => {
    end = () => setTimeout(() => reject(late()), 30)
    signal.addEventListener('abort', end, { once: true })
  })
  try {
    return await Promise.race([work, over])
  } finally {
    signal.removeEventListener('abort', end)
  }
}
