/** The built program where AWS runs containers: credentials from the true link-local addresses. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type AwsWorld, awsWorld } from '../servers/aws-world.ts'

const rights = [{ Action: 'secretsmanager:*' }]
const reveal = ['--deliver=env', '--', 'sh', '-c', 'printf %s "$PASSWORD"']
const reference = { PASSWORD: 'aws-sm:app#password' }

async function prepare(t: Parameters<typeof awsWorld>[0], tokenEnd = ''): Promise<AwsWorld> {
  const world = await awsWorld(t, { rights, tokenEnd })
  await world.aws.createSecret('app', '{"password":"canary-of-aws"}')
  return world
}

async function resolveAs(world: AwsWorld, variables: Readonly<Record<string, string>>) {
  const env = { ...world.variables.region, ...reference, ...variables }
  const { status, stdout, stderr } = await world.network.confide(reveal, { env })
  return { status, stdout: stdout.toString(), stderr }
}

const resolved = { status: 0, stdout: 'canary-of-aws', stderr: '' }

test('an instance: IMDSv2 with a session token of its own', async t => {
  const world = await prepare(t)
  assert.deepEqual(await resolveAs(world, {}), resolved)
  const [first] = world.imds.requests
  assert.deepEqual([first?.method, first?.url], ['PUT', '/latest/api/token'])
  for (const { headers } of world.imds.requests.slice(1)) {
    assert.ok(headers['x-aws-ec2-metadata-token'])
  }
})

test('a task of ECS', async t => {
  const world = await prepare(t)
  assert.deepEqual(await resolveAs(world, world.variables.ecs), resolved)
  assert.equal(world.imds.requests.length, 0)
})

test('a pod with EKS Pod Identity, by IPv4 and IPv6, with a newline behind its token', async t => {
  const world = await prepare(t, '\n')
  assert.deepEqual(await resolveAs(world, world.variables.podIdentity), resolved)
  if (world.network.hasIpv6) {
    assert.deepEqual(await resolveAs(world, world.variables.podIdentity6), resolved)
  } else t.diagnostic('the kernel has no IPv6')
})

test('a pod with a role of its service account (IRSA)', async t => {
  const world = await prepare(t)
  assert.deepEqual(await resolveAs(world, world.variables.webIdentity), resolved)
  const first = world.endpoint.requests[0]
  assert.deepEqual([first?.action, first?.accessKeyId], ['AssumeRoleWithWebIdentity', undefined])
})

test('no service at all: what is missing is told, and the command does not start', async t => {
  const world = await prepare(t)
  const disabled = { AWS_EC2_METADATA_DISABLED: 'true' }
  const { status, stdout, stderr } = await resolveAs(world, disabled)
  assert.deepEqual([status, stdout], [78, ''])
  assert.match(stderr, /cannot fetch PASSWORD from aws-sm:app#password: there are no AWS cred/)
})

test('proxies are not asked for what is link-local', async t => {
  const world = await prepare(t)
  const HTTP_PROXY = 'http://127.0.0.1:9'
  const { status } = await resolveAs(world, { ...world.variables.ecs, HTTP_PROXY })
  assert.equal(status, 0)
})
