/** AWS by every way to get credentials, so that each of the SDK's bundles is trained. */
import { createHash, generateKeyPairSync } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { join } from 'node:path'
import type { Workload } from './workloads.ts'

type Variables = Readonly<Record<string, string>>

const identity = { AccessKeyId: 'AKIATRAINING', SecretAccessKey: 'of-no-value' }
const role = 'arn:aws:iam::123456789012:role/training'

/** Runs against `address`, which answers with {@link answerAsAws}; `folder` is a home. */
export async function listAwsWorkloads(folder: string, address: string): Promise<Workload[]> {
  await writeHome(folder)
  const common = { AWS_REGION: 'eu-west-1', AWS_ENDPOINT_URL: address, HOME: folder }
  const keys = { AWS_ACCESS_KEY_ID: identity.AccessKeyId, AWS_SECRET_ACCESS_KEY: 'of-no-value' }
  const one = { ONE: 'aws-sm:one#name' }
  const many = { ...one, TWO: 'aws-sm:two', THREE: 'aws-ssm:/three', FOUR: 'aws-ssm:/four' }
  const paths = { ALL: 'aws-ssm:/all/', ONE: 'aws-ssm:/one', OLD: 'aws-sm:one?version-stage=OLD' }
  const run = (name: string, more: Variables): Workload => {
    return { name, variables: { ...common, ...more }, rest: ['--', 'true'], status: 0 }
  }
  const emptyHome = { HOME: join(folder, 'empty') }
  return [
    run('aws', { ...keys, ...one, ...emptyHome }),
    run('aws in batches', { ...keys, ...many, ...emptyHome }),
    run('aws by path', { ...keys, ...paths, ...emptyHome }),
    run('aws role', { ...keys, ...emptyHome, ONE: `aws-sm:one?role-arn=${role}` }),
    run('aws profile', { ...one, AWS_PROFILE: 'keys' }),
    run('aws role of a profile', { ...one, ...keys, AWS_PROFILE: 'role' }),
    run('aws role of the environment', { ...one, ...keys, AWS_PROFILE: 'environment' }),
    run('aws role of a container', {
      ...one,
      AWS_PROFILE: 'container',
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${address}/container`,
    }),
    run('aws helper', { ...one, AWS_PROFILE: 'helper' }),
    run('aws single sign-on', { ...one, AWS_PROFILE: 'sso' }),
    run('aws login', { ...one, AWS_PROFILE: 'login' }),
    run('aws web identity', {
      ...one,
      ...emptyHome,
      AWS_ROLE_ARN: role,
      AWS_WEB_IDENTITY_TOKEN_FILE: join(folder, 'token'),
    }),
    run('aws web identity of a profile', { ...one, AWS_PROFILE: 'web' }),
    run('aws container', {
      ...one,
      ...emptyHome,
      AWS_CONTAINER_CREDENTIALS_FULL_URI: `${address}/container`,
    }),
    run('aws instance', {
      ...one,
      ...emptyHome,
      AWS_EC2_METADATA_SERVICE_ENDPOINT: address,
    }),
  ]
}

async function writeHome(folder: string): Promise<void> {
  const cache = join(folder, '.aws', 'sso', 'cache')
  const logins = join(folder, '.aws', 'login', 'cache')
  await mkdir(cache, { recursive: true })
  await mkdir(logins, { recursive: true })
  await writeFile(join(folder, 'token'), 'training')
  const session = 'arn:aws:sts::123456789012:assumed-role/training/training'
  const helper = JSON.stringify({ Version: 1, ...identity })
  const profiles = [
    '[profile keys]',
    'aws_access_key_id = AKIATRAINING',
    'aws_secret_access_key = of-no-value',
    '[profile role]',
    `role_arn = ${role}`,
    'source_profile = keys',
    '[profile environment]',
    `role_arn = ${role}`,
    'credential_source = Environment',
    '[profile container]',
    `role_arn = ${role}`,
    'credential_source = EcsContainer',
    '[profile helper]',
    `credential_process = echo '${helper}'`,
    '[profile web]',
    `role_arn = ${role}`,
    `web_identity_token_file = ${join(folder, 'token')}`,
    '[profile sso]',
    'sso_session = training',
    'sso_account_id = 123456789012',
    'sso_role_name = training',
    '[sso-session training]',
    'sso_start_url = https://training.invalid/start',
    'sso_region = eu-west-1',
    '[profile login]',
    `login_session = ${session}`,
  ]
  await writeFile(join(folder, '.aws', 'config'), `${profiles.join('\n')}\n`)
  const past = new Date(0).toISOString()
  const client = { clientId: 'training', refreshToken: 'training' }
  const token = { accessToken: 'training', expiresAt: past, clientSecret: 'training', ...client }
  const digest = (algorithm: string, text: string) =>
    createHash(algorithm).update(text).digest('hex')
  await writeFile(join(cache, `${digest('sha1', 'training')}.json`), JSON.stringify(token))
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const login = {
    accessToken: { ...camelCase(identity), accountId: '123456789012', expiresAt: past },
    dpopKey: privateKey.export({ type: 'sec1', format: 'pem' }),
    ...client,
  }
  await writeFile(join(logins, `${digest('sha256', session)}.json`), JSON.stringify(login))
}

function camelCase(members: Variables): Variables {
  const lower = (name: string) => name.slice(0, 1).toLowerCase() + name.slice(1)
  return Object.fromEntries(Object.entries(members).map(([name, value]) => [lower(name), value]))
}

/** Answers as AWS does, for training only; the product is never tested against it. */
export function answerAsAws(request: IncomingMessage, response: ServerResponse): boolean {
  const target = String(request.headers['x-amz-target'] ?? '').replace(/^.*\./, '')
  const { url = '' } = request
  const known = targets[target] ?? paths.find(([path]) => url.startsWith(path))?.[1]
  if (known !== undefined) {
    response.setHeader('content-type', 'application/x-amz-json-1.1')
    response.end(typeof known === 'string' ? known : JSON.stringify(known))
    return true
  }
  if (request.headers['content-type'] !== 'application/x-www-form-urlencoded') return false
  let body = ''
  request.setEncoding('utf8').on('data', (text: string) => {
    body += text
  })
  request.on('end', () => {
    const action = body.includes('WebIdentity') ? 'AssumeRoleWithWebIdentity' : 'AssumeRole'
    response.setHeader('content-type', 'text/xml')
    response.end(assumed(action))
  })
  return true
}

const secret = (name: string) => ({
  ARN: `arn:aws:secretsmanager:eu-west-1:123456789012:secret:${name}-AbCdEf`,
  Name: name,
  SecretString: '{"name":"value"}',
  VersionStages: ['AWSCURRENT', 'OLD'],
  CreatedDate: 1,
})
const parameter = (name: string) => ({ Name: name, Type: 'SecureString', Value: 'value' })

const targets: Readonly<Record<string, object>> = {
  GetSecretValue: secret('one'),
  BatchGetSecretValue: { SecretValues: [secret('one'), secret('two')], Errors: [] },
  GetParameter: { Parameter: parameter('/one') },
  GetParameters: { Parameters: [parameter('/three'), parameter('/four')], InvalidParameters: [] },
  GetParametersByPath: { Parameters: [parameter('/all/one')] },
}

const later = new Date(Date.now() + 3_600_000).toISOString()
const temporary = { ...identity, Token: 'training', Expiration: later }
const signedIn = { ...camelCase(identity), sessionToken: 'training' }

const paths: readonly (readonly [path: string, answer: object | string])[] = [
  ['/container', temporary],
  ['/latest/api/token', 'training'],
  ['/latest/meta-data/iam/security-credentials/training', { Code: 'Success', ...temporary }],
  ['/latest/meta-data/iam/security-credentials/', 'training'],
  ['/federation/credentials', { roleCredentials: { ...signedIn, expiration: 9_999_999_999_999 } }],
  ['/token', { accessToken: 'training', expiresIn: 3600, refreshToken: 'training' }],
  ['/v1/token', { accessToken: signedIn, expiresIn: 3600, refreshToken: 'training' }],
]

function assumed(action: string): string {
  const credentials = Object.entries({ ...identity, SessionToken: 'training', Expiration: later })
  const members = credentials.map(([name, value]) => `<${name}>${value}</${name}>`).join('')
  const user = `<Arn>${role}</Arn><AssumedRoleId>A:b</AssumedRoleId>`
  const result = `<Credentials>${members}</Credentials><AssumedRoleUser>${user}</AssumedRoleUser>`
  const answer = `<${action}Result>${result}</${action}Result>`
  const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/'
  return `<${action}Response xmlns="${namespace}">${answer}</${action}Response>`
}
