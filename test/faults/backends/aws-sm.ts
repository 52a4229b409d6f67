import { after } from 'node:test'
import { json } from '../../servers/hostile-http.ts'
import { type Ministack, ministack, type Right } from '../../servers/ministack.ts'
import { awsError } from '../../servers/recording-proxy.ts'
import type { Credentials } from '../../servers/sigv4.ts'
import type { Fault, FaultBackend, Scene } from './backend.ts'

const environment = (address: string): Scene => ({
  AWS_ENDPOINT_URL: address,
  AWS_REGION: 'eu-west-1',
  AWS_ACCESS_KEY_ID: 'AKIAOFTHISTEST000000',
  AWS_SECRET_ACCESS_KEY: 'canary-of-the-key',
  // The machine that runs the tests may have an identity of its own.
  AWS_EC2_METADATA_DISABLED: 'true',
  HOME: '/nonexistent',
})

const good = json(200, { Name: 'app', SecretString: '{"password":"canary-secret"}' })

let running: Promise<Ministack> | undefined
after(async () => await (await running)?.stop())

/** The one server that verifies signatures and policies. */
async function server(): Promise<Ministack> {
  running ??= ministack({ auth: true })
  return await running
}

/** As someone with these rights. */
async function asUser(rights: readonly Right[], more: Scene = {}): Promise<Scene> {
  const aws = await server()
  return {
    ...environment(aws.address),
    ...(await aws.variables(await aws.user(...rights))),
    ...more,
  }
}

const reader: Right = { Action: 'secretsmanager:GetSecretValue' }

/** A secret of its own for each fault. */
async function having(name: string, value: string): Promise<Ministack> {
  const aws = await server()
  await aws.createSecret(name, value)
  return aws
}

/** What AWS says, with all that must not be shown. */
const says = (status: number, code: string, message = 'canary'): Fault['arrange'] => {
  return async stage => environment(await stage.http(awsError(status, code, message)))
}

