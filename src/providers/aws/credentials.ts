import { ConfideError } from '../../leaf/errors.ts'
import { helpersFrom } from '../io/started-programs.ts'
import { retry } from '../io/retry.ts'
import { readSettingsFile } from '../io/settings-file.ts'
import type { FetchContext } from '../provider.ts'
import { pauseForCredentials, profileFault, reasonFor } from './credential-faults.ts'
import { exposeEverything } from './environment.ts'
import { quiet } from './quiet.ts'
import { isThrottled } from './refusal.ts'
import { existing, readSharedFiles, setsUpDefault, sharedFiles } from './shared-files.ts'
import type { Transport } from './transport.ts'

/** Keys to sign requests with. */
export interface AwsCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** Credentials, and in the words of a report whose they are. */
export interface Identity {
  readonly credentials: AwsCredentials
  readonly source: string
  /** What to look at when they are not accepted. */
  readonly advice: string
}

/** One place that credentials can come from. */
interface Link extends Omit<Identity, 'credentials'> {
  /** Undefined where nothing is set up there. Rejects where it is, but gives nothing. */
  readonly load: () => Promise<AwsCredentials | undefined>
}

/**
 * What the SDK's credential providers make their own clients with. The region is only for those
 * of STS: SSO has one of its own, which a client's setting would overrule.
 */
interface Clients {
  /** Its own words would go to stderr, past everything that keeps secrets out of it. */
  readonly logger: typeof quiet
  readonly clientConfig: { readonly requestHandler: Transport; readonly maxAttempts: 1 }
  readonly parentClientConfig: { readonly requestHandler: Transport; readonly region?: string }
}

/**
 * The credentials of the first place that is set up, in the order of the AWS SDKs: the profile
 * that AWS_PROFILE names, keys of the environment, web identity, the default profile, a
 * container's, an instance's.
 *
 * A place that is set up and fails ends the search: going on would use an identity that nobody
 * meant. Throws 'configuration' when there is none, 'permission' when one is not accepted.
 */
export async function findIdentity(
  context: FetchContext,
  transport: Transport,
  region: string | undefined,
): Promise<Identity> {
  const clients: Clients = {
    logger: quiet,
    clientConfig: { requestHandler: transport, maxAttempts: 1 },
    parentClientConfig: { requestHandler: transport, ...(region !== undefined && { region }) },
  }
  for (const link of chain(context, clients)) {
    const { source, advice } = link
    const credentials = await settle(link, context.signal)
    if (credentials === undefined) continue
    context.conceal(credentials.secretAccessKey)
    if (credentials.sessionToken) context.conceal(credentials.sessionToken)
    context.debug(`aws: credentials of ${source}`)
    return { credentials, source, advice }
  }
  throw new ConfideError('there are no AWS credentials', {
    kind: 'configuration',
    hint:
      'give the workload a role (IRSA, pod identity, task role, instance profile), or set ' +
      'AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE',
  })
}

function chain(context: FetchContext, clients: Clients): readonly Link[] {
  return [
    {
      source: 'the profile of AWS_PROFILE',
      advice: 'check the profile; for SSO, run: aws sso login',
      load: async () => {
        return context.variable('AWS_PROFILE') ? await ofProfile(context, clients, true) : undefined
      },
    },
    {
      source: 'AWS_ACCESS_KEY_ID',
      advice: 'check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN',
      load: () => Promise.resolve(keysOf(context)),
    },
    {
      source: 'the web identity of AWS_ROLE_ARN',
      advice: "check the role's trust policy: it names the issuer and the service account",
      load: async () => await ofWebIdentity(context, clients),
    },
    {
      source: 'the default profile',
      advice: 'check the profile; for SSO, run: aws sso login',
      load: async () => await ofProfile(context, clients, false),
    },
    {
      source: 'the container (AWS_CONTAINER_CREDENTIALS_…_URI)',
      advice: 'is the task role, or the pod identity association, still there?',
      load: async () => await ofContainer(context),
    },
    {
      source: 'the instance (IMDS)',
      advice: 'has the instance a role, and may containers reach IMDS (hop limit 2)?',
      load: async () => await ofInstance(context),
    },
  ]
}

/** Whatever the SDK throws says nothing here: it may quote a helper's output, or a server's. */
async function settle(
  { load, source, advice }: Link,
  signal: AbortSignal,
): Promise<AwsCredentials | undefined> {
  try {
    return await retry(load, { signal, pause: pauseForCredentials, isThrottled })
  } catch (cause) {
    const isKnown = cause instanceof ConfideError
    if (isKnown && (!signal.aborted || cause.kind === 'temporary')) throw cause
    if (signal.aborted) {
      throw new ConfideError(`${source} gave no credentials before the deadline`, {
        kind: 'temporary',
        hint: `${advice}; --timeout sets the deadline`,
      })
    }
    throw new ConfideError(`${source} gives no credentials${reasonFor(cause)}`, {
      kind: 'permission',
      hint: advice,
      cause,
    })
  }
}

