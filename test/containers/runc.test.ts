import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { type TestContext, test } from 'node:test'
import { type Outcome, start } from '../runs.ts'
import { openbao } from '../servers/openbao.ts'
import {
  type Container,
  dockerCapabilities,
  makeContainer,
  runContainer,
  secretDirectory,
} from './oci.ts'

const MiB = 1024 * 1024

/** Run /confide with one secret in /run/secrets, in an image that holds nothing else. */
async function withSecret(
  t: TestContext,
  command: readonly string[],
  container: Container = {},
): Promise<Outcome> {
  return await runContainer(t, ['/confide', '--', ...command], {
    programs: ['reads-secret', 'prints-descriptors', 'prints-status', 'double-forks'],
    secrets: secretDirectory(t, { db: 'secret' }),
    ...container,
    env: { DB: 'secretfile:/run/secrets/db', ...container.env },
  })
}

test('an empty read-only image, uid 65532, no capability, no_new_privs, 64 MB', async t => {
  const { status, stdout, stderr } = await withSecret(t, ['/reads-secret', 'DB'], {
    memory: 64 * MiB,
  })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'secret')
})

test('there the secret is a file of mode 0400 that belongs to the user', async t => {
  const { stdout } = await withSecret(t, ['/prints-descriptors'])
  assert.match(stdout.toString(), /^20 type=file mode=0400 uid=65532 gid=65532 size=6 /m)
})

test("root with Docker's capabilities", async t => {
  const { status, stdout, stderr } = await withSecret(t, ['/reads-secret', 'DB'], {
    uid: 0,
    capabilities: dockerCapabilities,
    memory: 64 * MiB,
  })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 'secret')
})

test('eight secrets of 1 MiB each fit into 64 MB', async t => {
  const names = Array.from({ length: 8 }, (_, index) => `S${index}`)
  const text = 'x'.repeat(MiB)
  const { status, stdout, stderr } = await withSecret(t, ['/reads-secret', ...names], {
    memory: 64 * MiB,
    secrets: secretDirectory(t, Object.fromEntries(['db', ...names].map(name => [name, text]))),
    env: Object.fromEntries(names.map(name => [name, `secretfile:/run/secrets/${name}`])),
  })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.equal(stdout.length, 8 * MiB)
})

test('a Vault secret in 128 MB, with nothing in the image but confide and the program', async t => {
  const server = await openbao({ tls: true })
  t.after(() => server.stop())
  await server.api('POST', 'secret/data/app', { data: { password: 's3cret' } })
  const { status, stdout, stderr } = await withSecret(t, ['/reads-secret', 'PASSWORD'], {
    memory: 128 * MiB,
    hostNetwork: true,
    secrets: secretDirectory(t, { db: 'secret', ca: readFileSync(server.authority, 'utf8') }),
    env: {
      PASSWORD: 'vault:secret/data/app#password',
      VAULT_ADDR: server.address,
      VAULT_TOKEN: server.rootToken,
      VAULT_CACERT: '/run/secrets/ca',
    },
  })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.equal(stdout.toString(), 's3cret')
})

test('without a reference it starts in 4 MB', async t => {
  const command = ['/confide', '--', '/prints-status']
  const { status, stdout } = await runContainer(t, command, {
    programs: ['prints-status'],
    memory: 4 * MiB,
  })
  assert.equal(status, 0)
  assert.match(stdout.toString(), /^no_new_privs=1$/m)
})

test('a memory limit that is too small ends with an error, not with a start', async t => {
  const { status, stdout, stderr } = await withSecret(t, ['/reads-secret', 'DB'], {
    memory: 8 * MiB,
  })
  assert.equal(status, 71, stderr)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /confide: error: /)
  assert.match(stderr, /confide: hint: .*memory/)
})

test('the init of a container reaps its orphans and passes SIGTERM on', async t => {
  const container = makeContainer(t, ['/confide', '--', '/double-forks', '50'], {
    programs: ['double-forks'],
    secrets: secretDirectory(t, { db: 'secret' }),
    env: { DB: 'secretfile:/run/secrets/db' },
  })
  using runc = start(container.command, { cwd: container.cwd })
  await runc.line(/^done$/)
  assert.equal(runc.stdout.match(/^orphan of 1$/gm)?.length, 50)
  runc.signal('SIGTERM')
  assert.equal((await runc.ended).status, 143)
})

test('a missing secret ends the container with 66 and says which', async t => {
  const { status, stdout, stderr } = await withSecret(t, ['/reads-secret', 'DB'], {
    env: { OTHER: 'secretfile:/run/secrets/other' },
  })
  assert.equal(status, 66)
  assert.equal(stdout.toString(), '')
  assert.match(stderr, /cannot fetch OTHER from secretfile:\/run\/secrets\/other/)
})
