import { ConfideError } from '../../leaf/errors.ts'
import type { AwsCredentials } from './credentials.ts'

/**
 * The partitions of AWS: of the world, China, the United States' government, Europe's sovereign
 * cloud and four isolated ones. Source: partitions.json of the AWS SDKs.
 */
export const partitions = [
  'aws',
  'aws-cn',
  'aws-us-gov',
  'aws-eusc',
  'aws-iso',
  'aws-iso-b',
  'aws-iso-e',
  'aws-iso-f',
] as const

/** An Amazon Resource Name of one service, in its parts. */
export interface Arn {
  readonly partition: string
  readonly region: string
  /** Twelve digits. */
  readonly account: string
  /** What follows the account, colons and all. */
  readonly resource: string
}

/**
 * The parts of an ARN of `service`, or null for text that only begins like one: a pattern of a
 * policy (`arn:aws:ssm:*:*:parameter/*`) or the ARN of another kind of resource.
 *
 * Throws 'data' when it can only be meant as the ARN of a secret but is a wrong one.
 */
export function parseArn(text: string, service: string, resourceType: string): Arn | null {
  const [, partition = '', found, region = '', account = '', ...rest] = text.split(':')
  const resource = rest.join(':')
  if (found !== service || /[*\s]/.test(text)) return null
  const isOther = /^[a-z-]+[:/]/.test(resource) && !resource.startsWith(resourceType)
  if (isOther) return null
  const fault = faultOf(region, account, resource, resourceType)
  if (fault === undefined) return { partition, region, account, resource }
  const form = `arn:${partition}:${service}:REGION:ACCOUNT:${resourceType}NAME`
  throw new ConfideError(`${fault}: ${text}`, {
    kind: 'data',
    hint: `write ${form}; literal: keeps other text`,
  })
}

function faultOf(region: string, account: string, resource: string, type: string) {
  if (!isRegion(region)) return 'the ARN has no region'
  if (!/^\d{12}$/.test(account)) return 'the account of the ARN is not twelve digits'
  return resource.length > type.length ? undefined : 'the ARN names no resource'
}

/** Whether the text can be the name of a region: it becomes a part of a host name. */
export function isRegion(text: string): boolean {
  return /^[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}$/.test(text)
}

const kinds = 'user|role|assumed-role|federated-user'
const principal = new RegExp(
  `\\barn:aws[a-z-]{0,12}:(?:iam|sts)::\\d{12}:` +
    `(?:root|(?:${kinds})(?:/[\\w+=,.@-]{1,64}){1,3})(?=$|\\s)`,
)

/** As much of a credential may occur by chance; more is an echo. */
const longestEcho = 7

/**
 * The ARN of a user or role in strict form, or undefined; of what a server says, nothing else is
 * shown, and not this where it repeats a part of `credentials`.
 */
export function principalIn(text: string, credentials: AwsCredentials): string | undefined {
  const arn = principal.exec(text)?.[0]
  if (arn === undefined) return undefined
  const secrets = [credentials.secretAccessKey, credentials.sessionToken ?? '']
  return secrets.some(secret => echoes(arn, secret)) ? undefined : arn
}

function echoes(text: string, secret: string): boolean {
  for (let at = 0; at + longestEcho < secret.length; at++) {
    if (text.includes(secret.slice(at, at + longestEcho + 1))) return true
  }
  return false
}
