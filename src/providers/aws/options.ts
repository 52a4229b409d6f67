import { ConfideError } from '../../leaf/errors.ts'
import { takeOptions } from '../../references/own-options.ts'
import { isRegion } from './arn.ts'

/** Where and as whom a reference is to be fetched; what is left out is the environment's. */
export interface Place {
  readonly region?: string
  /** A role to assume first. */
  readonly roleArn?: string
  readonly externalId?: string
}

/** The options that references to all services of AWS have. */
export const placeOptions = ['region', 'role-arn', 'external-id'] as const

/** The text without its own options, and their values. Throws 'data' for a wrong one. */
export function takePlace(
  text: string,
  more: readonly string[] = [],
): { body: string; place: Place; options: ReadonlyMap<string, string> } {
  const { body, options } = takeOptions(text, [...placeOptions, ...more])
  const region = options.get('region')
  const roleArn = options.get('role-arn')
  const externalId = options.get('external-id')
  if (region !== undefined && !isRegion(region)) {
    throw wrong(`region= is not the name of a region: ${text}`, 'write region=eu-west-1')
  }
  if (roleArn !== undefined && !isRole(roleArn)) {
    throw wrong(
      `role-arn= is not the ARN of a role: ${text}`,
      'write role-arn=arn:aws:iam::123456789012:role/NAME',
    )
  }
  if (externalId !== undefined && roleArn === undefined) {
    throw wrong(`external-id= without role-arn=: ${text}`, 'it belongs to the role to assume')
  }
  if (externalId !== undefined && !/^[\w+=,.@:/-]{2,1224}$/.test(externalId)) {
    throw wrong(`external-id= has a character that none can have: ${text}`, 'check how it is spelt')
  }
  const place = {
    ...(region !== undefined && { region }),
    ...(roleArn !== undefined && { roleArn }),
    ...(externalId !== undefined && { externalId }),
  }
  return { body, place, options }
}

/** The place of a reference whose ARN has a region. Throws 'data' where `region=` disagrees. */
export function placeInRegion(place: Place, region: string, text: string): Place {
  if (place.region === undefined || place.region === region) return { ...place, region }
  throw wrong(`region= and the ARN disagree: ${text}`, 'leave region= out')
}

function isRole(text: string): boolean {
  return /^arn:aws[a-z-]*:iam::\d{12}:role\/[\w+=,.@/-]{1,576}$/.test(text)
}

function wrong(message: string, hint: string): ConfideError {
  return new ConfideError(message, { kind: 'data', hint })
}
