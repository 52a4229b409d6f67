/** Secrets Manager, of a server that verifies signatures and policies. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { awsSm } from '../../src/providers/aws-sm.ts'
import { contextOf, fetchText, fetchTexts, type Result } from '../servers/context.ts'
import { json } from '../servers/hostile-http.ts'
import { type Ministack, ministack } from '../servers/ministack.ts'
import { always, awsError, first, recordingProxy } from '../servers/recording-proxy.ts'

let aws: Ministack
before(async () => {
  aws = await ministack({ auth: true })
  await aws.createSecret('app', '{"user":"u","password":"first","port":5432.10}')
  await aws.putSecret('app', '{"user":"u","password":"second","port":5432.10}')
  await aws.putSecret('app', '{"password":"third"}', ['AWSPENDING'])
  await aws.createSecret('binary', new Uint8Array([0, 255, 10, 0]))
  await aws.createSecret('empty', '')
  for (let number = 0; number < 45; number++) await aws.createSecret(`many/${number}`, `v${number}`)
})
after(() => aws.stop())

const many = Array.from({ length: 45 }, (_, number) => `aws-sm:many/${number}`)
const manyValues = Array.from({ length: 45 }, (_, number) => `v${number}`)

const contextFor = (variables: Record<string, string>) => contextOf({ variables })
const contextAt = (address: string) => {
  return contextFor({ ...aws.variables(), AWS_ENDPOINT_URL: address })
}

function failureOf(result: Result | undefined): Exclude<Result, string> {
  assert.ok(typeof result === 'object', `no failure: ${String(result)}`)
  return result
}

test('a secret is found by its name, its ARN, and its ARN without the random end', async () => {
  const { arn } = await aws.createSecret('by/arn', 'found')
  const partial = arn.slice(0, -7)
  const texts = ['aws-sm:by/arn', arn, partial, `aws-sm:${arn}`, `aws-sm:${partial}`]
  for (const text of texts) {
    assert.equal(await fetchText(awsSm, text, contextFor(aws.variables())), 'found', text)
  }
  const together = await fetchTexts(awsSm, texts, contextFor(aws.variables()))
  assert.deepEqual(
    together,
    texts.map(() => 'found'),
  )
})

test('a key is taken from JSON, with its text or the digits of its number', async () => {
  const texts = ['aws-sm:app#password', 'aws-sm:app#port', 'aws-sm:app#none']
  const [password, port, none] = await fetchTexts(awsSm, texts, contextFor(aws.variables()))
  assert.equal(password, 'second')
  assert.equal(port, '5432.10')
  assert.equal(failureOf(none).kind, 'missing')
})

test('each version is found by its stage, by its id, and as ECS writes it', async () => {
  const { arn, versionId } = await aws.createSecret('versions', '{"k":"old"}')
  await aws.putSecret('versions', '{"k":"new"}')
  const expected: [string, string][] = [
    ['aws-sm:versions#k', 'new'],
    ['aws-sm:versions#k?version-stage=AWSCURRENT', 'new'],
    ['aws-sm:versions#k?version-stage=AWSPREVIOUS', 'old'],
    [`aws-sm:versions#k?version-id=${versionId}`, 'old'],
    [`${arn}:k:AWSPREVIOUS:`, 'old'],
    [`${arn}:k::${versionId}`, 'old'],
    [`${arn}:k::`, 'new'],
    [`${arn}::AWSPREVIOUS:`, '{"k":"old"}'],
  ]
  const texts = expected.map(([text]) => text)
  const results = await fetchTexts(awsSm, texts, contextFor(aws.variables()))
  assert.deepEqual(
    results,
    expected.map(([, value]) => value),
  )
})

test('binary secrets arrive as their bytes, empty ones empty', async () => {
  const context = contextFor(aws.variables())
  assert.equal(await fetchText(awsSm, 'aws-sm:binary', context), '\0\ufffd\n\0')
  assert.equal(await fetchText(awsSm, 'aws-sm:empty', context), '')
})

test('many secrets are asked for in twenties, over few connections', async t => {
  const proxy = await recordingProxy(aws.address)
  t.after(() => proxy.stop())
  const context = contextAt(proxy.address)
  assert.deepEqual(await fetchTexts(awsSm, many, context), manyValues)
  assert.deepEqual(proxy.actions, { BatchGetSecretValue: 3 })
  assert.ok(proxy.sockets <= 3)
  assert.deepEqual(context.warnings, [])
})

test('one secret, however often and however many of its keys, is one request', async t => {
  const proxy = await recordingProxy(aws.address)
  t.after(() => proxy.stop())
  const texts = ['aws-sm:app', ...Array.from({ length: 9 }, () => 'aws-sm:app#password')]
  const results = await fetchTexts(awsSm, texts, contextAt(proxy.address))
  assert.equal(new Set(results).size, 2)
  assert.deepEqual(proxy.actions, { GetSecretValue: 1 })
})

test('only current versions of one region and account are asked for together', async t => {
  const proxy = await recordingProxy(aws.address)
  t.after(() => proxy.stop())
  const foreign = 'arn:aws:secretsmanager:eu-west-1:999999999999:secret:app'
  const texts = [
    'aws-sm:app',
    'aws-sm:app?version-stage=AWSPREVIOUS',
    'aws-sm:app?region=us-east-1',
    'aws-sm:many/1?region=us-east-1',
    foreign,
  ]
  await fetchTexts(awsSm, texts, contextAt(proxy.address))
  const asked = proxy.requests.map(({ action, headers, body }) => {
    const region = /\/([a-z0-9-]+)\/secretsmanager\//.exec(headers.authorization ?? '')?.[1]
    const { SecretIdList: list, SecretId: id } = body as Record<string, unknown>
    return `${action} ${region} ${JSON.stringify(list ?? id)}`
  })
  assert.deepEqual(
    asked.filter(text => text.startsWith('Batch')),
    ['BatchGetSecretValue us-east-1 ["app","many/1"]'],
  )
  assert.ok(asked.includes(`GetSecretValue eu-west-1 ${JSON.stringify(foreign)}`))
})

test('where the role only allows GetSecretValue, each is asked for, with one hint', async t => {
  const proxy = await recordingProxy(aws.address)
  t.after(() => proxy.stop())
  const user = await aws.user({ Action: 'secretsmanager:GetSecretValue' })
  const context = contextFor({ ...aws.variables(user), AWS_ENDPOINT_URL: proxy.address })
  assert.deepEqual(await fetchTexts(awsSm, many, context), manyValues)
  assert.equal(proxy.actions['GetSecretValue'], 45)
  assert.equal(context.warnings.length, 1)
  assert.match(context.warnings[0] ?? '', /allow secretsmanager:BatchGetSecretValue/)
  assert.ok(proxy.mostAtOnce <= 64)
})

test('at most 64 connections, however many secrets are asked for one by one', async t => {
  const answer = ({ body }: { body: unknown }) => {
    return json(200, { Name: (body as { SecretId: string }).SecretId, SecretString: 'x' })
  }
  const proxy = await recordingProxy(aws.address, { delay: 20, answer })
  t.after(() => proxy.stop())
  const texts = Array.from({ length: 200 }, (_, n) => `aws-sm:one/${n}?version-stage=AWSCURRENT`)
  const results = await fetchTexts(awsSm, texts, contextAt(proxy.address))
  assert.deepEqual(new Set(results), new Set(['x']))
  assert.equal(proxy.actions['GetSecretValue'], 200)
  assert.ok(proxy.mostAtOnce <= 64, `${proxy.mostAtOnce} at once`)
  assert.ok(proxy.sockets <= 64, `${proxy.sockets} connections`)
})

test('a batch that fails is no reason to fail', async t => {
  const answer = always('BatchGetSecretValue', awsError(400, 'InvalidRequestException', 'no'))
  const proxy = await recordingProxy(aws.address, { answer })
  t.after(() => proxy.stop())
  const context = contextAt(proxy.address)
  assert.deepEqual(await fetchTexts(awsSm, many, context), manyValues)
  assert.equal(context.warnings.length, 1)
})

test('nobody is told to allow batches who may read nothing', async () => {
  const user = await aws.user({ Action: 'ssm:*' })
  const context = contextFor(aws.variables(user))
  const results = await fetchTexts(awsSm, ['aws-sm:app', 'aws-sm:many/1'], context)
  for (const result of results) assert.equal(failureOf(result).kind, 'permission')
  assert.deepEqual(context.warnings, [])
})

test('in a batch, only what is missing or denied fails, each for its own reason', async () => {
  await aws.createSecret('secret/of-others', 'canary')
  const user = await aws.user(
    { Action: 'secretsmanager:BatchGetSecretValue' },
    { Action: 'secretsmanager:GetSecretValue' },
    {
      Effect: 'Deny',
      Action: 'secretsmanager:GetSecretValue',
      Resource: 'arn:aws:secretsmanager:*:*:secret:secret/*',
    },
  )
  const texts = ['aws-sm:app#user', 'aws-sm:none', 'aws-sm:secret/of-others', 'aws-sm:many/1']
  const [found, missing, denied, other] = await fetchTexts(
    awsSm,
    texts,
    contextFor(aws.variables(user)),
  )
  assert.equal(found, 'u')
  assert.equal(failureOf(missing).kind, 'missing')
  assert.equal(failureOf(denied).kind, 'permission')
  assert.match(failureOf(denied).message, /^access denied for arn:aws:iam::000000000000:user\//)
  assert.match(failureOf(denied).hint ?? '', /secretsmanager:GetSecretValue/)
  assert.equal(other, 'v1')
})

test('a name that looks like the end of an ARN is never taken for another secret', async () => {
  const { arn } = await aws.createSecret('twin', 'right')
  const other = await aws.createSecret(arn.split(':').at(-1) ?? '', 'wrong')
  const texts = [arn, other.arn, arn.slice(0, -7), 'aws-sm:twin']
  const results = await fetchTexts(awsSm, texts, contextFor(aws.variables()))
  assert.deepEqual(results, ['right', 'wrong', 'right', 'right'])
})

test('an answer about another secret or version is not taken, alone or in a batch', async t => {
  const wrong = { ARN: 'arn:aws:secretsmanager:eu-west-1:000000000000:secret:b-AbCdEf', Name: 'b' }
  const secrets = [
    { ...wrong, SecretString: 'canary' },
    { Name: 'app', SecretString: 'canary', VersionStages: ['AWSPREVIOUS'] },
    { SecretString: 'canary' },
  ]
  for (const secret of secrets) {
    const one = always('GetSecretValue', json(200, secret))
    const batch = always('BatchGetSecretValue', json(200, { SecretValues: [secret, null, 5] }))
    const proxy = await recordingProxy(aws.address, {
      answer: (request, count) => one(request, count) ?? batch(request, count),
    })
    t.after(() => proxy.stop())
    const results = await fetchTexts(awsSm, ['aws-sm:app', 'aws-sm:c'], contextAt(proxy.address))
    for (const result of results) {
      assert.equal(failureOf(result).kind, 'unavailable')
      assert.match(failureOf(result).message, /^the answer is about another secret or version$/)
    }
  }
})

test('who is down or overloaded is not asked twenty times as often', async t => {
  for (const status of [500, 429]) {
    const answer = first(1000, awsError(status, 'canary'))
    const proxy = await recordingProxy(aws.address, { answer })
    t.after(() => proxy.stop())
    const variables = { ...aws.variables(), AWS_ENDPOINT_URL: proxy.address }
    const context = contextOf({ variables, signal: AbortSignal.timeout(2000) })
    await fetchTexts(awsSm, many, context)
    assert.deepEqual(Object.keys(proxy.actions), ['BatchGetSecretValue'])
  }
})

test('a secret that is marked for deletion is missing, and how to restore it is told', async () => {
  await aws.createSecret('gone', 'x')
  await aws.api('secretsmanager', 'DeleteSecret', { SecretId: 'gone', RecoveryWindowInDays: 7 })
  const result = failureOf(await fetchText(awsSm, 'aws-sm:gone', contextFor(aws.variables())))
  assert.equal(result.kind, 'missing')
  assert.match(result.message, /marked for deletion/)
  assert.match(result.hint ?? '', /restore-secret/)
})

test('a secret that was made without a value is told from one that is not there', async () => {
  const sentence =
    "Secrets Manager can't find the specified secret value for staging label: AWSCURRENT"
  const answer = always('GetSecretValue', awsError(400, 'ResourceNotFoundException', sentence))
  const proxy = await recordingProxy(aws.address, { answer })
  const result = failureOf(await fetchText(awsSm, 'aws-sm:hollow', contextAt(proxy.address)))
  await proxy.stop()
  assert.deepEqual(
    [result.kind, result.message],
    ['missing', 'the secret has no current value (AWSCURRENT)'],
  )
})

test('a temporary key without its token, and a setting that is no word, are wrong', async () => {
  const cases: [Record<string, string>, RegExp][] = [
    [{ AWS_ACCESS_KEY_ID: 'ASIAEXAMPLE' }, /has no session token/],
    [{ AWS_USE_FIPS_ENDPOINT: '1' }, /AWS_USE_FIPS_ENDPOINT is neither true nor false/],
    [{ AWS_REGION: 'eu-west-1a,' }, /AWS_REGION is not the name of a region/],
  ]
  for (const [variables, message] of cases) {
    const context = contextFor({ ...aws.variables(), ...variables })
    const result = failureOf(await fetchText(awsSm, 'aws-sm:app', context))
    assert.equal(result.kind, 'configuration')
    assert.match(result.message, message)
  }
  const untrimmed = contextFor({ ...aws.variables(), AWS_REGION: ' eu-west-1\n' })
  assert.equal(await fetchText(awsSm, 'aws-sm:app#user', untrimmed), 'u')
})

test('a version that is not there is told from a secret that is not there', async () => {
  const texts = ['aws-sm:app?version-stage=NOSUCH', 'aws-sm:none']
  const results = await fetchTexts(awsSm, texts, contextFor(aws.variables()))
  assert.match(failureOf(results[0]).message, /^the secret has no version NOSUCH$/)
  assert.match(failureOf(results[1]).message, /no such secret in eu-west-1/)
})

test('throttling and failures are tried again, a no is not', async t => {
  const temporary = ['ThrottlingException', 'TooManyRequestsException', 'RequestLimitExceeded']
  const faults = [
    ...temporary.map(name => awsError(400, name)),
    awsError(429, 'Unknown', '', { 'retry-after': '0' }),
    awsError(500, 'InternalServiceError'),
    awsError(503, 'ServiceUnavailable'),
  ]
  for (const fault of faults) {
    const proxy = await recordingProxy(aws.address, { answer: first(2, fault) })
    assert.equal(await fetchText(awsSm, 'aws-sm:app#user', contextAt(proxy.address)), 'u')
    assert.equal(proxy.requests.length, 3)
    await proxy.stop()
  }
  for (const name of ['AccessDeniedException', 'ValidationException', 'DecryptionFailure']) {
    const proxy = await recordingProxy(aws.address, { answer: first(9, awsError(400, name)) })
    t.after(() => proxy.stop())
    failureOf(await fetchText(awsSm, 'aws-sm:app', contextAt(proxy.address)))
    assert.equal(proxy.requests.length, 1, name)
  }
})

test('a wrong clock of this machine is set right by the time of the answer', async t => {
  t.mock.timers.enable({ apis: ['Date'], now: Date.now() + 3_600_000 })
  const context = contextFor(aws.variables())
  assert.equal(await fetchText(awsSm, 'aws-sm:app#user', context), 'u')
})

test('role-arn= is assumed once for all that name it, with its external id', async t => {
  const proxy = await recordingProxy(aws.address)
  t.after(() => proxy.stop())
  const role = 'arn:aws:iam::000000000000:role/reader'
  const trust = { Effect: 'Allow', Principal: { AWS: '*' }, Action: 'sts:AssumeRole' }
  const document = (...statements: object[]) =>
    JSON.stringify({ Version: '2012-10-17', Statement: statements })
  await aws.api('iam', 'CreateRole', {
    RoleName: 'reader',
    AssumeRolePolicyDocument: document(trust),
  })
  await aws.api('iam', 'PutRolePolicy', {
    RoleName: 'reader',
    PolicyName: 'p',
    PolicyDocument: document({ Effect: 'Allow', Action: 'secretsmanager:*', Resource: '*' }),
  })
  const user = await aws.user({ Action: 'sts:AssumeRole' })
  const context = contextFor({ ...aws.variables(user), AWS_ENDPOINT_URL: proxy.address })
  const options = `role-arn=${role}&external-id=id-1`
  const texts = [`aws-sm:app#user?${options}`, `aws-sm:many/2?${options}`, 'aws-sm:app']
  const [mine, other, denied] = await fetchTexts(awsSm, texts, context)
  assert.deepEqual([mine, other], ['u', 'v2'])
  assert.equal(failureOf(denied).kind, 'permission')
  const assumed = proxy.requests.filter(({ action }) => action === 'AssumeRole')
  assert.equal(assumed.length, 1)
  assert.match(String(assumed[0]?.body), /ExternalId=id-1/)
})

test('credentials that AWS does not accept are named, and what to look at', async () => {
  const wrong = { accessKeyId: 'AKIAUNKNOWN000000000', secretAccessKey: 'canary' }
  const { accessKeyId } = await aws.user({ Action: 'secretsmanager:*' })
  const texts = [wrong, { accessKeyId, secretAccessKey: 'canary' }]
  for (const credentials of texts) {
    const context = contextFor(aws.variables(credentials))
    const result = failureOf(await fetchText(awsSm, 'aws-sm:app', context))
    assert.equal(result.kind, 'permission')
    assert.match(result.message, /AWS_ACCESS_KEY_ID/)
    assert.ok(!JSON.stringify([result, context.notes, context.warnings]).includes('canary'))
    assert.deepEqual(context.concealed, ['canary'])
  }
})

test('without a region, without credentials: what to set is told', async () => {
  const { AWS_REGION: _, ...noRegion } = aws.variables()
  const region = failureOf(await fetchText(awsSm, 'aws-sm:app', contextFor(noRegion)))
  assert.deepEqual([region.kind, region.message], ['configuration', 'there is no region'])
  const elsewhere = { ...noRegion, AWS_DEFAULT_REGION: 'eu-west-1' }
  assert.equal(await fetchText(awsSm, 'aws-sm:app#user', contextFor(elsewhere)), 'u')
  const nobody = contextFor({
    AWS_REGION: 'eu-west-1',
    AWS_EC2_METADATA_DISABLED: 'true',
    HOME: '/nonexistent',
  })
  const none = failureOf(await fetchText(awsSm, 'aws-sm:app', nobody))
  assert.deepEqual([none.kind, none.message], ['configuration', 'there are no AWS credentials'])
})
