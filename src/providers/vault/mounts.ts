import { ConfideError } from '../../leaf/errors.ts'
import { memberOf, parseBody } from './body.ts'
import type { VaultClient } from './client.ts'
import { encodePath } from './path.ts'
import { notVault, refusal, type Server } from './refusal.ts'

/** A key/value engine; `path` ends in a slash. */
export interface Mount {
  readonly path: string
  /** 1 keeps one value, 2 keeps versions. */
  readonly version: 1 | 2
}

/** What is known about the mounts below one first part of a path. */
interface Knowledge {
  readonly mounts: readonly Mount[]
  /** The server does not let us ask. */
  readonly closed: boolean
}

/**
 * The engines that hold secrets, as the server itself names them.
 *
 * A path alone does not tell: secret/data/x is a version 2 secret x, or a version 1 secret data/x,
 * and a mount may have several parts. Vault's own client asks the same endpoint first.
 */
export class Mounts {
  readonly #client: VaultClient
  readonly #turns = new Map<string, Promise<Knowledge>>()

  constructor(client: VaultClient) {
    this.#client = client
  }

  /** The engine of `path`; undefined when the server won't say. One question for each engine. */
  async of(path: string): Promise<Mount | undefined> {
    const first = path.slice(0, path.indexOf('/'))
    const before = this.#turns.get(first) ?? Promise.resolve({ mounts: [], closed: false })
    const turn = before.then(known => this.#learn(path, known))
    this.#turns.set(first, turn)
    const { mounts } = await turn
    return mountOf(path, mounts)
  }

  async #learn(path: string, known: Knowledge): Promise<Knowledge> {
    if (known.closed || mountOf(path, known.mounts) !== undefined) return known
    const { server } = this.#client
    const answer = await this.#client.read(`sys/internal/ui/mounts/${encodePath(path)}`)
    if (answer.status === 200) {
      const mount = parseMount(memberOf(parseBody(answer.body), 'data'), path, server)
      return { ...known, mounts: [...known.mounts, mount] }
    }
    const failure = refusal(answer, { path }, server)
    // Policies may forbid the question and old servers lack it; the secret may be readable yet.
    if (failure.kind === 'permission' || failure.kind === 'missing' || failure.kind === 'data') {
      return { ...known, closed: true }
    }
    throw failure
  }
}

function mountOf(path: string, mounts: readonly Mount[]): Mount | undefined {
  return mounts.find(mount => path.startsWith(mount.path))
}

function parseMount(data: unknown, path: string, server: Server): Mount {
  const mount = memberOf(data, 'path')
  const type = memberOf(data, 'type')
  // Of auth/token/x, Vault says that token/ is mounted there, of type token.
  if (typeof type === 'string' && path.startsWith('auth/')) throw noSecrets('auth/')
  if (typeof mount !== 'string' || mount === '' || !path.startsWith(mount)) {
    throw notVault(200, server)
  }
  if (type !== 'kv' && type !== 'generic' && type !== 'cubbyhole') throw noSecrets(mount)
  const version = memberOf(memberOf(data, 'options'), 'version')
  return { path: mount, version: version === '2' ? 2 : 1 }
}

function noSecrets(mount: string): ConfideError {
  return new ConfideError(`the engine mounted at ${mount} holds no key/value secrets`, {
    kind: 'configuration',
    hint: 'this version of confide reads engines of type kv, generic and cubbyhole',
  })
}
