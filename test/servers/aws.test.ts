/** What the tests of AWS rely on: the stand-ins refuse what AWS refuses. Nothing here is ours. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import {
  BatchGetSecretValueCommand,
  GetSecretValueCommand,
  SecretsManagerClient,
} from '@aws-sdk/client-secrets-manager'
import { GetParametersCommand, SSMClient } from '@aws-sdk/client-ssm'
import type { AwsServer } from './aws-api.ts'
import { json } from './hostile-http.ts'
import { type Ministack, ministack } from './ministack.ts'
import { moto } from './moto.ts'
import { always, awsError, first, recordingProxy } from './recording-proxy.ts'
import type { Credentials } from './sigv4.ts'

let aws: Ministack
before(async () => {
  aws = await ministack({ auth: true })
  for (const name of ['one', 'two']) await aws.createSecret(name, `value of ${name}`)
})
after(() => aws.stop())

const GetSecretValue = 'secretsmanager:GetSecretValue'
const BatchGetSecretValue = 'secretsmanager:BatchGetSecretValue'
const onlyOne = 'arn:aws:secretsmanager:*:*:secret:one-??????'

function settings(server: AwsServer, credentials: Credentials, endpoint = server.address) {
  return { endpoint, region: server.region, credentials }
}

async function getSecret(
  credentials: Credentials,
  name = 'one',
  endpoint = aws.address,
): Promise<string | undefined> {
  const client = new SecretsManagerClient(settings(aws, credentials, endpoint))
  const answer = await client.send(new GetSecretValueCommand({ SecretId: name }))
  client.destroy()
  return answer.SecretString
}

async function getBatch(credentials: Credentials, ...names: string[]) {
  const client = new SecretsManagerClient(settings(aws, credentials))
  return await client.send(new BatchGetSecretValueCommand({ SecretIdList: names }))
}

test('ministack refuses a wrong signature, and a key that nobody has', async () => {
  assert.equal(await getSecret(aws.root), 'value of one')
  const wrong = { ...aws.root, secretAccessKey: 'wrong' }
  await assert.rejects(getSecret(wrong), { name: 'InvalidSignatureException' })
  const nobody = { accessKeyId: 'AKIANOBODY', secretAccessKey: 'wrong' }
  await assert.rejects(getSecret(nobody), { name: 'UnrecognizedClientException' })
})

test('ministack refuses temporary credentials without their token', async () => {
  const { sessionToken, ...rest } = await aws.session({ Action: GetSecretValue })
  assert.ok(sessionToken)
  assert.equal(await getSecret({ ...rest, sessionToken }), 'value of one')
  await assert.rejects(getSecret(rest), { name: 'UnrecognizedClientException' })
  await assert.rejects(getSecret({ ...rest, sessionToken: 'another' }))
})

test('ministack gives a user what the policy names, one by one and in a batch', async () => {
  const single = await aws.user({ Action: GetSecretValue, Resource: onlyOne })
  assert.equal(await getSecret(single), 'value of one')
  await assert.rejects(getSecret(single, 'two'), { name: 'AccessDeniedException' })
  await assert.rejects(getBatch(single, 'one'), { name: 'AccessDeniedException' })
  const batch = await aws.user(
    { Action: GetSecretValue, Resource: onlyOne },
    { Action: BatchGetSecretValue },
  )
  const { SecretValues, Errors } = await getBatch(batch, 'one', 'two', 'three')
  assert.deepEqual(
    SecretValues?.map(({ SecretString }) => SecretString),
    ['value of one'],
  )
  assert.deepEqual(
    Errors?.map(({ SecretId, ErrorCode }) => [SecretId, ErrorCode]),
    [
      ['two', 'AccessDeniedException'],
      ['three', 'AccessDeniedException'],
    ],
  )
})

test('signatures stay valid through the recording proxy, which counts', async t => {
  const proxy = await recordingProxy(aws.address, { delay: 20 })
  t.after(() => proxy.stop())
  const client = new SecretsManagerClient(settings(aws, aws.root, proxy.address))
  const ask = (name: string) => client.send(new GetSecretValueCommand({ SecretId: name }))
  await Promise.all(['one', 'two', 'one'].map(ask))
  assert.equal(proxy.mostAtOnce, 3)
  await ask('one')
  client.destroy()
  assert.deepEqual(proxy.actions, { GetSecretValue: 4 })
  assert.equal(proxy.sockets, 3)
  assert.deepEqual(proxy.requests[3]?.body, { SecretId: 'one' })
  assert.equal(proxy.requests[3]?.accessKeyId, aws.root.accessKeyId)
})

test('the recording proxy answers in the place of the server, as told', async t => {
  const throttled = awsError(400, 'ThrottlingException', 'Rate exceeded')
  const proxy = await recordingProxy(aws.address, { answer: first(2, throttled) })
  t.after(() => proxy.stop())
  assert.equal(await getSecret(aws.root, 'one', proxy.address), 'value of one')
  assert.equal(proxy.requests.length, 3)
  const liar = await recordingProxy(aws.address, {
    answer: always('GetSecretValue', json(200, { SecretString: 'another' })),
  })
  t.after(() => liar.stop())
  assert.equal(await getSecret(aws.root, 'one', liar.address), 'another')
  const changer = await recordingProxy(aws.address, {
    rewrite: (_request, answer) => answer.replace('value of one', 'changed'),
  })
  t.after(() => changer.stop())
  assert.equal(await getSecret(aws.root, 'one', changer.address), 'changed')
})

test('moto follows references to secrets, and refuses more than ten names', async t => {
  const server = await moto()
  t.after(() => server.stop())
  await server.createSecret('db', 'of the secret')
  await server.putParameter('/app/key', 'of the parameter')
  const client = new SSMClient(settings(server, server.root))
  const ask = (...Names: string[]) =>
    client.send(new GetParametersCommand({ Names, WithDecryption: true }))
  const { Parameters } = await ask('/aws/reference/secretsmanager/db', '/app/key')
  const values = Parameters?.map(({ Value }) => Value).sort()
  assert.deepEqual(values, ['of the parameter', 'of the secret'])
  const eleven = Array.from({ length: 11 }, (_, index) => `/app/${index}`)
  await assert.rejects(ask(...eleven), { name: 'ValidationException' })
  client.destroy()
})
