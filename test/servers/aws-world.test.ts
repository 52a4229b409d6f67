/** The credential services of a container refuse what Amazon's refuse, at their true addresses. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test, type TestContext } from 'node:test'
import { type AwsWorld, awsWorld } from './aws-world.ts'

const rights = [{ Action: 'secretsmanager:GetSecretValue' }]

async function worldWithSecret(t: TestContext, tokenEnd = ''): Promise<AwsWorld> {
  const world = await awsWorld(t, { rights, tokenEnd })
  await world.aws.createSecret('db', 's3cret')
  return world
}

/** What Amazon's SDK makes of the place; `variables` is all it knows. */
async function askSdk(world: AwsWorld, variables: Readonly<Record<string, string>>) {
  const program = [process.execPath, join(import.meta.dirname, 'ask-sdk.ts'), 'db']
  const env = { ...world.variables.region, ...variables }
  const { stdout } = await world.network.run(program, { env })
  return stdout.toString()
}

/** The status that an address inside answers with; 0 when there is no way to it. */
async function statusOf(world: AwsWorld, url: string, ...headers: string[]): Promise<number> {
  const ask = `
    const [url, ...headers] = process.argv.slice(1)
    const pairs = headers.map(header => header.split(': '))
    const answer = await fetch(url, { headers: pairs }).catch(() => ({ status: 0 }))
    process.stdout.write(String(answer.status))`
  const words = ['--input-type=module', '--eval', ask, url, ...headers]
  const { stdout, stderr } = await world.network.run([process.execPath, ...words])
  assert.match(stdout.toString(), /^\d+$/, stderr)
  return Number(stdout)
}

test("EC2's metadata service insists on its token, and its credentials are good", async t => {
  const world = await worldWithSecret(t)
  const path = '/latest/meta-data/iam/security-credentials/'
  assert.equal(await statusOf(world, `http://169.254.169.254${path}`), 401)
  assert.equal(await askSdk(world, {}), 's3cret')
  const [, token, role, document] = world.imds.requests
  assert.equal(`${token?.method} ${token?.url}`, 'PUT /latest/api/token')
  assert.equal(role?.url, path)
  assert.match(document?.url ?? '', /security-credentials\/.+/)
  assert.ok(document?.headers['x-aws-ec2-metadata-token'])
  assert.deepEqual(world.endpoint.actions, { GetSecretValue: 1 })
})

test('ECS gives credentials for the path of the task only', async t => {
  const world = await worldWithSecret(t)
  assert.equal(await askSdk(world, world.variables.ecs), 's3cret')
  assert.equal(world.ecs.requests.length, 1)
  const other = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/other' }
  assert.match(await askSdk(world, other), /^CredentialsProviderError/)
  assert.equal(world.imds.requests.length, 0)
})

test('EKS pod identity gives credentials for the token of the service account only', async t => {
  const world = await worldWithSecret(t)
  assert.equal(await askSdk(world, world.variables.podIdentity), 's3cret')
  if (world.network.hasIpv6) {
    assert.equal(await askSdk(world, world.variables.podIdentity6), 's3cret')
    assert.equal(world.podIdentity[1]?.requests.length, 1)
  }
  const url = 'http://169.254.170.23/v1/credentials'
  assert.equal(await statusOf(world, url), 400)
  assert.equal(await statusOf(world, url, 'authorization: a.b.c'), 400)
  assert.equal(world.podIdentity[0]?.requests.length, 3)
})

/** The trap that confide has to know: nobody would guess the newline from this message. */
test("Amazon's SDK fails when the token's file ends with a newline", async t => {
  const world = await worldWithSecret(t, '\n')
  const said = await askSdk(world, world.variables.podIdentity)
  assert.match(said, /not a valid container metadata service hostname/)
  assert.equal(world.podIdentity[0]?.requests.length, 0)
})

test('a web identity becomes a session of its role, and of no other', async t => {
  const world = await worldWithSecret(t)
  assert.equal(await askSdk(world, world.variables.webIdentity), 's3cret')
  assert.deepEqual(world.endpoint.actions, { AssumeRoleWithWebIdentity: 1, GetSecretValue: 1 })
  assert.equal(world.endpoint.requests[0]?.accessKeyId, undefined)
  const other = { ...world.variables.webIdentity, AWS_ROLE_ARN: world.otherRoleArn }
  assert.match(await askSdk(world, other), /AccessDenied/)
})

test('nothing else is reachable in there', async t => {
  const world = await worldWithSecret(t)
  assert.equal(await statusOf(world, world.aws.address), 0)
  assert.equal(await statusOf(world, 'http://198.51.100.1/'), 0)
  assert.notEqual(await statusOf(world, world.endpoint.address), 0)
})
