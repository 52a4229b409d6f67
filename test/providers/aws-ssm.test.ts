/** Parameter Store, of a server that verifies signatures and policies, and one with limits. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { awsSsm } from '../../src/providers/aws-ssm.ts'
import { contextOf, fetchText, fetchTexts, type Result } from '../servers/context.ts'
import { type Ministack, ministack } from '../servers/ministack.ts'
import { moto } from '../servers/moto.ts'
import { json } from '../servers/hostile-http.ts'
import { always, awsError, recordingProxy } from '../servers/recording-proxy.ts'

let aws: Ministack
before(async () => {
  aws = await ministack({ auth: true })
  await aws.putParameter('/app/password', 'first')
  await aws.putParameter('/app/password', 'second')
  await aws.api('ssm', 'LabelParameterVersion', {
    Name: '/app/password',
    ParameterVersion: 1,
    Labels: ['blue'],
  })
  await aws.putParameter('/app/list', 'a,b', { Type: 'StringList' })
  await aws.putParameter('/app/deep/json', '{"key":12345678901234567890}', { Type: 'String' })
  await aws.putParameter('bare', 'without a slash')
  for (let number = 0; number < 25; number++)
    await aws.putParameter(`/many/${number}`, `v${number}`)
})
after(() => aws.stop())

const many = Array.from({ length: 25 }, (_, number) => `aws-ssm:/many/${number}`)
const manyValues = Array.from({ length: 25 }, (_, number) => `v${number}`)

const contextFor = (variables: Record<string, string>) => contextOf({ variables })
const contextAt = (address: string) => {
  return contextFor({ ...aws.variables(), AWS_ENDPOINT_URL: address })
}

function failureOf(result: Result | undefined): Exclude<Result, string> {
  assert.ok(typeof result === 'object', `no failure: ${String(result)}`)
  return result
}

test('a parameter is found by its name or ARN, in the version or label that is named', async () => {
  const { arn } = await aws.putParameter('/by/arn', 'old')
  await aws.putParameter('/by/arn', 'new')
  const expected: [string, string][] = [
    ['aws-ssm:/app/password', 'second'],
    ['aws-ssm:/app/password:1', 'first'],
    ['aws-ssm:/app/password:2', 'second'],
    ['aws-ssm:/app/password:blue', 'first'],
    ['aws-ssm:/app/list', 'a,b'],
    ['aws-ssm:/app/deep/json#key', '12345678901234567890'],
    ['aws-ssm:bare', 'without a slash'],
    [arn, 'new'],
    [`${arn}:1`, 'old'],
  ]
  for (const [text, value] of expected) {
    assert.equal(await fetchText(awsSsm, text, contextFor(aws.variables())), value, text)
  }
  const texts = expected.map(([text]) => text)
  const together = await fetchTexts(awsSsm, texts, contextFor(aws.variables()))
  assert.deepEqual(
    together,
    expected.map(([, value]) => value),
  )
})

test('many are asked for in tens, decrypted, and two versions never share a request', async t => {
  const proxy = await recordingProxy(aws.address)
  t.after(() => proxy.stop())
  const context = contextAt(proxy.address)
  assert.deepEqual(await fetchTexts(awsSsm, many, context), manyValues)
  assert.deepEqual(proxy.actions, { GetParameters: 3 })
  await fetchTexts(awsSsm, ['aws-ssm:/app/password:1', 'aws-ssm:/app/password:2'], context)
  assert.deepEqual(proxy.actions, { GetParameters: 3, GetParameter: 2 })
  for (const { body } of proxy.requests) {
    const { Names: names = [], WithDecryption: decrypted } = body as {
      Names?: string[]
      WithDecryption: boolean
    }
    assert.equal(decrypted, true)
    assert.ok(names.length <= 10)
  }
})

test('a path with a slash at its end is one object of all that is below, page by page', async t => {
  const proxy = await recordingProxy(aws.address)
  t.after(() => proxy.stop())
  const all = await fetchText(awsSsm, 'aws-ssm:/many/', contextAt(proxy.address))
  const expected = manyValues.map((value, number) => [String(number), value])
  assert.deepEqual(JSON.parse(String(all)), Object.fromEntries(expected))
  assert.deepEqual(proxy.actions, { GetParametersByPath: 3 })
  const texts = ['aws-ssm:/app/', 'aws-ssm:/app/#deep/json', 'aws-ssm:/app/#none']
  const [app, json, none] = await fetchTexts(awsSsm, texts, contextFor(aws.variables()))
  assert.deepEqual(Object.keys(JSON.parse(String(app)) as object).sort(), [
    'deep/json',
    'list',
    'password',
  ])
  assert.equal(json, '{"key":12345678901234567890}')
  assert.equal(failureOf(none).kind, 'missing')
  const empty = failureOf(await fetchText(awsSsm, 'aws-ssm:/x/', contextFor(aws.variables())))
  assert.deepEqual(
    [empty.kind, empty.message],
    ['missing', 'there are no parameters below that path in eu-west-1'],
  )
})

test('the names below a path mean nothing to JavaScript', async t => {
  const parameters = ['__proto__', 'constructor', 'a"b'].map(name => {
    return { Name: `/odd/${name}`, Value: `value of ${name}` }
  })
  const answer = always('GetParametersByPath', json(200, { Parameters: parameters }))
  const proxy = await recordingProxy(aws.address, { answer })
  t.after(() => proxy.stop())
  const texts = ['aws-ssm:/odd/#__proto__', 'aws-ssm:/odd/#constructor', 'aws-ssm:/odd/#a"b']
  const results = await fetchTexts(awsSsm, texts, contextAt(proxy.address))
  assert.deepEqual(
    results,
    parameters.map(({ Value: value }) => value),
  )
})

test('an answer that is not about the path, repeats itself or is cut off is not taken', async t => {
  const page = { Parameters: [{ Name: '/loop/a', Value: 'canary' }], NextToken: 'again' }
  const answers = [
    page,
    {},
    { Parameters: null },
    { Parameters: [{ Name: '/other/a', Value: 'canary' }] },
    { Parameters: [page.Parameters[0], page.Parameters[0]] },
  ]
  for (const body of answers) {
    const answer = always('GetParametersByPath', json(200, body))
    const proxy = await recordingProxy(aws.address, { answer })
    t.after(() => proxy.stop())
    const result = await fetchText(awsSsm, 'aws-ssm:/loop/#a', contextAt(proxy.address))
    assert.equal(failureOf(result).kind, 'unavailable')
    assert.ok(proxy.requests.length <= 2)
  }
})

test('an answer about another parameter or version is not taken', async t => {
  for (const parameter of [{ Name: '/b' }, { Name: '/a', Selector: ':2' }, {}]) {
    const body = { Parameter: { ...parameter, Value: 'canary' } }
    const answer = always('GetParameter', json(200, body))
    const proxy = await recordingProxy(aws.address, { answer })
    t.after(() => proxy.stop())
    const result = await fetchText(awsSsm, 'aws-ssm:/a:1', contextAt(proxy.address))
    assert.equal(failureOf(result).kind, 'unavailable')
  }
})

test('where the role only allows GetParameter, each is asked for, with one hint', async () => {
  const user = await aws.user({ Action: 'ssm:GetParameter' })
  const context = contextFor(aws.variables(user))
  assert.deepEqual(await fetchTexts(awsSsm, many, context), manyValues)
  assert.equal(context.warnings.length, 1)
  assert.match(context.warnings[0] ?? '', /allow ssm:GetParameters/)
})

test('where the role only allows GetParameters, one alone is had and missed by it', async () => {
  const user = await aws.user({ Action: 'ssm:GetParameters' })
  const context = contextFor(aws.variables(user))
  assert.equal(await fetchText(awsSsm, 'aws-ssm:/app/list', context), 'a,b')
  const missing = failureOf(await fetchText(awsSsm, 'aws-ssm:/app/none', context))
  assert.equal(missing.kind, 'missing')
  const many = await fetchTexts(awsSsm, ['aws-ssm:/app/list', 'aws-ssm:/app/none'], context)
  assert.equal(many[0], 'a,b')
  assert.equal(failureOf(many[1]).kind, 'missing')
  assert.deepEqual(context.warnings, [])
})

test('what is missing is told from a version that is missing, and names the region', async () => {
  const texts = ['aws-ssm:/none', 'aws-ssm:/app/password:77', 'aws-ssm:/app/password']
  const [none, version, found] = await fetchTexts(awsSsm, texts, contextFor(aws.variables()))
  assert.match(failureOf(none).message, /^there is no such parameter in eu-west-1$/)
  assert.match(failureOf(version).message, /^the parameter has no version 77$/)
  assert.deepEqual([failureOf(none).kind, failureOf(version).kind], ['missing', 'missing'])
  assert.equal(found, 'second')
})

test('the permission that is missing is named', async () => {
  const user = await aws.user({ Action: 'secretsmanager:*' })
  const texts = ['aws-ssm:/app/password', 'aws-ssm:/app/']
  const results = await fetchTexts(awsSsm, texts, contextFor(aws.variables(user)))
  const actions = ['ssm:GetParameter', 'ssm:GetParametersByPath']
  for (const [at, action] of actions.entries()) {
    assert.equal(failureOf(results[at]).kind, 'permission')
    assert.ok(failureOf(results[at]).hint?.includes(`allow ${action} on`), action)
  }
})

test('a key that may not be used is told from a parameter that may not be read', async t => {
  const sentence = 'The ciphertext refers to a customer master key (Service: AWSKMS) canary'
  const cases: [string, string, RegExp][] = [
    ['AccessDeniedException', `User: x is not authorized to perform: kms:Decrypt`, /key of the/],
    ['AccessDeniedException', sentence, /key of the/],
    ['InvalidKeyId', sentence, /cannot be decrypted/],
  ]
  for (const [code, message, expected] of cases) {
    const answer = always('GetParameter', awsError(400, code, message))
    const proxy = await recordingProxy(aws.address, { answer })
    t.after(() => proxy.stop())
    const result = await fetchText(awsSsm, 'aws-ssm:/app/password', contextAt(proxy.address))
    assert.match(failureOf(result).message, expected)
    assert.match(failureOf(result).hint ?? '', /kms:Decrypt/)
    assert.ok(!JSON.stringify(result).includes('canary'))
  }
})

test('a secret is read through Parameter Store; ten is the most at once', async t => {
  const other = await moto()
  t.after(() => other.stop())
  await other.createSecret('prod/db', '{"password":"through"}')
  for (let number = 0; number < 12; number++) await other.putParameter(`/n${number}`, `${number}`)
  const names = Array.from({ length: 12 }, (_, number) => `aws-ssm:/n${number}`)
  const texts = [...names, 'aws-ssm:/aws/reference/secretsmanager/prod/db#password']
  const context = contextFor(other.variables())
  const results = await fetchTexts(awsSsm, texts, context)
  assert.deepEqual(results, [...names.map((_, number) => String(number)), 'through'])
  assert.deepEqual(context.warnings, [])
})
