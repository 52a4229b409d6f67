/** How much of each package goes into its bundle: what is left out can't leak and costs nothing. */
import type { Plugin } from 'esbuild'

/**
 * The exports that are used of packages whose rest falls away; source and packages are ES modules.
 *
 * Measured for Secrets Manager: 343 kB become 140 kB. A name that is missing here is undefined
 * in the product, which the tests of each provider would see.
 */
const PARTS: Readonly<Record<string, readonly string[]>> = {
  '@aws-sdk/client-secrets-manager': [
    'SecretsManagerClient',
    'GetSecretValueCommand',
    'BatchGetSecretValueCommand',
  ],
  '@aws-sdk/client-ssm': [
    'SSMClient',
    'GetParameterCommand',
    'GetParametersCommand',
    'GetParametersByPathCommand',
  ],
  '@aws-sdk/credential-provider-http': ['fromHttp'],
  '@aws-sdk/credential-provider-ini': ['fromIni'],
  '@aws-sdk/credential-provider-web-identity': ['fromTokenFile', 'fromWebToken'],
  '@aws-sdk/nested-clients/sts': [
    'AssumeRoleCommand',
    'STSClient',
    'getDefaultRoleAssumer',
    'getDefaultRoleAssumerWithWebIdentity',
  ],
  '@smithy/credential-provider-imds': ['fromContainerMetadata', 'fromInstanceMetadata'],
}

/** Shared by several bundles, so one of its own however it is imported. */
const SHARED: readonly string[] = ['@aws-sdk/nested-clients/sts']

/**
 * Loaded on demand by one package only, or seldom: a bundle of its own would have one more copy
 * of the SDK's core, 100 kB and its cache.
 */
const WITHIN =
  /^@aws-sdk\/(credential-provider-(env|login|process|sso)|nested-clients\/(sso-oidc|signin))$/

/** Whether what a package imports becomes a bundle of its own. */
export function isApart(path: string, onDemand: boolean): boolean {
  return SHARED.includes(path) || (onDemand && !WITHIN.test(path))
}

/** What esbuild starts a package's bundle from. */
export function entryOf(name: string): { contents: string } | undefined {
  const parts = PARTS[name]
  if (parts === undefined) return undefined
  return { contents: `export { ${parts.join(', ')} } from ${JSON.stringify(name)}` }
}

/** Code that stands for a module, where `importer` asks for it. */
interface Substitute {
  readonly importer: RegExp
  readonly contents: string
}

/**
 * What packages bring along but our providers replace or never call, with what stands for it.
 *
 * node-vault: left out, no path leads to a redirect with the token or to output for DEBUG.
 * Measured: 37 ms and 9 MB to load, most of it axios looking for fetch. The AWS clients: they get
 * a transport and credentials, so neither their own nor the chain that looks for them is needed;
 * nor do they run in browsers or stream events.
 */
const SUBSTITUTES: Readonly<Record<string, Substitute>> = {
  axios: { importer: /\/node-vault\/src\//, contents: 'module.exports = undefined' },
  debug: { importer: /\/node-vault\/src\//, contents: 'module.exports = () => () => undefined' },
  mustache: { importer: /\/node-vault\/src\//, contents: 'module.exports = undefined' },
  tv4: { importer: /\/node-vault\/src\//, contents: 'module.exports = undefined' },
  '@aws-sdk/credential-provider-node': {
    importer: /\/@aws-sdk\/(client-\w|nested-clients)/,
    contents: 'export const defaultProvider = undefined',
  },
  bowser: { importer: /\/@aws-sdk\/core\//, contents: 'module.exports = undefined' },
  '@smithy/core/event-streams': { importer: /\/@smithy\/core\//, contents: 'export {}' },
  '@smithy/node-http-handler': {
    importer: /\/@aws-sdk\/(client-\w|nested-clients)/,
    contents: `
      export const NodeHttpHandler = { create: handler => handler }
      export const streamCollector = async body => body`,
  },
}

export const leftOut: Plugin = {
  name: 'left-out',
  setup(builder) {
    builder.onResolve({ filter: /^[@a-z]/ }, ({ path, importer }) => {
      const substitute = SUBSTITUTES[path]
      return substitute?.importer.test(importer) === true
        ? { path, namespace: 'left-out', sideEffects: false }
        : undefined
    })
    builder.onLoad({ filter: /.*/, namespace: 'left-out' }, ({ path }) => {
      return { contents: SUBSTITUTES[path]?.contents ?? '', loader: 'js' }
    })
  },
}
