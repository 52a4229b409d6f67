import assert from 'node:assert/strict'
import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { placeBinary, temporaryDirectory } from '../runs.ts'
import { privateDocker } from './dockerd.ts'
import { secretDirectory } from './oci.ts'

const example = join(import.meta.dirname, '..', '..', 'Dockerfile.example')

test('Dockerfile.example builds an image whose program finds its secret', async t => {
  const docker = await privateDocker(t)
  const context = temporaryDirectory(t)
  placeBinary(context)
  copyFileSync(fixture('reads-secret'), join(context, 'my-app'))
  copyFileSync(example, join(context, 'Dockerfile'))
  const built = await docker(['build', '--tag', 'my-app', context])
  assert.equal(built.status, 0, built.stderr)

  const secrets = secretDirectory(t, { db: 'secret' })
  const options = ['--rm', '--network', 'none', '--volume', `${secrets}:/run/secrets:ro`]
  const env = ['--env', 'DB_PASSWORD=secretfile:/run/secrets/db']
  const hardened = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges']
  const words = [...env, '--memory', '64m', 'my-app', '/my-app', 'DB_PASSWORD']

  await t.test('as it is', async () => {
    const { status, stdout, stderr } = await docker(['run', ...options, ...words])
    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.equal(stdout.toString(), 'secret')
  })

  await t.test('read-only, without capabilities and new privileges, in 64 MB', async () => {
    const { status, stdout, stderr } = await docker(['run', ...options, ...hardened, ...words])
    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.equal(stdout.toString(), 'secret')
  })

  await t.test('the exit code of the container is that of confide', async () => {
    const missing = ['--env', 'OTHER=secretfile:/run/secrets/other', ...words]
    const { status, stdout, stderr } = await docker(['run', ...options, ...missing])
    assert.equal(status, 66)
    assert.equal(stdout.toString(), '')
    assert.match(stderr, /cannot fetch OTHER/)
  })

  await t.test('docker stop ends it at once with 143, not after ten seconds with 137', async () => {
    const waiting = join(context, 'waiting')
    mkdirSync(waiting)
    placeBinary(waiting)
    copyFileSync(fixture('waits'), join(waiting, 'my-app'))
    copyFileSync(example, join(waiting, 'Dockerfile'))
    await docker(['build', '--tag', 'waiting', waiting])
    const detached = ['--detach', '--name', 'waiting', ...options.slice(1), ...env, 'waiting']
    const started = await docker(['run', ...detached])
    assert.equal(started.status, 0, started.stderr)
    await docker(['stop', '--time', '60', 'waiting'])
    const { stdout } = await docker(['inspect', '--format', '{{.State.ExitCode}}', 'waiting'])
    assert.equal(stdout.toString(), '143\n')
  })
})
