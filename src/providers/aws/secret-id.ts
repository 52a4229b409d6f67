import { ConfideError } from '../../leaf/errors.ts'
import type { Reference } from '../../references/reference.ts'
import { parseArn, partitions } from './arn.ts'
import { type Place, placeInRegion, placeOptions, takePlace } from './options.ts'

/** A version of one secret of Secrets Manager, as GetSecretValue asks for it. */
export interface SecretVersion {
  readonly place: Place
  /** The name, the ARN, or the ARN without its random end. */
  readonly secretId: string
  /** The account of an ARN; undefined for a name, which is one of our own account. */
  readonly account?: string
  readonly stage?: string
  readonly versionId?: string
}

export const secretOptions = ['version-stage', 'version-id', ...placeOptions] as const

const marker = 'aws-sm:'
export const secretMarkers = [
  marker,
  ...partitions.map(partition => `arn:${partition}:secretsmanager:`),
]

/**
 * Reads `arn:aws:secretsmanager:…` and `aws-sm:NAME`, with `#key` and options behind it.
 *
 * An ARN may end in `:key:stage:id` as in a task definition of ECS, where each may be empty.
 */
export function parseSecret(text: string): Reference | null {
  if (!secretMarkers.some(known => text.startsWith(known))) return null
  const { body, place, options } = takePlace(text, ['version-stage', 'version-id'])
  const [id = '', hashKey, ...more] = body.split('#')
  if (more.length > 0) {
    throw wrong(
      `more than one key: ${text}`,
      'a version is ?version-stage=AWSPREVIOUS, or ?version-id=',
    )
  }
  if (hashKey === '') throw wrong(`no key after the #: ${text}`)
  const named = readId(id.startsWith(marker) ? id.slice(marker.length) : id, place, text)
  if (named === null) return null
  const { suffix, ...secret } = named
  const [suffixKey, suffixStage, suffixId] = suffix
  const key = onlyOne(hashKey, suffixKey, 'key', text)
  const stage = onlyOne(options.get('version-stage'), suffixStage, 'version stage', text)
  const versionId = onlyOne(options.get('version-id'), suffixId, 'version id', text)
  checkVersion(stage, versionId, text)
  const detail: SecretVersion = {
    ...secret,
    ...(stage !== undefined && { stage }),
    ...(versionId !== undefined && { versionId }),
  }
  return {
    text,
    provider: 'aws-sm',
    locator: secret.secretId,
    ...(key !== undefined && { key }),
    detail,
  }
}

type Named = Omit<SecretVersion, 'stage' | 'versionId'> & { readonly suffix: readonly string[] }

function readId(id: string, place: Place, text: string): Named | null {
  if (!id.startsWith('arn:')) {
    if (isName(id)) return { place, secretId: id, suffix: [] }
    throw wrong(
      id === '' ? `no name behind ${marker} in ${text}` : `not the name of a secret: ${text}`,
    )
  }
  const arn = parseArn(id, 'secretsmanager', 'secret:')
  if (arn === null) return null
  const [type = '', name = '', ...suffix] = arn.resource.split(':')
  if (type !== 'secret' || !isName(name)) throw wrong(`not the name of a secret: ${text}`)
  if (suffix.length > 3) throw wrong(`more than a key, a stage and a version id: ${text}`)
  return {
    place: placeInRegion(place, arn.region, text),
    secretId: id.split(':').slice(0, 7).join(':'),
    account: arn.account,
    suffix,
  }
}

/** Source: CreateSecret, member Name. */
function isName(name: string): boolean {
  return /^[A-Za-z0-9/_+=.@-]{1,512}$/.test(name)
}

/** What the two ways to write it give; an empty part of an ECS suffix is none. */
function onlyOne(
  option: string | undefined,
  suffix: string | undefined,
  what: string,
  text: string,
): string | undefined {
  if (option !== undefined && suffix) throw wrong(`the ${what} is given twice: ${text}`)
  return option ?? (suffix || undefined)
}

function checkVersion(stage: string | undefined, id: string | undefined, text: string): void {
  if (stage !== undefined && id !== undefined) {
    throw wrong(`both a version stage and a version id: ${text}`, 'one of them names the version')
  }
  if (stage !== undefined && !/^[\w+=.@/-]{1,256}$/.test(stage)) {
    throw wrong(`not a version stage: ${text}`, 'stages are AWSCURRENT, AWSPREVIOUS and your own')
  }
  if (id !== undefined && !/^[A-Za-z0-9-]{32,64}$/.test(id)) {
    throw wrong(`not a version id: ${text}`, 'an id has 32 to 64 letters, digits and hyphens')
  }
}

function wrong(message: string, hint?: string): ConfideError {
  return new ConfideError(message, {
    kind: 'data',
    hint:
      hint ??
      'write aws-sm:NAME#KEY, or an ARN with #KEY behind it; literal: or --except keep other text',
  })
}