const none = { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' }

const refused: Fault[] = [
  {
    name: 'forbidden',
    situation: 'no policy of the user allows to read the secret',
    arrange: async () => {
      await having('forbidden', 'canary')
      return await asUser([{ Action: 'ssm:*' }], { DB_PASSWORD: 'aws-sm:forbidden' })
    },
  },
  {
    name: 'forbidden-explicitly',
    situation: 'a policy of the organization denies it',
    arrange: says(
      400,
      'AccessDeniedException',
      'User: arn:aws:sts::123456789012:assumed-role/web/i-1 is not authorized to perform: ' +
        'secretsmanager:GetSecretValue with an explicit deny in a service control policy canary',
    ),
  },
  {
    name: 'forbidden-unnamed',
    situation: 'access is denied, without a word about to whom',
    arrange: says(400, 'AccessDeniedException'),
  },
  {
    name: 'forbidden-key',
    situation: 'the KMS key of the secret may not be used',
    arrange: says(400, 'AccessDeniedException', 'Access to KMS is not allowed: canary'),
  },
  {
    name: 'disabled-key',
    situation: 'the KMS key of the secret is disabled',
    arrange: says(400, 'DecryptionFailure'),
  },
  {
    name: 'forbidden-role',
    situation: 'the role of the reference may not be assumed',
    arrange: async () => {
      const role = 'arn:aws:iam::000000000000:role/nobody'
      return await asUser([reader], { DB_PASSWORD: `aws-sm:app?role-arn=${role}` })
    },
  },
  {
    name: 'expired-token',
    situation: 'the session token has expired',
    arrange: says(400, 'ExpiredTokenException'),
  },
  {
    name: 'unknown-key',
    situation: 'AWS does not know the access key',
    arrange: async () => environment((await server()).address),
  },
  {
    name: 'wrong-key',
    situation: 'the secret access key is another one',
    arrange: async () => {
      const aws = await server()
      const user: Credentials = { ...(await aws.user(reader)), secretAccessKey: 'canary-of-key' }
      return { ...environment(aws.address), ...aws.variables(user) }
    },
  },
  {
    name: 'clock',
    situation: 'the clock of this machine is wrong, and the server does not say the time',
    arrange: says(403, 'InvalidSignatureException', 'Signature expired: canary'),
  },
  {
    name: 'region-not-enabled',
    situation: 'the account has not enabled the region',
    arrange: says(403, 'OptInRequired'),
  },
]

const missing: Fault[] = [
  {
    name: 'missing-secret',
    situation: 'there is no secret of that name',
    arrange: () => asUser([reader], { DB_PASSWORD: 'aws-sm:none' }),
  },
  {
    name: 'wrong-region',
    situation: 'the secret is in another region',
    arrange: async () => {
      await having('elsewhere', 'canary')
      return await asUser([reader], { DB_PASSWORD: 'aws-sm:elsewhere?region=us-east-1' })
    },
  },
  {
    name: 'missing-key',
    situation: 'the secret has other keys',
    arrange: async () => {
      await having('keys', '{"canary":"canary"}')
      return await asUser([reader], { DB_PASSWORD: 'aws-sm:keys#password' })
    },
  },
  {
    name: 'no-keys',
    situation: 'the secret is no JSON, and so has no keys',
    arrange: async () => {
      await having('plain', 'canary')
      return await asUser([reader], { DB_PASSWORD: 'aws-sm:plain#password' })
    },
  },
  {
    name: 'missing-version',
    situation: 'no version has that stage',
    arrange: async () => {
      await having('staged', 'canary')
      return await asUser([reader], { DB_PASSWORD: 'aws-sm:staged?version-stage=BLUE' })
    },
  },
  {
    name: 'marked-for-deletion',
    situation: 'the secret is marked for deletion',
    arrange: async () => {
      const aws = await having('gone', 'canary')
      const body = { SecretId: 'gone', RecoveryWindowInDays: 7 }
      await aws.api('secretsmanager', 'DeleteSecret', body)
      return await asUser([reader], { DB_PASSWORD: 'aws-sm:gone' })
    },
  },
]

const settings: Fault[] = [
  {
    name: 'no-credentials',
    situation: 'there are no credentials anywhere',
    arrange: () => ({ ...environment('http://127.0.0.1:1'), ...none }),
  },
  {
    name: 'half-a-key',
    situation: 'the secret half of the key is not set',
    arrange: () => ({ ...environment('http://127.0.0.1:1'), AWS_SECRET_ACCESS_KEY: '' }),
  },
  {
    name: 'no-region',
    situation: 'nothing says which region',
    arrange: () => ({ ...environment('http://127.0.0.1:1'), AWS_REGION: '' }),
  },
  {
    name: 'no-word-of-a-region',
    situation: 'what should be a region is something else',
    arrange: () => ({ ...environment('http://127.0.0.1:1'), AWS_REGION: 'canary canary' }),
  },
  {
    name: 'no-such-region',
    situation: 'there is no such region, so its host is not found',
    arrange: () => ({
      ...environment(''),
      DB_PASSWORD: 'aws-sm:app?region=xx-nowhere-1',
    }),
  },
  {
    name: 'no-such-profile',
    situation: 'AWS_PROFILE names a profile that is not there',
    arrange: () => ({ ...environment('http://127.0.0.1:1'), AWS_PROFILE: 'canary' }),
  },
  {
    name: 'no-token-file',
    situation: 'the token of the service account is not mounted',
    arrange: () => ({
      ...environment('http://127.0.0.1:1'),
      ...none,
      AWS_ROLE_ARN: 'arn:aws:iam::123456789012:role/web',
      AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent/token',
    }),
  },
  {
    name: 'untrusted-identity',
    situation: 'the role does not trust the service account',
    arrange: async stage => {
      const aws = await server()
      const { roleArn, token } = await aws.webIdentity(reader)
      return {
        ...environment(aws.address),
        ...none,
        AWS_ROLE_ARN: roleArn.replace(/[^/]+$/, 'another'),
        AWS_WEB_IDENTITY_TOKEN_FILE: stage.file('token', token),
      }
    },
  },
  {
    name: 'no-address',
    situation: 'the endpoint is no address',
    arrange: () => environment('localhost:4566/canary'),
  },
]

export const backend: FaultBackend = {
  name: 'aws-sm',
  reference: 'aws-sm:app#password',
  environment,
  good,
  faults: [...refused, ...missing, ...settings],
}
