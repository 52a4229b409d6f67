/** What tests set up in a stand-in for AWS: secrets and parameters, by signed requests. */
import { type Credentials, signedHeaders } from './sigv4.ts'

export type Service = 'iam' | 'secretsmanager' | 'ssm' | 'sts'
/** The members of an answer; of one in XML those that hold text, whatever they are in. */
export type Fields = Readonly<Record<string, unknown>>

export interface AwsServer {
  readonly address: string
  readonly region: string
  readonly account: string
  /** Credentials that may do everything. */
  readonly root: Credentials
  /** One call. Throws an error with `code` (AccessDeniedException, …) when it is refused. */
  api(service: Service, action: string, body: object, as?: Credentials): Promise<Fields>
  /** A new secret; `more` are further members of CreateSecret, such as Tags. */
  createSecret(name: string, value: string | Uint8Array, more?: object): Promise<NewSecret>
  /** A new version, AWSCURRENT unless `stages` says otherwise; answers with its id. */
  putSecret(name: string, value: string | Uint8Array, stages?: readonly string[]): Promise<string>
  /** A SecureString, or its next version; `more` are further members of PutParameter. */
  putParameter(name: string, value: string, more?: object): Promise<NewParameter>
  /** The environment with which the SDK asks this server as `credentials`, root by default. */
  variables(credentials?: Credentials): Record<string, string>
  stop(): Promise<void>
}
export interface NewSecret {
  readonly arn: string
  readonly versionId: string
}
export interface NewParameter {
  readonly arn: string
  readonly version: number
}

/** Refused calls: the code is AWS's name of the error. */
export class ApiError extends Error {
  readonly code: string

  constructor(action: string, status: number, code: string, text: string) {
    super(`${action}: ${status} ${code} ${text}`)
    this.code = code
  }
}

/** IAM and STS speak AWS's older protocol: forms that are answered with XML. */
const versions = { iam: '2010-05-08', sts: '2011-06-15' }
const targets = { secretsmanager: 'secretsmanager', ssm: 'AmazonSSM' }

const region = 'eu-west-1'

export function awsServer(
  address: string,
  account: string,
  root: Credentials,
  stop: () => Promise<void>,
): AwsServer {
  const api: AwsServer['api'] = async (service, action, body, as = root) => {
    const isForm = service === 'iam' || service === 'sts'
    const text = isForm ? formOf(versions[service], action, body) : JSON.stringify(body)
    const type = isForm ? 'application/x-www-form-urlencoded' : 'application/x-amz-json-1.1'
    const headers: Record<string, string> = { 'content-type': type }
    if (!isForm) headers['x-amz-target'] = `${targets[service]}.${action}`
    const signed = signedHeaders(address, text, headers, { region, service }, as)
    const answer = await fetch(address, { method: 'POST', headers: signed, body: text })
    return read(action, answer.status, await answer.text())
  }
  return {
    ...{ address, region, account, root, api, stop },
    async createSecret(name, value, more = {}) {
      const body = { Name: name, ...contentOf(value), ...more, ...clientToken() }
      const { ARN, VersionId } = await api('secretsmanager', 'CreateSecret', body)
      return { arn: String(ARN), versionId: String(VersionId) }
    },
    async putSecret(name, value, stages = ['AWSCURRENT']) {
      const body = { SecretId: name, ...contentOf(value), VersionStages: stages, ...clientToken() }
      return String((await api('secretsmanager', 'PutSecretValue', body))['VersionId'])
    },
    async putParameter(name, value, more = {}) {
      const body = { Name: name, Value: value, Type: 'SecureString', Overwrite: true, ...more }
      const { Version } = await api('ssm', 'PutParameter', body)
      const resource = `parameter/${name.replace(/^\//, '')}`
      return { arn: `arn:aws:ssm:${region}:${account}:${resource}`, version: Number(Version) }
    },
    variables: (credentials = root) => ({
      AWS_ENDPOINT_URL: address,
      AWS_REGION: region,
      ...credentialVariables(credentials),
    }),
  }
}

export function credentialVariables(credentials: Credentials): Record<string, string> {
  const { accessKeyId, secretAccessKey, sessionToken } = credentials
  return {
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    ...(sessionToken !== undefined && { AWS_SESSION_TOKEN: sessionToken }),
  }
}

function contentOf(value: string | Uint8Array): object {
  if (typeof value === 'string') return { SecretString: value }
  return { SecretBinary: Buffer.from(value).toString('base64') }
}

/** What the SDK adds by itself; moto insists on it. It becomes the version's id. */
function clientToken(): object {
  return { ClientRequestToken: crypto.randomUUID() }
}

function formOf(version: string, action: string, body: object): string {
  const fields = Object.entries(body).map(([name, value]) => [name, String(value)])
  return new URLSearchParams({
    Action: action,
    Version: version,
    ...Object.fromEntries(fields),
  }).toString()
}

function read(action: string, status: number, text: string): Fields {
  const fields = text.startsWith('<') ? fieldsOfXml(text) : (JSON.parse(text) as Fields)
  if (status < 300) return fields
  const code = String(fields['Code'] ?? fields['__type'] ?? '').replace(/^.*#/, '')
  throw new ApiError(action, status, code, text)
}

function fieldsOfXml(text: string): Fields {
  const leaves = text.matchAll(/<(\w+)>([^<]*)<\/\1>/g)
  return Object.fromEntries([...leaves].map(([, name, value = '']) => [name, unescape(value)]))
}

function unescape(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replaceAll(/&(\w+);/g, (all, name: string) => entities[name] ?? all)
}
