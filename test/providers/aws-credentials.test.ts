/** Where credentials come from, and who is asked for as whom; each against verified signatures. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test, type TestContext } from 'node:test'
import { awsSm } from '../../src/providers/aws-sm.ts'
import { temporaryDirectory } from '../runs.ts'
import { contextOf, fetchText, type Result } from '../servers/context.ts'
import { documentOf } from '../servers/fake-credentials.ts'
import { type HostileServer, hostileServer, json } from '../servers/hostile-http.ts'
import { type Ministack, ministack } from '../servers/ministack.ts'
import { recordingProxy } from '../servers/recording-proxy.ts'
import type { Credentials } from '../servers/sigv4.ts'

let aws: Ministack
let user: Credentials
let session: Credentials
const rights = { Action: 'secretsmanager:GetSecretValue' }
before(async () => {
  aws = await ministack({ auth: true })
  await aws.createSecret('app', 'found')
  user = await aws.user(rights)
  session = await aws.session(rights)
})
after(() => aws.stop())

/** What any container at AWS has, without credentials. */
const place = (): Record<string, string> => ({
  AWS_REGION: 'eu-west-1',
  AWS_ENDPOINT_URL: aws.address,
  AWS_EC2_METADATA_DISABLED: 'true',
  HOME: '/nonexistent',
})

async function fetchWith(variables: Record<string, string>): Promise<Result> {
  return await fetchText(
    awsSm,
    'aws-sm:app',
    contextOf({ variables: { ...place(), ...variables } }),
  )
}

function failureOf(result: Result): Exclude<Result, string> {
  assert.ok(typeof result === 'object', `no failure: ${result}`)
  return result
}

/** A home with the two files of the AWS CLI. */
function homeWith(t: TestContext, config: string, credentials?: string): string {
  const home = temporaryDirectory(t)
  mkdirSync(join(home, '.aws'))
  writeFileSync(join(home, '.aws', 'config'), config)
  if (credentials !== undefined) writeFileSync(join(home, '.aws', 'credentials'), credentials)
  return home
}

const keysOf = ({ accessKeyId, secretAccessKey, sessionToken }: Credentials): string => {
  const token = sessionToken === undefined ? '' : `aws_session_token = ${sessionToken}\n`
  return `aws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n${token}`
}

/** Any local service of the containers' protocol, such as a sidecar of one's own. */
async function startAgent(t: TestContext, token: string): Promise<HostileServer> {
  const agent = await hostileServer((request, response, count) => {
    const isKnown = request.headers.authorization === token
    const status = count === 1 ? 503 : isKnown ? 200 : 401
    json(status, status === 200 ? documentOf({ credentials: session }) : {})(request, response)
  })
  t.after(() => agent.stop())
  return agent
}

test('keys of the environment, with a session token or without, and a newline behind', async () => {
  for (const { accessKeyId, secretAccessKey, sessionToken } of [user, session]) {
    const variables = {
      AWS_ACCESS_KEY_ID: `${accessKeyId}\n`,
      AWS_SECRET_ACCESS_KEY: `${secretAccessKey}\n`,
      ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
    }
    assert.equal(await fetchWith(variables), 'found')
  }
})

test('half a key is an error, not a reason to be somebody else', async t => {
  const HOME = homeWith(t, '', `[default]\n${keysOf(user)}`)
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) {
    const result = failureOf(await fetchWith({ HOME, [name]: 'half' }))
    assert.equal(result.kind, 'configuration')
    assert.match(result.message, /is not set, but the other half of the key is/)
  }
})

test('the default profile, the one of AWS_PROFILE, and files in other places', async t => {
  const wrong = keysOf({ accessKeyId: 'AKIAWRONG00000000000', secretAccessKey: 'wrong' })
  const HOME = homeWith(t, '', `[default]\n${keysOf(user)}\n[other]\n${wrong}`)
  assert.equal(await fetchWith({ HOME }), 'found')
  assert.equal(failureOf(await fetchWith({ HOME, AWS_PROFILE: 'other' })).kind, 'permission')
  const file = join(HOME, 'elsewhere')
  writeFileSync(file, `[ci]\n${keysOf(session)}`)
  const elsewhere = { AWS_SHARED_CREDENTIALS_FILE: file, AWS_PROFILE: 'ci' }
  assert.equal(await fetchWith(elsewhere), 'found')
})

test('a profile that AWS_PROFILE names must be there, whatever else could be used', async t => {
  const HOME = homeWith(t, '', `[default]\n${keysOf(user)}`)
  const keys = { AWS_ACCESS_KEY_ID: 'a', AWS_SECRET_ACCESS_KEY: 'b' }
  const result = failureOf(await fetchWith({ HOME, AWS_PROFILE: 'canary', ...keys }))
  assert.equal(result.kind, 'configuration')
  assert.match(result.message, /the profile of AWS_PROFILE, or its source_profile, does not exist/)
})

