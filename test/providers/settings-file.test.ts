import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { ConfideError } from '../../src/leaf/errors.ts'
import {
  readCustomaryFile,
  readSettingsFile,
  variableBesideFile,
} from '../../src/providers/io/settings-file.ts'
import { asNobody } from '../servers/as-nobody.ts'
import { contextOf } from '../servers/context.ts'

const { signal } = new AbortController()
const directory = mkdtempSync(join(tmpdir(), 'confide-settings-file-'))
chmodSync(directory, 0o755)
after(() => rmSync(directory, { recursive: true, force: true }))

const locked = join(directory, 'locked')
writeFileSync(locked, 'token')
chmodSync(locked, 0)
mkdirSync(join(directory, 'folder'))

test('whatever a setting names and can not be read is a matter of configuration', async () => {
  const faults: [path: string, reason: string][] = [
    ['nothing', 'no such file'],
    ['folder', 'is a directory'],
    ['locked', 'permission denied'],
  ]
  for (const [name, reason] of faults) {
    const path = join(directory, name)
    const expected = { kind: 'configuration', message: `cannot read ${path} (NAME): ${reason}` }
    await assert.rejects(
      asNobody(() => readSettingsFile(path, 'NAME', signal)),
      expected,
    )
    const customary = asNobody(() => readCustomaryFile(path, 'NAME', signal))
    if (name === 'nothing') assert.equal(await customary, undefined)
    else await assert.rejects(customary, expected)
  }
})

test('after the deadline it is too late, not wrong', async () => {
  const late = readSettingsFile(locked, 'NAME', AbortSignal.abort())
  await assert.rejects(late, { kind: 'temporary' })
})

test('a reference in a variable with a twin for files names the twin', () => {
  const context = contextOf({ variables: { TOKEN: 'x' } })
  assert.equal(variableBesideFile('TOKEN', context), 'x')
  const reference = {
    ...context,
    variable(name: string): string {
      throw new ConfideError(`${name} is itself a reference`, { kind: 'configuration' })
    },
  }
  assert.throws(() => variableBesideFile('VAULT_TOKEN', reference), {
    kind: 'configuration',
    message: 'VAULT_TOKEN is itself a reference',
    hint: 'set VAULT_TOKEN_FILE=/path instead',
  })
})
