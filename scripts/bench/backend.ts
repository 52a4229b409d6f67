/** The servers of a bench: a process that stands in for all of them, and its counters. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { authority, hereNames } from '../../test/servers/tls.ts'
import type { Counts, Identity, Order, Ports } from './stand-in.ts'

export type { Counts } from './stand-in.ts'
export type Variables = Readonly<Record<string, string>>
export type Protocol = 'http' | 'https'

/** As the stand-in knows them all by any name, they only differ in how they are asked for. */
const schemes = {
  'aws-sm': (name: string) => `aws-sm:${name}`,
  'aws-ssm': (name: string) => `aws-ssm:/${name}`,
  vault: (name: string) => `vault:secret/${name}`,
} as const

export type SchemeName = keyof typeof schemes

export class Backend {
  readonly #process: ChildProcess
  readonly #ports: Ports
  readonly #folder: string

  private constructor(child: ChildProcess, ports: Ports, folder: string) {
    this.#process = child
    this.#ports = ports
    this.#folder = folder
  }

  /** Started for as long as `use` runs, with a certificate that is as old as it. */
  static async with<T>(scratch: string, use: (backend: Backend) => Promise<T>): Promise<T> {
    const folder = await mkdtemp(join(scratch, 'bench-'))
    const child = fork(fileURLToPath(new URL('stand-in.ts', import.meta.url)))
    try {
      mkdirSync(join(folder, 'home'))
      const ports = await ask<Identity, Ports>(child, authority(folder).issue(hereNames))
      return await use(new Backend(child, ports, folder))
    } finally {
      child.disconnect()
      await rm(folder, { recursive: true })
    }
  }

  /** What was counted since the last call; from now on answers take `milliseconds`. */
  async restart(milliseconds: number): Promise<Counts> {
    return await ask<Order, Counts>(this.#process, { milliseconds })
  }

  /** One variable with a reference to a key of a secret of its own, for each of `count`. */
  secrets(scheme: SchemeName, count: number, protocol: Protocol = 'http'): Variables {
    const references = Array.from({ length: count }, (_, at) => {
      return [`SECRET_${at}`, `${schemes[scheme](`app/secret-${at}`)}#key0`]
    })
    return { ...this.#settings(protocol), ...Object.fromEntries(references) }
  }

  /** The keys of one secret, each in a variable of its own; there are ten. */
  keys(scheme: SchemeName, count: number): Variables {
    const references = Array.from({ length: count }, (_, at) => {
      return [`SECRET_${at}`, `${schemes[scheme]('app/secret')}#key${at}`]
    })
    return { ...this.#settings('http'), ...Object.fromEntries(references) }
  }

  /** Where a container with keys in its environment finds both; HOME has no files of the CLIs. */
  #settings(protocol: Protocol): Variables {
    const address = `${protocol}://127.0.0.1:${this.#ports[protocol]}`
    const bundle = join(this.#folder, 'authority.pem')
    return {
      HOME: join(this.#folder, 'home'),
      AWS_REGION: 'eu-west-1',
      AWS_ENDPOINT_URL: address,
      AWS_ACCESS_KEY_ID: 'AKIABENCH',
      AWS_SECRET_ACCESS_KEY: 'of-no-value',
      VAULT_ADDR: address,
      VAULT_TOKEN: 'of-no-value',
      ...(protocol === 'https' && { AWS_CA_BUNDLE: bundle, VAULT_CACERT: bundle }),
    }
  }
}

async function ask<Question extends object, Answer>(
  child: ChildProcess,
  question: Question,
): Promise<Answer> {
  child.send(question)
  const [answer] = (await once(child, 'message')) as [Answer]
  return answer
}
