import { proxyVariables } from '../io/proxy.ts'
import type { FetchContext } from '../provider.ts'

/** Variables that are credentials themselves. */
export const credentialVariables = [
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_CONTAINER_AUTHORIZATION_TOKEN',
] as const

/** Settings that the SDK reads for itself. Source: the AWS SDKs and Tools Reference Guide. */
const settingVariables = [
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'AWS_PROFILE',
  'AWS_CONFIG_FILE',
  'AWS_SHARED_CREDENTIALS_FILE',
  'AWS_ROLE_ARN',
  'AWS_ROLE_SESSION_NAME',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI',
  'AWS_CONTAINER_CREDENTIALS_FULL_URI',
  'AWS_EC2_METADATA_DISABLED',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT',
  'AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE',
  'AWS_EC2_METADATA_V1_DISABLED',
  'AWS_ENDPOINT_URL',
  'AWS_ENDPOINT_URL_SECRETS_MANAGER',
  'AWS_ENDPOINT_URL_SSM',
  'AWS_ENDPOINT_URL_STS',
  'AWS_ENDPOINT_URL_SSO',
  'AWS_ENDPOINT_URL_SSO_OIDC',
  'AWS_ENDPOINT_URL_SIGNIN',
  'AWS_IGNORE_CONFIGURED_ENDPOINT_URLS',
  'AWS_USE_FIPS_ENDPOINT',
  'AWS_USE_DUALSTACK_ENDPOINT',
  'AWS_SDK_UA_APP_ID',
  'HOME',
] as const

/** Ours to read: the SDK takes a newline at the end of the file for a part of the token. */
const tokenFileVariable = 'AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE'

export const awsVariables: readonly string[] = [
  ...credentialVariables,
  ...settingVariables,
  tokenFileVariable,
  'AWS_CA_BUNDLE',
  ...proxyVariables,
]

/**
 * Gives the SDK the settings that it looks for in `process.env`, which is otherwise empty.
 *
 * Credentials are not among them: what is set here is in this process's memory for good.
 */
export function exposeSettings(context: FetchContext): void {
  for (const name of settingVariables) expose(name, context.variable(name))
}

/**
 * Gives the SDK what a profile may ask for: the credentials of the environment
 * (`credential_source = Environment`), and for `credential_process` all variables that any
 * program would have, since helpers have settings of their own. `containerToken` stands for the
 * file that has it.
 */
export function exposeEverything(context: FetchContext, containerToken: string | undefined): void {
  // By now, what the spine said in them has been read.
  for (const name of ['CONFIDE_MODE', 'CONFIDE_FFI', 'CONFIDE_SHIM', 'OPENSSL_CONF']) {
    delete process.env[name]
  }
  for (const [name, value] of Object.entries(context.environment())) expose(name, value)
  expose(tokenFileVariable, undefined)
  if (containerToken !== undefined) expose('AWS_CONTAINER_AUTHORIZATION_TOKEN', containerToken)
}

/** These say how this process works, and what it is; they are no helper's business. */
const ours = /^(?:CONFIDE_|UV_|NODE_TLS_REJECT_UNAUTHORIZED$)/

function expose(name: string, value: string | undefined): void {
  if (ours.test(name)) return
  // The SDK takes an empty setting for one.
  if (!value) delete process.env[name]
  else process.env[name] = value
}
