import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { StartBackend } from './backend.ts'

export const startBackend: StartBackend = () => {
  const directory = mkdtempSync(join(tmpdir(), 'confide-contract-'))
  const place = (name: string, text: string) => {
    writeFileSync(join(directory, name), text)
    return `secretfile:${join(directory, name)}`
  }
  const object = place('object', '{"key":"canary-key"}')
  return Promise.resolve({
    world: {},
    secrets: [
      [place('plain', 'canary-plain\n'), 'canary-plain\n'],
      [`${object}#key`, 'canary-key'],
      [object, '{"key":"canary-key"}'],
    ],
    missing: `secretfile:${join(directory, 'missing')}`,
    credentials: [],
    stop: () => Promise.resolve(rmSync(directory, { recursive: true })),
  })
}
