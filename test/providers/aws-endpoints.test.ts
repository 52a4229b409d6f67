/** Which hosts AWS is asked at: by their true names, behind a proxy that leads to a stand-in. */
import assert from 'node:assert/strict'
import { after, before, test, type TestContext } from 'node:test'
import { awsSm } from '../../src/providers/aws-sm.ts'
import { awsSsm } from '../../src/providers/aws-ssm.ts'
import type { Provider } from '../../src/providers/provider.ts'
import { temporaryDirectory } from '../runs.ts'
import { connectProxy, type ProxyRules } from '../servers/connect-proxy.ts'
import { contextOf, fetchText, type Result } from '../servers/context.ts'
import { type Ministack, ministack } from '../servers/ministack.ts'
import { authority, tlsFront } from '../servers/tls.ts'

let aws: Ministack
before(async () => {
  aws = await ministack()
  await aws.createSecret('app', 'found')
  await aws.putParameter('/app', 'found')
})
after(() => aws.stop())

const names = ['*.amazonaws.com', '*.eu-west-1.amazonaws.com', '*.us-east-1.amazonaws.com']
const others = [
  '*.us-gov-west-1.amazonaws.com',
  '*.cn-north-1.amazonaws.com.cn',
  '*.us-iso-east-1.c2s.ic.gov',
  '*.eu-west-1.api.aws',
  'vpce-1.ssm.eu-west-1.vpce.amazonaws.com',
]

/** The hosts that a proxy was asked for while `text` was fetched, and what came of it. */
async function hostsFor(
  t: TestContext,
  [provider, text]: readonly [Provider, string],
  more: Readonly<Record<string, string>> = {},
  rules: ProxyRules = {},
): Promise<{ hosts: readonly string[]; result: Result }> {
  const ours = authority(temporaryDirectory(t))
  const front = await tlsFront(aws.address, ours.issue([...names, ...others]))
  t.after(() => front.stop())
  const proxy = await connectProxy({ route: () => new URL(front.address).host, ...rules })
  t.after(() => proxy.stop())
  const { AWS_ENDPOINT_URL: _, ...credentials } = aws.variables()
  const variables = {
    ...credentials,
    HTTPS_PROXY: proxy.address,
    AWS_CA_BUNDLE: ours.path,
    HOME: '/nonexistent',
    ...more,
  }
  const result = await fetchText(provider, text, contextOf({ variables }))
  const hosts = proxy.requests.map(request => request.replace(/^CONNECT |:443$/g, ''))
  return { hosts, result }
}

const secret = (options: string) => [awsSm, `aws-sm:app${options}`] as const
const parameter = (options: string) => [awsSsm, `aws-ssm:/app${options}`] as const

test('each region of each partition has its host', async t => {
  const cases: [readonly [Provider, string], string][] = [
    [secret(''), 'secretsmanager.eu-west-1.amazonaws.com'],
    [parameter('?region=us-east-1'), 'ssm.us-east-1.amazonaws.com'],
    [secret('?region=us-gov-west-1'), 'secretsmanager.us-gov-west-1.amazonaws.com'],
    [secret('?region=cn-north-1'), 'secretsmanager.cn-north-1.amazonaws.com.cn'],
    [parameter('?region=us-iso-east-1'), 'ssm.us-iso-east-1.c2s.ic.gov'],
  ]
  for (const [reference, host] of cases) {
    const { hosts, result } = await hostsFor(t, reference)
    assert.deepEqual(hosts, [host])
    const isHere = host.includes('eu-west-1')
    if (isHere) assert.equal(result, 'found')
  }
})

test('FIPS and dual stack have hosts of their own', async t => {
  const fips = { AWS_USE_FIPS_ENDPOINT: 'true', AWS_REGION: 'us-east-1' }
  const dual = { AWS_USE_DUALSTACK_ENDPOINT: 'true' }
  assert.deepEqual((await hostsFor(t, secret(''), fips)).hosts, [
    'secretsmanager-fips.us-east-1.amazonaws.com',
  ])
  assert.deepEqual((await hostsFor(t, parameter(''), dual)).hosts, ['ssm.eu-west-1.api.aws'])
})

test('an endpoint of the environment is asked, that of a service before that of all', async t => {
  const all = { AWS_ENDPOINT_URL: 'https://all.amazonaws.com' }
  const one = { ...all, AWS_ENDPOINT_URL_SECRETS_MANAGER: 'https://sm.amazonaws.com' }
  const ignored = { ...one, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' }
  assert.deepEqual((await hostsFor(t, secret(''), one)).hosts, ['sm.amazonaws.com'])
  assert.deepEqual((await hostsFor(t, parameter(''), one)).hosts, ['all.amazonaws.com'])
  assert.deepEqual((await hostsFor(t, secret(''), ignored)).hosts, [
    'secretsmanager.eu-west-1.amazonaws.com',
  ])
})

test('NO_PROXY leaves the proxy out', async t => {
  const { hosts, result } = await hostsFor(t, secret(''), {
    NO_PROXY: '.invalid',
    AWS_ENDPOINT_URL: 'https://sm.invalid',
  })
  assert.deepEqual(hosts, [])
  assert.ok(typeof result === 'object' && result.kind === 'unavailable')
})

test('AWS_CA_BUNDLE is believed instead of the default roots, if it holds any', async t => {
  const other = authority(temporaryDirectory(t), 'other')
  const wrong = await hostsFor(t, secret(''), { AWS_CA_BUNDLE: other.path })
  assert.ok(typeof wrong.result === 'object')
  assert.match(wrong.result.hint ?? '', /AWS_CA_BUNDLE/)
  for (const path of ['/nonexistent/ca.pem', '/etc/hostname']) {
    const { result, hosts } = await hostsFor(t, secret(''), { AWS_CA_BUNDLE: path })
    assert.ok(typeof result === 'object' && result.kind === 'configuration')
    assert.match(result.message, /AWS_CA_BUNDLE/)
    assert.deepEqual(hosts, [])
  }
})

test('a region that does not exist is suspected when its host is not found', async () => {
  const variables = { ...aws.variables(), AWS_ENDPOINT_URL: '', HOME: '/nonexistent' }
  const text = 'aws-sm:app?region=xx-nowhere-1'
  const result = await fetchText(awsSm, text, contextOf({ variables }))
  assert.ok(typeof result === 'object' && result.kind === 'unavailable')
  assert.match(result.message, /secretsmanager\.xx-nowhere-1\.amazonaws\.com/)
  assert.match(result.hint ?? '', /region/)
})