function keysOf(context: FetchContext): AwsCredentials | undefined {
  // What was put into a Kubernetes secret with echo ends in a newline.
  const value = (name: string) => context.variable(name)?.trim() ?? ''
  const accessKeyId = value('AWS_ACCESS_KEY_ID')
  const secretAccessKey = value('AWS_SECRET_ACCESS_KEY')
  const sessionToken = value('AWS_SESSION_TOKEN')
  if (accessKeyId === '' && secretAccessKey === '') return undefined
  const missing = accessKeyId === '' ? 'AWS_ACCESS_KEY_ID' : 'AWS_SECRET_ACCESS_KEY'
  if (accessKeyId === '' || secretAccessKey === '') {
    throw new ConfideError(`${missing} is not set, but the other half of the key is`, {
      kind: 'configuration',
      hint: 'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or none of them',
    })
  }
  if (accessKeyId.startsWith('ASIA') && sessionToken === '') {
    throw new ConfideError('the key of AWS_ACCESS_KEY_ID is temporary, but has no session token', {
      kind: 'configuration',
      hint: 'keys that begin with ASIA need AWS_SESSION_TOKEN',
    })
  }
  if (![accessKeyId, secretAccessKey, sessionToken].every(text => /^[\x21-\x7e]*$/.test(text))) {
    throw new ConfideError('the keys of AWS_ACCESS_KEY_ID and the like are no keys', {
      kind: 'configuration',
      hint: 'each is one word of ASCII characters',
    })
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken !== '' && { sessionToken }) }
}

async function ofProfile(
  context: FetchContext,
  clients: Clients,
  required: boolean,
): Promise<AwsCredentials | undefined> {
  const files = sharedFiles(context)
  if (!required && !existing(files)) return undefined
  const text = await readSharedFiles(context)
  // A default profile that only sets a region, say, is no promise of credentials.
  if (!required && !setsUpDefault(text)) return undefined
  const asksContainer = text.includes('EcsContainer')
  exposeEverything(context, asksContainer ? await containerToken(context) : undefined)
  const { fromIni } = await import('@aws-sdk/credential-provider-ini')
  const profile = required ? context.variable('AWS_PROFILE') : 'default'
  using helpers = helpersFrom(context.signal)
  try {
    return await fromIni({
      ...(profile !== undefined && { profile }),
      filepath: files.credentials,
      configFilepath: files.config,
      ...clients,
    })()
  } catch (error) {
    // One that said too much, say, is given up, but may go on.
    helpers.end()
    const message = error instanceof Error ? error.message : ''
    const fault = profileFault(message)
    if (fault !== undefined) throw fault
    if (!message.startsWith('Could not resolve credentials')) throw error
    const name = required ? 'the profile of AWS_PROFILE' : 'the default profile'
    const what = `${name}, or its source_profile, does not exist or has no credentials`
    throw new ConfideError(what, {
      kind: 'configuration',
      hint: 'looked in ~/.aws, or where AWS_CONFIG_FILE and AWS_SHARED_CREDENTIALS_FILE say',
    })
  }
}

async function ofWebIdentity(
  context: FetchContext,
  clients: Clients,
): Promise<AwsCredentials | undefined> {
  const path = context.variable('AWS_WEB_IDENTITY_TOKEN_FILE')
  const roleArn = context.variable('AWS_ROLE_ARN')
  if (!path) return undefined
  if (!roleArn) {
    throw new ConfideError('AWS_WEB_IDENTITY_TOKEN_FILE is set, but AWS_ROLE_ARN is not', {
      kind: 'configuration',
      hint: 'set AWS_ROLE_ARN to the role that the token is for, or none of them',
    })
  }
  const source = 'AWS_WEB_IDENTITY_TOKEN_FILE'
  const token = (await readSettingsFile(path, source, context.signal)).trim()
  context.conceal(token)
  const { fromWebToken } = await import('@aws-sdk/credential-provider-web-identity')
  const roleSessionName = context.variable('AWS_ROLE_SESSION_NAME') || `confide-${Date.now()}`
  return await fromWebToken({
    webIdentityToken: token,
    roleArn,
    roleSessionName,
    ...clients,
  })()
}

async function ofContainer(context: FetchContext): Promise<AwsCredentials | undefined> {
  const relative = context.variable('AWS_CONTAINER_CREDENTIALS_RELATIVE_URI')
  const full = context.variable('AWS_CONTAINER_CREDENTIALS_FULL_URI')
  if (!relative && !full) return undefined
  const { fromHttp } = await import('@aws-sdk/credential-provider-http')
  const token = await containerToken(context)
  return await fromHttp({
    ...(relative ? { awsContainerCredentialsRelativeUri: relative } : {}),
    ...(full && !relative ? { awsContainerCredentialsFullUri: full } : {}),
    ...(token !== undefined && { awsContainerAuthorizationToken: token }),
    // Ours repeats, and sooner.
    maxRetries: 0,
    logger: quiet,
  })()
}

/** The SDK does not trim it: a file that ends in a newline makes a header that can't be sent. */
async function containerToken(context: FetchContext): Promise<string | undefined> {
  const source = 'AWS_CONTAINER_AUTHORIZATION_TOKEN'
  const path = context.variable(`${source}_FILE`)
  const text = path
    ? await readSettingsFile(path, `${source}_FILE`, context.signal)
    : context.variable(source)
  const token = text?.trim()
  if (!token) return undefined
  context.conceal(token)
  return token
}

async function ofInstance(context: FetchContext): Promise<AwsCredentials | undefined> {
  const disabled = context.variable('AWS_EC2_METADATA_DISABLED')
  if (disabled && disabled.toLowerCase() !== 'false') return undefined
  const { fromInstanceMetadata } = await import('@smithy/credential-provider-imds')
  try {
    return await fromInstanceMetadata({
      timeout: 1000,
      maxRetries: 1,
      logger: quiet,
      // Version 1 answers anyone who can make a program send a request.
      ec2MetadataV1Disabled: true,
    })()
  } catch (error) {
    const isAnswer = error instanceof Error && 'statusCode' in error
    if (!isAnswer) return undefined
    throw error
  }
}