test('region and endpoint come from the profile where the environment has none', async t => {
  const config = `[default]\nregion = eu-west-1\nendpoint_url = ${aws.address}\n${keysOf(user)}`
  const HOME = homeWith(t, config)
  const variables = { HOME, AWS_REGION: '', AWS_ENDPOINT_URL: '' }
  assert.equal(await fetchWith(variables), 'found')
})

test('a default profile that is broken, or may not be read, ends the search', async t => {
  const agent = await startAgent(t, 'token')
  const others = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.address}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token',
  }
  const role = 'role_arn = arn:aws:iam::000000000000:role/x'
  const broken = [
    `${role}\nsource_profile = nosuch`,
    role,
    'aws_access_key_id = AKIAHALF000000000000',
    'web_identity_token_file = /nonexistent',
  ]
  for (const lines of broken) {
    const HOME = homeWith(t, `[default]\n${lines}\n`)
    const result = failureOf(await fetchWith({ HOME, ...others }))
    assert.match(result.kind, /configuration|permission/, lines)
  }
  const HOME = homeWith(t, '', '[default]\n')
  const directory = failureOf(await fetchWith({ HOME, ...others, AWS_CONFIG_FILE: '/tmp' }))
  assert.deepEqual([directory.kind, agent.requests.length], ['configuration', 0])
  const half = { ...others, AWS_WEB_IDENTITY_TOKEN_FILE: '/nonexistent' }
  assert.match(failureOf(await fetchWith(half)).message, /AWS_ROLE_ARN is not$/)
})

test('a profile without a region is no fault of ours', async t => {
  const HOME = homeWith(t, `[default]\n${keysOf(user)}`)
  const result = failureOf(await fetchWith({ HOME, AWS_REGION: '' }))
  assert.deepEqual([result.kind, result.message], ['configuration', 'there is no region'])
})

test('a default profile without credentials leaves the word to those behind it', async t => {
  const HOME = homeWith(t, '[default]\nregion = eu-west-1\n')
  const agent = await startAgent(t, 'token')
  const variables = {
    HOME,
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.address}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN: 'token',
  }
  assert.equal(await fetchWith(variables), 'found')
})

test('a profile that assumes a role with the keys of another, or of the environment', async t => {
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
  const documented = (Statement: object) => JSON.stringify({ Version: '2012-10-17', Statement })
  const role = { RoleName: 'reader', AssumeRolePolicyDocument: documented(trust) }
  const { Arn: arn } = await aws.api('iam', 'CreateRole', role)
  const PolicyDocument = documented({ Effect: 'Allow', Resource: '*', ...rights })
  await aws.api('iam', 'PutRolePolicy', { RoleName: 'reader', PolicyName: 'p', PolicyDocument })
  const assumer = await aws.user({ Action: 'sts:AssumeRole' })
  const config = [
    `[profile keys]\n${keysOf(assumer)}`,
    `[profile role]\nrole_arn = ${String(arn)}\nsource_profile = keys`,
    `[profile environment]\nrole_arn = ${String(arn)}\ncredential_source = Environment`,
  ]
  const HOME = homeWith(t, config.join('\n'))
  assert.equal(await fetchWith({ HOME, AWS_PROFILE: 'role' }), 'found')
  const keys = {
    AWS_ACCESS_KEY_ID: assumer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: assumer.secretAccessKey,
  }
  assert.equal(await fetchWith({ HOME, AWS_PROFILE: 'environment', ...keys }), 'found')
  assert.equal(failureOf(await fetchWith({ HOME, ...keys })).kind, 'permission')
})

test('a helper program gives credentials, and none of what it says when it fails', async t => {
  const document = JSON.stringify({ Version: 1, ...documentOf({ credentials: session }) })
  const file = join(temporaryDirectory(t), 'answer')
  writeFileSync(file, document.replace('"Token"', '"SessionToken"'))
  const PATH = String(process.env['PATH'])
  // The SDK reads each file once, so each helper has a home of its own.
  const fetchBy = async (command: string) => {
    const HOME = homeWith(t, `[profile h]\ncredential_process = ${command}\n`)
    return await fetchWith({ HOME, PATH, AWS_PROFILE: 'h' })
  }
  assert.equal(await fetchBy(`cat ${file}`), 'found')
  for (const command of ['echo canary', 'echo canary >&2; exit 3', '/nonexistent/canary']) {
    const result = failureOf(await fetchBy(command))
    assert.match(result.message, /^the credential_process of the profile gave no credentials/)
    assert.ok(!JSON.stringify(result).includes('canary'))
  }
})

test('a profile that asks for an MFA code says so, which nobody could type', async t => {
  const config = [
    '[profile mfa]',
    'role_arn = arn:aws:iam::000000000000:role/x',
    'source_profile = keys',
    'mfa_serial = arn:aws:iam::000000000000:mfa/me',
    `[profile keys]\n${keysOf(user)}`,
  ]
  const HOME = homeWith(t, config.join('\n'))
  const result = failureOf(await fetchWith({ HOME, AWS_PROFILE: 'mfa' }))
  assert.match(result.message, /^the profile asks for an MFA code/)
})

