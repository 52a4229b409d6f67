import { ConfideError } from '../../leaf/errors.ts'
import { SecretValue } from '../../leaf/secret.ts'
import type { Answer } from '../io/http.ts'
import { isObject, memberOf, parseBody } from './body.ts'
import type { VaultClient } from './client.ts'
import { type Mount, Mounts } from './mounts.ts'
import { encodePath } from './path.ts'
import { isDenied, notVault, refusal, type Server } from './refusal.ts'

/** Where a secret is read from, below /v1. */
interface Source {
  readonly path: string
  readonly versioned: boolean
  /** The other path, where only trying could tell which one it is. */
  readonly alternative?: string
}

/** Reads secrets of key/value engines, of either version, by any of the two ways to write them. */
export class KeyValueReader implements Disposable {
  readonly #client: VaultClient
  readonly #mounts: Mounts

  constructor(client: VaultClient) {
    this.#client = client
    this.#mounts = new Mounts(client)
  }

  /** So many secrets are going to be read. */
  expect(secrets: number): void {
    this.#client.expect(secrets)
  }

  /** The keys of one version of one secret. */
  async read(path: string, version?: string): Promise<SecretValue> {
    const mount = await this.#mounts.of(path)
    if (mount === undefined) return await this.#guess(path, version)
    const source = sourceOf(path, mount)
    return await this.#take(
      await this.#get(source.path, version, source.versioned),
      source,
      version,
    )
  }

  [Symbol.dispose](): void {
    this.#client[Symbol.dispose]()
  }

  async #get(path: string, version: string | undefined, versioned: boolean): Promise<Answer> {
    if (version !== undefined && !versioned) {
      throw new ConfideError('this engine keeps no versions', {
        kind: 'data',
        hint: `leave #${version} out: it is mounted as key/value version 1`,
      })
    }
    const query = version === undefined ? '' : `?version=${version}`
    return await this.#client.read(encodePath(path) + query)
  }

  /** Without leave to ask about mounts: the path as it stands, or else as version 2 has it. */
  async #guess(path: string, version?: string): Promise<SecretValue> {
    const asWritten = await this.#get(path, version, true)
    const [mount = '', ...rest] = path.split('/')
    const isRefused = asWritten.status === 403 || asWritten.status === 404
    if (!isRefused || rest[0] === 'data') {
      return await this.#take(asWritten, { path, versioned: looksVersioned(asWritten) }, version)
    }
    const alternative = [mount, 'data', ...rest].join('/')
    const answer = await this.#get(alternative, version, true)
    const source = { path, alternative, versioned: true }
    // Whichever engine it is, 403 says more than the other one's 404.
    const isSecondBest = asWritten.status === 403 && answer.status === 404
    return await this.#take(isSecondBest ? asWritten : answer, source, version)
  }

  async #take(
    answer: Answer,
    { versioned, ...source }: Source,
    version?: string,
  ): Promise<SecretValue> {
    const parsed = parseBody(answer.body)
    const data = memberOf(parsed, 'data')
    if (versioned && isGone(data)) throw gone(memberOf(data, 'metadata'))
    const { server } = this.#client
    if (answer.status === 200 && parsed === undefined) throw notVault(200, server)
    if (answer.status === 200) return secretFrom(answer.body, data, versioned, server)
    const holder = isDenied(answer) ? await this.#client.holder() : undefined
    throw refusal(answer, { ...source, version }, server, holder)
  }
}

/** secret/app and secret/data/app are one secret of a versioned engine at secret/. */
function sourceOf(path: string, mount: Mount): Source {
  if (mount.version === 1) return { path, versioned: false }
  const name = path.slice(mount.path.length)
  return { path: name.startsWith('data/') ? path : `${mount.path}data/${name}`, versioned: true }
}

function looksVersioned({ body }: Answer): boolean {
  const data = memberOf(parseBody(body), 'data')
  return memberOf(data, 'data') !== undefined && memberOf(data, 'metadata') !== undefined
}

/** `data` is what `body` has under that name; numbers keep their digits only in the text. */
function secretFrom(body: Buffer, data: unknown, versioned: boolean, server: Server): SecretValue {
  const members = versioned ? memberOf(data, 'data') : data
  if (!isObject(members)) {
    throw new ConfideError('the answer holds no key/value secret', {
      kind: 'data',
      hint: `check ${server.addressVariable} and the path: only key/value engines are supported`,
    })
  }
  if (isTexts(members)) return SecretValue.of(members)
  try {
    const whole = new SecretValue(body).select('data')
    return versioned ? whole.select('data') : whole
  } catch (error) {
    if (!(error instanceof ConfideError)) throw error
    // It is JSON, as we know by now, so the one reason is what a stack can't hold.
    throw new ConfideError('the secret is nested too deeply', {
      kind: 'data',
      hint: 'store such a value as text',
    })
  }
}

/** Most secrets hold nothing else, and then no digits of a number can get lost. */
function isTexts(members: Record<string, unknown>): members is Record<string, string> {
  return Object.values(members).every(member => typeof member === 'string')
}

/** A deleted version answers 404, with the metadata that says so. */
function isGone(data: unknown): boolean {
  return isObject(data) && data['data'] === null && isObject(data['metadata'])
}

function gone(metadata: unknown): ConfideError {
  const isDestroyed = memberOf(metadata, 'destroyed') === true
  return new ConfideError(`this version is ${isDestroyed ? 'destroyed' : 'deleted'}`, {
    kind: 'missing',
    hint: isDestroyed
      ? 'name another version behind the key: #KEY#VERSION'
      : 'undelete it, or name another version behind the key: #KEY#VERSION',
  })
}
