/** Real work of every kind, with what it needs: training runs do it, `npm run bench` times it. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { answerAsAws, listAwsWorkloads } from './aws-workloads.ts'

export interface Workload {
  readonly name: string
  readonly variables: Readonly<Record<string, string>>
  readonly rest: readonly string[]
  readonly input?: string
  readonly status: number
}

/** The workload whose code cache of our own bundle is kept: it is the one that containers run. */
export const DECISIVE = 'resolve'

/** Things to resolve, and the servers and files behind them, for as long as `use` runs. */
export async function withWorkloads<T>(
  scratch: string,
  use: (workloads: readonly Workload[]) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(scratch, 'workloads-'))
  const server = await startServer()
  try {
    const { port } = server.address() as AddressInfo
    const address = `http://127.0.0.1:${port}`
    const aws = await listAwsWorkloads(folder, address)
    return await use([...(await listWorkloads(folder, address)), ...aws])
  } finally {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  }
}

async function listWorkloads(folder: string, address: string): Promise<Workload[]> {
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const place = (name: string) => join(folder, name)
  await writeFile(place('plain'), 'a secret of no value')
  await writeFile(place('identity'), `${identity}\n`, { mode: 0o600 })
  await writeFile(place('dotenv.age'), await seal('NAME=value\n', recipient))
  await writeFile(place('yaml.age'), await seal('name: value\n', recipient))
  const file = { FILE: `secretfile:${place('plain')}` }
  const sealed = {
    SEALED: `sealed:${place('dotenv.age')}#NAME`,
    CONFIDE_AGE_IDENTITY_FILE: place('identity'),
  }
  const vault = { VAULT_ADDR: address, VAULT_TOKEN: 'training', KEPT: 'vault:secret/data/app#name' }
  const yaml = { ...sealed, SEALED: `sealed:${place('yaml.age')}#name` }
  const command = ['--', 'true']
  const all = { ...file, ...sealed, ...vault }
  return [
    { name: 'file', variables: file, rest: command, status: 0 },
    { name: 'sealed', variables: sealed, rest: command, status: 0 },
    { name: 'vault', variables: vault, rest: command, status: 0 },
    { name: 'yaml', variables: yaml, rest: command, status: 0 },
    { name: DECISIVE, variables: all, rest: command, status: 0 },
    { name: 'environment', variables: file, rest: ['--deliver=env', ...command], status: 0 },
    { name: 'report', variables: { LOST: 'secretfile:/lost' }, rest: command, status: 66 },
    { name: 'check', variables: all, rest: ['check'], status: 0 },
    { name: 'help', variables: {}, rest: ['--help'], status: 0 },
    { name: 'version', variables: {}, rest: ['--version'], status: 0 },
    { name: 'keygen', variables: {}, rest: ['keygen'], status: 0 },
    {
      name: 'seal',
      variables: {},
      rest: ['seal', '--recipient', recipient],
      input: 'NAME=value\n',
      status: 0,
    },
  ]
}

async function seal(text: string, recipient: string): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return await encrypter.encrypt(text)
}

/** Answers like AWS or Vault's KV store, version 2; the product is never tested against it. */
function startServer(): Promise<Server> {
  const metadata = { created_time: '2026-01-01T00:00:00Z', version: 1, destroyed: false }
  const secret = { data: { data: { name: 'value' }, metadata }, lease_id: '', renewable: false }
  const mount = { data: { path: 'secret/', type: 'kv', options: { version: '2' } } }
  const server = createServer((request, response) => {
    if (answerAsAws(request, response)) return
    const { url = '' } = request
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify(url.startsWith('/v1/sys/internal/ui/mounts') ? mount : secret))
  })
  return new Promise(resolve => {
    server.listen(0, '127.0.0.1', () => {
      resolve(server)
    })
  })
}
