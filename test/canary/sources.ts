/** One secret in each provider, with values that occur nowhere else on the machine. */
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before } from 'node:test'
import { keyPair, sealFor } from '../servers/age.ts'
import { type Openbao, openbao } from '../servers/openbao.ts'

export interface Source {
  name: string
  /** What the provider has, and nobody but the command may see. */
  secret: string
  /** What fetches it, and the command may not see either. */
  credentials: readonly string[]
  /** The environment in which X refers to the secret. */
  env: Readonly<Record<string, string>>
}

export function canary(): string {
  return `canary-${randomBytes(24).toString('hex')}`
}

function fileSource(directory: string): Source {
  const secret = canary()
  const path = join(directory, 'value')
  writeFileSync(path, secret)
  return { name: 'secretfile', secret, credentials: [], env: { X: `secretfile:${path}` } }
}

async function sealedSource(directory: string): Promise<Source> {
  const secret = canary()
  const { identity, recipient } = await keyPair()
  const file = join(directory, 'secrets.json.age')
  writeFileSync(file, await sealFor(JSON.stringify({ password: secret }), recipient))
  const identityFile = join(directory, 'identity')
  writeFileSync(identityFile, identity, { mode: 0o600 })
  const env = { X: `sealed:${file}#password`, CONFIDE_AGE_IDENTITY_FILE: identityFile }
  return { name: 'sealed', secret, credentials: [identity], env }
}

async function vaultSource(server: Openbao): Promise<Source> {
  const secret = canary()
  await server.api('POST', 'secret/data/canary', { data: { password: secret } })
  const token = await server.tokenWith('path "secret/*" { capabilities = ["read"] }')
  const env = {
    X: 'vault:secret/data/canary#password',
    VAULT_ADDR: server.address,
    VAULT_TOKEN: token,
  }
  return { name: 'vault', secret, credentials: [token], env }
}

/** One source of each kind, there while the tests of a file run; the list fills before them. */
export function provideSources(): { directory: string; sources: Source[] } {
  const directory = mkdtempSync(join(tmpdir(), 'confide-canary-'))
  const sources: Source[] = []
  let server: Openbao | undefined
  before(async () => {
    server = await openbao()
    sources.push(fileSource(directory), await sealedSource(directory), await vaultSource(server))
  })
  after(async () => {
    await server?.stop()
    rmSync(directory, { recursive: true, force: true })
  })
  return { directory, sources }
}
