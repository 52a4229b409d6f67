import { openbao } from '../../servers/openbao.ts'
import type { StartBackend } from './backend.ts'

export const startBackend: StartBackend = async () => {
  const bao = await openbao()
  await bao.api('POST', 'secret/data/app', { data: { one: 'canary-one', two: 'canary-two' } })
  await bao.api('POST', 'kv1/app', { three: 'canary-three' })
  return {
    world: { variables: { VAULT_ADDR: bao.address, VAULT_TOKEN: bao.rootToken } },
    secrets: [
      ['vault:secret/data/app#one', 'canary-one'],
      ['bao:secret/app#two', 'canary-two'],
      ['vault:kv1/app#three', 'canary-three'],
    ],
    missing: 'vault:secret/nothing#here',
    credentials: [bao.rootToken],
    stop: () => bao.stop(),
  }
}