test('single sign-on uses the token of aws sso login, against a fake portal', async t => {
  const { accessKeyId, secretAccessKey, sessionToken } = session
  const credentials = { accessKeyId, secretAccessKey, sessionToken, expiration: 9_999_999_999_999 }
  const portal = await hostileServer(json(200, { roleCredentials: credentials }))
  t.after(() => portal.stop())
  const config = [
    '[profile sso]',
    'sso_session = corporate',
    'sso_account_id = 000000000000',
    'sso_role_name = reader',
    '[sso-session corporate]',
    'sso_start_url = https://corporate.invalid/start',
    'sso_region = us-east-1',
  ]
  const HOME = homeWith(t, config.join('\n'))
  const cache = join(HOME, '.aws', 'sso', 'cache')
  mkdirSync(cache, { recursive: true })
  const name = createHash('sha1').update('corporate').digest('hex')
  const write = (expiresAt: Date) => {
    const token = { accessToken: 'portal-token', expiresAt: expiresAt.toISOString() }
    writeFileSync(join(cache, `${name}.json`), JSON.stringify(token))
  }
  const variables = { HOME, AWS_PROFILE: 'sso', AWS_ENDPOINT_URL_SSO: portal.address }
  write(new Date(Date.now() + 3_600_000))
  assert.equal(await fetchWith(variables), 'found')
  assert.equal(portal.requests[0]?.headers['x-amz-sso_bearer_token'], 'portal-token')
  write(new Date(0))
  const expired = failureOf(await fetchWith(variables))
  assert.equal(expired.kind, 'permission')
  assert.match(expired.message, /^the SSO session of the profile has ended/)
  assert.match(expired.hint ?? '', /aws sso login/)
  assert.match(readFileSync(join(cache, `${name}.json`), 'utf8'), /portal-token/)
})

test('web identity exchanges the token of the service account for its role', async t => {
  const { roleArn, token } = await aws.webIdentity(rights)
  const file = join(temporaryDirectory(t), 'token')
  writeFileSync(file, `${token}\n`)
  const proxy = await recordingProxy(aws.address)
  t.after(() => proxy.stop())
  const variables = {
    AWS_ENDPOINT_URL: proxy.address,
    AWS_ROLE_ARN: roleArn,
    AWS_WEB_IDENTITY_TOKEN_FILE: file,
    AWS_ROLE_SESSION_NAME: 'my-session',
  }
  assert.equal(await fetchWith(variables), 'found')
  const asked = proxy.requests.find(({ action }) => action === 'AssumeRoleWithWebIdentity')
  assert.match(String(asked?.body), /RoleSessionName=my-session/)
  assert.equal(asked?.accessKeyId, undefined)
  const gone = failureOf(await fetchWith({ ...variables, AWS_WEB_IDENTITY_TOKEN_FILE: '/none' }))
  assert.equal(gone.kind, 'configuration')
  assert.match(gone.message, /AWS_WEB_IDENTITY_TOKEN_FILE/)
})

test("a container's token may end in a newline, and where it is wrong that is told", async t => {
  const agent = await startAgent(t, 'token')
  const directory = temporaryDirectory(t)
  const variables = {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${agent.address}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: join(directory, 'token'),
  }
  writeFileSync(join(directory, 'token'), 'token\n')
  assert.equal(await fetchWith(variables), 'found')
  writeFileSync(join(directory, 'token'), 'wrong')
  const wrong = failureOf(await fetchWith(variables))
  assert.equal(wrong.kind, 'permission')
  assert.match(wrong.message, /^the container .* gives no credentials/)
})

test('credentials of a container are only asked for where they may be', async () => {
  const variables = { AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://198.51.100.7/canary' }
  const result = failureOf(await fetchWith(variables))
  assert.equal(result.kind, 'permission')
  assert.ok(!JSON.stringify(result).includes('canary'))
})

test('the deadline ends the search for credentials', async t => {
  const silent = await hostileServer(() => {})
  t.after(() => silent.stop())
  const variables = {
    ...place(),
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `${silent.address}/v1/credentials`,
  }
  const context = contextOf({ variables, signal: AbortSignal.timeout(300) })
  const result = failureOf(await fetchText(awsSm, 'aws-sm:app', context))
  assert.equal(result.kind, 'temporary')
})

test('every credential that is read is kept out of what is printed', async t => {
  const HOME = homeWith(t, '', `[default]\n${keysOf(session)}`)
  const context = contextOf({ variables: { ...place(), HOME } })
  assert.equal(await fetchText(awsSm, 'aws-sm:app', context), 'found')
  assert.ok(context.concealed.includes(session.secretAccessKey))
  assert.ok(context.concealed.includes(String(session.sessionToken)))
})
