import assert from 'node:assert/strict'
import { copyFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { placeBinary, temporaryDirectory } from '../runs.ts'
import { privateDocker } from './dockerd.ts'
import { secretDirectory } from './oci.ts'

test('as the init of `docker run --init` it serves images that do not know of it', async t => {
  const host = temporaryDirectory(t)
  const init = join(host, 'docker-init')
  symlinkSync(placeBinary(host), init)
  const docker = await privateDocker(t, { 'init-path': init })
  const context = temporaryDirectory(t)
  copyFileSync(fixture('reads-secret'), join(context, 'reads-secret'))
  copyFileSync(fixture('waits'), join(context, 'waits'))
  copyFileSync(fixture('exits-with'), join(context, 'exits-with'))
  writeFileSync(join(context, 'Dockerfile'), 'FROM scratch\nCOPY . /\n')
  const built = await docker(['build', '--tag', 'app', context])
  assert.equal(built.status, 0, built.stderr)

  const secrets = secretDirectory(t, { db: 'secret' })
  const options = ['--init', '--network', 'none', '--volume', `${secrets}:/run/secrets:ro`]
  const env = ['--env', 'DB_PASSWORD=secretfile:/run/secrets/db']

  await t.test('the exit code of the command is that of the container', async () => {
    const command = ['app', '/exits-with', '7']
    assert.equal((await docker(['run', '--rm', ...options, ...command])).status, 7)
  })

  await t.test('a reference in its environment is resolved', async () => {
    const command = [...env, 'app', '/reads-secret', 'DB_PASSWORD']
    const { status, stdout, stderr } = await docker(['run', '--rm', ...options, ...command])
    assert.deepEqual([status, stdout.toString(), stderr], [0, 'secret', ''])
  })

  await t.test('docker stop ends it with 143', async () => {
    const words = ['--detach', '--name', 'waiting', ...options, 'app', '/waits']
    const started = await docker(['run', ...words])
    assert.equal(started.status, 0, started.stderr)
    await docker(['stop', '--time', '60', 'waiting'])
    const { stdout } = await docker(['inspect', '--format', '{{.State.ExitCode}}', 'waiting'])
    assert.equal(stdout.toString(), '143\n')
  })

  await t.test('docker info has nothing to say against its version', async () => {
    const { stdout, stderr } = await docker(['info'])
    assert.match(stdout.toString(), /^ Init Binary: .*docker-init$/m)
    assert.doesNotMatch(stdout.toString() + stderr, /failed to (parse|retrieve).*init/i)
  })
})
