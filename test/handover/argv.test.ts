/** Node reads options from all of argv before it runs a line of ours: nothing of it may arrive. */
import assert from 'node:assert/strict'
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { binary, run, temporaryDirectory } from '../runs.ts'

for (const name of ['-confide', '--inspect=127.0.0.1:0', '--prof', '--no-such-option', '']) {
  test(`called ${JSON.stringify(name)} confide does what it always does`, async t => {
    const directory = temporaryDirectory(t)
    writeFileSync(join(directory, 'secret'), 'value')
    const script = 'exec -a "$0" "$@"'
    const command = [
      'bash',
      '--norc',
      '-c',
      script,
      name,
      binary,
      '--',
      'sh',
      '-c',
      'cat $X_FILE; ls',
    ]
    const env = { X: `secretfile:${join(directory, 'secret')}` }
    const { status, stdout, stderr } = await run(command, { env, cwd: directory })
    assert.equal(stderr, '')
    assert.equal(status, 0)
    assert.equal(stdout.toString(), 'valuesecret\n')
  })
}

test('no program is run by way of argv[0]', async t => {
  const directory = temporaryDirectory(t)
  const marker = join(directory, 'ran')
  const script = join(directory, 'evil.js')
  writeFileSync(script, `require('node:fs').writeFileSync(${JSON.stringify(marker)}, '')`)
  writeFileSync(join(directory, 'secret'), 'value')
  const rename = ['bash', '--norc', '-c', 'exec -a "$0" "$@"', `--require=${script}`]
  const env = { X: `secretfile:${join(directory, 'secret')}` }
  const { status } = await run([...rename, binary, '--', 'true'], { env })
  assert.equal(status, 0)
  assert.ok(!existsSync(marker))
})

test('options of Node behind the command are its own', async () => {
  const env = { X: 'literal:x' }
  for (const option of ['--env-file=/nonexistent', '--experimental-config-file=/nonexistent']) {
    const { status, stdout } = await run([binary, 'echo', option], { env })
    assert.equal(status, 0)
    assert.equal(stdout.toString(), `${option}\n`)
  }
})

test("the image's openssl.cnf is not for the resolver", async t => {
  const directory = temporaryDirectory(t)
  const broken = join(directory, 'openssl.cnf')
  writeFileSync(broken, 'nodejs_conf = i\n[i\n===\n')
  writeFileSync(join(directory, 'secret'), 'value')
  const mount = `mount --bind ${broken} /etc/ssl/openssl.cnf && exec "$0" -- true`
  const env = { X: `secretfile:${join(directory, 'secret')}` }
  const { status, stderr } = await run(['unshare', '-m', 'sh', '-c', mount, binary], { env })
  assert.equal(stderr, '')
  assert.equal(status, 0)
})
