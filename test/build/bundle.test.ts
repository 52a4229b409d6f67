/** What goes into the bundles, and what must not. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { test } from 'node:test'
import { bundleBootstrap, bundleProgram } from '../../scripts/build/bundle.ts'

const root = join(import.meta.dirname, '..', '..')
const bundles = await bundleProgram(root, 'src/main.ts')
const sourceOf = (name: string) => bundles.find(bundle => bundle.name === name)?.code.toString()

test('our code and each package are bundles of their own', () => {
  const names = bundles.map(({ name }) => name).sort()
  assert.deepEqual(names, [
    '@aws-sdk/client-secrets-manager',
    '@aws-sdk/client-ssm',
    '@aws-sdk/credential-provider-http',
    '@aws-sdk/credential-provider-ini',
    '@aws-sdk/credential-provider-web-identity',
    '@aws-sdk/nested-clients/sts',
    '@smithy/credential-provider-imds',
    'age-encryption',
    'commander',
    'confide',
    'node-vault',
    'yaml',
  ])
})

test('every bundle is ASCII, since the bootstrap reads it as latin1', () => {
  for (const { name, code } of bundles) {
    assert.ok(
      code.every(byte => byte < 0x80),
      name,
    )
  }
})

test('no import() is left, which nothing could load', () => {
  for (const { name, code } of bundles) assert.doesNotMatch(code.toString(), /[^.\w]import\(/, name)
})

test('ffi-rs loads what the spine names, and looks nowhere else', () => {
  const source = sourceOf('confide') ?? ''
  assert.match(source, /process\.dlopen\([\w$]+,process\.env\.CONFIDE_FFI\)/)
  assert.doesNotMatch(source, /linux-x64-gnu|ldd/)
})

test('axios and the debug output of node-vault are not in the file', () => {
  const packages = bundles.flatMap(bundle => bundle.packages)
  for (const name of ['axios', 'debug', 'follow-redirects', 'mustache', 'tv4']) {
    assert.ok(!packages.includes(name), name)
  }
})

test('of the AWS SDK, only what is called is in the file', () => {
  const source = sourceOf('@aws-sdk/client-secrets-manager') ?? ''
  assert.match(source, /BatchGetSecretValue/)
  for (const other of ['DeleteSecret', 'NodeHttpHandler', 'bowser', 'credential-provider-ini']) {
    assert.ok(!source.includes(other), other)
  }
})

test("only a training image's bootstrap writes code caches", async () => {
  assert.match((await bundleBootstrap(true)).toString(), /createCachedData/)
  assert.doesNotMatch((await bundleBootstrap(false)).toString(), /createCachedData|training/)
})
