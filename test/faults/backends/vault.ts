import { after } from 'node:test'
import { json } from '../../servers/hostile-http.ts'
import { behindMounts } from '../../servers/hostile-http.ts'
import { type Openbao, openbao } from '../../servers/openbao.ts'
import { until } from '../../until.ts'
import type { Fault, FaultBackend, Scene } from './backend.ts'

const environment = (address: string): Scene => ({
  VAULT_ADDR: address,
  VAULT_TOKEN: 'hvs.canary-of-the-token',
  HOME: '/nonexistent',
})

const reference = 'vault:secret/data/app#password'
const good = behindMounts(
  json(200, { data: { data: { password: 'canary-secret' }, metadata: {} } }),
)

let running: Promise<Openbao> | undefined
after(async () => await (await running)?.stop())

/** The one real server of all faults that leave it as it is. */
async function server(): Promise<Openbao> {
  running ??= openbao()
  return await running
}

/** As root, who may read everything, so that only what is read can be wrong. */
async function asRoot(more: Scene, prepare?: (bao: Openbao) => Promise<unknown>): Promise<Scene> {
  const bao = await server()
  await prepare?.(bao)
  return { ...environment(bao.address), VAULT_TOKEN: bao.rootToken, ...more }
}

/** With a token that may read secret/data/web and nothing else. */
async function asWeb(about: Record<string, unknown>, more: Scene = {}): Promise<Scene> {
  const bao = await server()
  const policy = 'path "secret/data/web" { capabilities = ["read"] }'
  await bao.api('PUT', 'sys/policies/acl/web', { policy })
  const { body } = await bao.api('POST', 'auth/token/create', { policies: ['web'], ...about })
  const { client_token: token } = body['auth'] as { client_token: string }
  return { ...environment(bao.address), VAULT_TOKEN: token, ...more }
}

const refused: Fault[] = [
  {
    name: 'forbidden',
    situation: 'no policy of the token allows to read the secret',
    arrange: () => asWeb({ display_name: 'web' }),
  },
  {
    name: 'forbidden-unnamed',
    situation: 'no policy of the token allows to read the secret, nor to look itself up',
    arrange: () => asWeb({ no_default_policy: true }),
  },
  {
    name: 'forbidden-in-namespace',
    situation: 'the token has no rights in the namespace',
    arrange: async () => {
      await (await server()).api('POST', 'sys/namespaces/group')
      return await asWeb({ display_name: 'web' }, { VAULT_NAMESPACE: 'group' })
    },
  },
  {
    name: 'expired-token',
    situation: 'the token has expired',
    arrange: async () => {
      const scene = await asWeb({ ttl: '1s' })
      const headers = { 'x-vault-token': String(scene['VAULT_TOKEN']) }
      const address = `${(await server()).address}/v1/auth/token/lookup-self`
      await until('the token to expire', async () => !(await fetch(address, { headers })).ok)
      return scene
    },
  },
  {
    name: 'unknown-token',
    situation: 'the server does not know the token, which is in a file',
    arrange: async stage => {
      const VAULT_TOKEN_FILE = stage.file('token', 'hvs.canary-of-the-token\n')
      return await asRoot({ VAULT_TOKEN: '', VAULT_TOKEN_FILE })
    },
  },
]

const missing: Fault[] = [
  {
    name: 'missing-secret',
    situation: 'nothing is stored at the path',
    arrange: () => asRoot({ DB_PASSWORD: 'vault:secret/none#password' }),
  },
  {
    name: 'missing-key',
    situation: 'the secret has other keys',
    arrange: () =>
      asRoot({}, bao => bao.api('POST', 'secret/data/app', { data: { canary: 'canary' } })),
  },
  {
    name: 'missing-version',
    situation: 'the secret has no such version',
    arrange: () =>
      asRoot({ DB_PASSWORD: 'vault:secret/versions#k#7' }, bao =>
        bao.api('POST', 'secret/data/versions', { data: { k: 'canary' } }),
      ),
  },
  {
    name: 'deleted-version',
    situation: 'the newest version is deleted',
    arrange: () =>
      asRoot({ DB_PASSWORD: 'vault:secret/deleted#k' }, async bao => {
        await bao.api('POST', 'secret/data/deleted', { data: { k: 'canary' } })
        await bao.api('DELETE', 'secret/data/deleted')
      }),
  },
  {
    name: 'destroyed-version',
    situation: 'the version is destroyed',
    arrange: () =>
      asRoot({ DB_PASSWORD: 'vault:secret/destroyed#k#1' }, async bao => {
        await bao.api('POST', 'secret/data/destroyed', { data: { k: 'canary' } })
        await bao.api('POST', 'secret/destroy/destroyed', { versions: [1] })
      }),
  },
  {
    name: 'nothing-mounted',
    situation: 'no engine is mounted at the first part of the path',
    arrange: () => asRoot({ DB_PASSWORD: 'vault:kv/app#password' }),
  },
  {
    name: 'wrong-namespace',
    situation: 'there is no such namespace',
    arrange: () => asRoot({ VAULT_NAMESPACE: 'nowhere' }),
  },
  {
    name: 'other-engine',
    situation: 'the engine makes leases, which nobody would renew',
    arrange: () => asRoot({ DB_PASSWORD: 'vault:cubby/x/y#k' }, mountTransit),
  },
  {
    name: 'no-versions',
    situation: 'a version of an engine that keeps none',
    arrange: () => asRoot({ DB_PASSWORD: 'vault:kv1/app#password#2' }),
  },
]

async function mountTransit(bao: Openbao): Promise<void> {
  await bao.api('POST', 'sys/mounts/cubby', { type: 'transit' })
}

const settings: Fault[] = [
  {
    name: 'no-address',
    situation: 'no variable names the server',
    arrange: () => ({ ...environment(''), VAULT_TOKEN: 'hvs.canary' }),
  },
  {
    name: 'no-token',
    situation: 'there is no token anywhere',
    arrange: () => ({ ...environment('http://127.0.0.1:1'), VAULT_TOKEN: '' }),
  },
  {
    name: 'no-token-file',
    situation: 'the file of the token is not there',
    arrange: () => {
      const VAULT_TOKEN_FILE = '/nonexistent/token'
      return { ...environment('http://127.0.0.1:1'), VAULT_TOKEN: '', VAULT_TOKEN_FILE }
    },
  },
  {
    name: 'no-word-of-a-token',
    situation: 'what should be a token is something else',
    arrange: () => ({ ...environment('http://127.0.0.1:1'), VAULT_TOKEN: '{"canary": 1}' }),
  },
  {
    name: 'address-with-v1',
    situation: 'the address has the /v1 that confide adds',
    arrange: () => environment('http://127.0.0.1:1/v1'),
  },
]

const states: Fault[] = [
  {
    name: 'sealed',
    situation: 'the server is sealed',
    arrange: async stage => {
      const bao = await stage.keep(openbao())
      await bao.api('PUT', 'sys/seal')
      return environment(bao.address)
    },
  },
  {
    name: 'behind-its-cluster',
    situation: 'the server has not yet learnt what others of its cluster know (412)',
    arrange: async stage => environment(await stage.http(behindMounts(json(412, { errors: [] })))),
  },
]

export const backend: FaultBackend = {
  name: 'vault',
  reference,
  environment,
  good,
  faults: [...refused, ...missing, ...settings, ...states],
}
