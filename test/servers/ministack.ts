/**
 * A stand-in for AWS that verifies signatures and policies, for as long as a test file runs.
 *
 * Where ministack 1.5.33 is not like AWS (measured; AWS as documented, or as moto has it):
 *
 * | | ministack | AWS |
 * |---|---|---|
 * | policies on ssm:GetParameters | resource is always `*` | every parameter that is named |
 * | BatchGetSecretValue | any number of names, no NextToken | 20 names, pages |
 * | GetParameters | any number of names, also one twice | 10 names |
 * | /aws/reference/secretsmanager/ | an invalid parameter | the secret |
 * | part of a secret's ARN | any beginning of it | only all but the six random characters |
 * | VersionId and VersionStage | only VersionId counts | must belong together |
 * | no value in the version | answer without a value | ResourceNotFoundException |
 * | kms:Decrypt | never asked for | needed for a customer's key |
 * | AccessDeniedException | 403 for secrets, does not name the secret | 400, names it |
 * | size of a secret | unlimited | 64 KiB |
 * | web identity | the token's signature is not looked at | verified |
 *
 * The keys that its metadata service hands out it does not know itself; see aws-world.ts.
 */
import { installMinistack } from '../../scripts/install-aws.ts'
import { type AwsServer, awsServer } from './aws-api.ts'
import { pythonServer } from './python-server.ts'
import type { Credentials } from './sigv4.ts'

export interface Ministack extends AwsServer {
  /** A new user with these rights and no others. */
  user(...rights: readonly Right[]): Promise<Credentials>
  /** Temporary credentials, with a session token, of a new role with these rights. */
  session(...rights: readonly Right[]): Promise<Credentials>
  /** A new role for the bearer of `token`, which is as Kubernetes mounts it, but not signed. */
  webIdentity(...rights: readonly Right[]): Promise<{ roleArn: string; token: string }>
}
/** A statement of a policy. */
export interface Right {
  /** 'Allow' unless said otherwise. */
  readonly Effect?: 'Allow' | 'Deny'
  readonly Action: string | readonly string[]
  /** '*' unless said otherwise. */
  readonly Resource?: string | readonly string[]
}

/** Neither its signatures nor its rights are verified, so it only makes the first user. */
const creator: Credentials = { accessKeyId: 'AKIACREATOROFALL0000', secretAccessKey: 'creator' }
const account = '000000000000'

/**
 * Starts on a free port; takes about half a second.
 *
 * With `auth`, signatures, session tokens and IAM policies are verified; without, any credentials
 * will do. It is the metadata service of EC2 as well, at /latest/: without `imdsV2` it answers
 * requests without a token too.
 */
export async function ministack(
  options: { auth?: boolean; imdsV2?: boolean } = {},
): Promise<Ministack> {
  const server = await pythonServer(installMinistack(), ['ministack'], '/_ministack/health', {
    GATEWAY_PORT: '0',
    BIND_HOST: '127.0.0.1',
    AUTH: String(options.auth ?? false),
    MINISTACK_IMDS_V2_REQUIRED: String(options.imdsV2 ?? false),
    MINISTACK_ACCOUNT_ID: account,
    AWS_ACCESS_KEY_ID: creator.accessKeyId,
    AWS_SECRET_ACCESS_KEY: creator.secretAccessKey,
    // It would listen at fixed ports, and look for containers that it could have left behind.
    IOT_MTLS_ENABLED: '0',
    SFTP_ENABLED: '0',
    DOCKER_HOST: 'unix:///nonexistent',
  })
  const { address, stop } = server
  try {
    const first = withIdentities(awsServer(address, account, creator, stop))
    const root = await first.user({ Action: '*' })
    return withIdentities(awsServer(address, account, root, stop))
  } catch (error) {
    await stop()
    throw error
  }
}

function withIdentities(server: AwsServer): Ministack {
  const { api } = server
  const newRole = async (principal: object, action: string, rights: readonly Right[]) => {
    const name = newName('role')
    const trust = documentOf({ Effect: 'Allow', Principal: principal, Action: action })
    const body = { RoleName: name, AssumeRolePolicyDocument: trust }
    const { Arn } = await api('iam', 'CreateRole', body)
    const policy = { PolicyName: 'rights', PolicyDocument: policyOf(rights) }
    await api('iam', 'PutRolePolicy', { RoleName: name, ...policy })
    return String(Arn)
  }
  const newUser = async (rights: readonly Right[]): Promise<Credentials> => {
    const name = newName('user')
    await api('iam', 'CreateUser', { UserName: name })
    const policy = { PolicyName: 'rights', PolicyDocument: policyOf(rights) }
    await api('iam', 'PutUserPolicy', { UserName: name, ...policy })
    const key = await api('iam', 'CreateAccessKey', { UserName: name })
    const { AccessKeyId, SecretAccessKey } = key
    return { accessKeyId: String(AccessKeyId), secretAccessKey: String(SecretAccessKey) }
  }
  return {
    ...server,
    user: (...rights) => newUser(rights),
    async session(...rights) {
      const principal = { AWS: `arn:aws:iam::${account}:root` }
      const arn = await newRole(principal, 'sts:AssumeRole', rights)
      const body = { RoleArn: arn, RoleSessionName: 'test' }
      const { AccessKeyId, SecretAccessKey, SessionToken } = await api('sts', 'AssumeRole', body)
      return {
        accessKeyId: String(AccessKeyId),
        secretAccessKey: String(SecretAccessKey),
        sessionToken: String(SessionToken),
      }
    },
    async webIdentity(...rights) {
      const principal = { Federated: `arn:aws:iam::${account}:oidc-provider/${issuer}` }
      const roleArn = await newRole(principal, 'sts:AssumeRoleWithWebIdentity', rights)
      return { roleArn, token: serviceAccountToken }
    },
  }
}

let names = 0
const newName = (kind: string) => `${kind}-${++names}`

const issuer = 'oidc.test'

/** Of the shape of a token that Kubernetes gives a service account; nobody checks the signature. */
const serviceAccountToken = [
  { alg: 'RS256', kid: 'test' },
  {
    iss: `https://${issuer}`,
    sub: 'system:serviceaccount:default:app',
    aud: ['sts.amazonaws.com'],
    exp: 4_000_000_000,
  },
  'signature',
]
  .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .join('.')

function policyOf(rights: readonly Right[]): string {
  return documentOf(...rights.map(right => ({ Effect: 'Allow', Resource: '*', ...right })))
}

function documentOf(...statements: readonly object[]): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: statements })
}
