import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keyPair, sealFor } from '../../servers/age.ts'
import type { StartBackend } from './backend.ts'

export const startBackend: StartBackend = async () => {
  const directory = mkdtempSync(join(tmpdir(), 'confide-contract-'))
  const { identity, recipient } = await keyPair()
  const place = async (name: string, text: string) => {
    writeFileSync(join(directory, name), await sealFor(text, recipient))
    return `sealed:${join(directory, name)}`
  }
  const object = await place('object.age', '{"key":"canary-key"}')
  return {
    world: { variables: { CONFIDE_AGE_IDENTITY: identity } },
    secrets: [
      [await place('plain.age', 'canary-plain\n'), 'canary-plain\n'],
      [`${object}#key`, 'canary-key'],
      [object, '{"key":"canary-key"}'],
    ],
    missing: `${object}#other`,
    credentials: [identity],
    stop: () => Promise.resolve(rmSync(directory, { recursive: true })),
  }
}
