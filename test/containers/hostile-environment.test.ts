import assert from 'node:assert/strict'
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { binary, run, temporaryDirectory } from '../runs.ts'
import { openbao } from '../servers/openbao.ts'

/** Variables that would make Node, OpenSSL or ld.so load, write, print or wait for something. */
function hostileVariables(traps: string): Record<string, string> {
  const library = join(traps, 'evil.so')
  const script = join(traps, 'evil.js')
  const config = join(traps, 'evil.cnf')
  const output = join(traps, 'output')
  mkdirSync(output)
  // ld.so would complain about this one, and refuse to start with the other.
  writeFileSync(library, 'this is no library')
  writeFileSync(join(traps, 'libm.so.6'), 'this is no library')
  writeFileSync(script, `require('fs').writeFileSync('${output}/loaded', 'evil')`)
  writeFileSync(config, 'this is = no [configuration\n.include /nonexistent\n')
  return {
    LD_PRELOAD: library,
    LD_AUDIT: library,
    LD_LIBRARY_PATH: traps,
    LD_DEBUG: 'all',
    LD_DEBUG_OUTPUT: join(output, 'ld'),
    LD_PROFILE: 'libc.so.6',
    LD_BIND_NOW: '1',
    GLIBC_TUNABLES: 'glibc.malloc.check=3',
    MALLOC_PERTURB_: '165',
    GCONV_PATH: traps,
    NODE_OPTIONS: `--inspect-brk=0 --require ${script}`,
    NODE_V8_COVERAGE: output,
    NODE_COMPILE_CACHE: output,
    NODE_REDIRECT_WARNINGS: join(output, 'warnings'),
    NODE_EXTRA_CA_CERTS: '/nonexistent/ca.pem',
    NODE_TLS_REJECT_UNAUTHORIZED: '0',
    NODE_DEBUG: 'http,tls,net,fs,module',
    NODE_DEBUG_NATIVE: 'DIAGNOSTICS,MKSNAPSHOT',
    NODE_PATH: traps,
    NODE_REPL_EXTERNAL_MODULE: script,
    NODE_ICU_DATA: traps,
    NODE_CHANNEL_FD: '2',
    NODE_UNIQUE_ID: '7',
    NODE_PENDING_DEPRECATION: '1',
    NODE_REPORT_ON_SIGNAL: '1',
    DEBUG: '*',
    FORCE_COLOR: '3',
    OPENSSL_CONF: config,
    OPENSSL_MODULES: traps,
    OPENSSL_ENGINES: traps,
    SSLKEYLOGFILE: join(output, 'keys'),
    UV_THREADPOOL_SIZE: '1',
    UV_USE_IO_URING: '1',
    TZ: ':/etc/shadow',
    CONFIDE_MODE: 'cli',
    CONFIDE_FFI: library,
    CONFIDE_SHIM: library,
  }
}

interface Trapped {
  hostile: Record<string, string>
  /** What was written into the traps. */
  written(): string[]
}

function setTraps(t: TestContext): Trapped {
  const traps = temporaryDirectory(t)
  const hostile = hostileVariables(traps)
  return { hostile, written: () => readdirSync(join(traps, 'output')) }
}

test('no hostile variable is obeyed while a secret is resolved', async t => {
  const { hostile, written } = setTraps(t)
  const env = { ...hostile, X: `secretfile:${import.meta.filename}` }
  const { status, stdout, stderr } = await run([binary, '--', fixture('reads-secret'), 'X'], {
    env,
  })
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.ok(stdout.includes('no hostile variable is obeyed'))
  assert.deepEqual(written(), [])
})

test('no hostile variable is obeyed by the command line', async t => {
  const { hostile, written } = setTraps(t)
  for (const [words, code] of [
    [['--help'], 0],
    [['--version'], 0],
    [['check'], 0],
    [['--no-such-option'], 64],
  ] as const) {
    const { status, stderr } = await run([binary, ...words], { env: hostile })
    assert.equal(status, code, stderr)
    assert.match(stderr, /^(confide: (error|hint): .*\n)*$/)
  }
  assert.deepEqual(written(), [])
})

test('every hostile variable reaches the command unchanged, whether or not Node ran', async t => {
  const { hostile } = setTraps(t)
  for (const reference of [{}, { X: `secretfile:${import.meta.filename}` }]) {
    const env = { ...hostile, ...reference }
    const { stdout } = await run([binary, '--', fixture('prints-environment')], { env })
    const entries = new Set(stdout.toString().split('\0'))
    for (const [name, value] of Object.entries(hostile)) assert.ok(entries.has(`${name}=${value}`))
  }
})

test('an --env-file is for the command: what it says about Node is not obeyed', async t => {
  const { hostile, written } = setTraps(t)
  const file = join(temporaryDirectory(t), 'app.env')
  const { NODE_OPTIONS, NODE_V8_COVERAGE } = hostile
  writeFileSync(file, `NODE_OPTIONS="${NODE_OPTIONS}"\nNODE_V8_COVERAGE=${NODE_V8_COVERAGE}\n`)
  const command = [binary, '--env-file', file, '--', fixture('prints-environment')]
  const { status, stdout, stderr } = await run(command)
  assert.equal(stderr, '')
  assert.equal(status, 0)
  assert.ok(stdout.includes(`NODE_OPTIONS=${NODE_OPTIONS}`))
  assert.deepEqual(written(), [])
})

test('options of Node are not options of confide', async () => {
  for (const option of ['--inspect', '--require=/x', '--eval=1', '--cpu-prof', '--v8-options']) {
    const { status, stdout, stderr } = await run([binary, option, '--', 'echo', 'started'])
    assert.equal(status, 64, option)
    assert.equal(stdout.toString(), '')
    assert.match(stderr, /^confide: error: unknown option/)
  }
})

test('TLS keeps its promises: no key log, no trust without a root', async t => {
  const server = await openbao({ tls: true })
  t.after(() => server.stop())
  await server.api('POST', 'secret/data/app', { data: { password: 's3cret' } })
  const { hostile, written } = setTraps(t)
  const env = {
    ...hostile,
    X: 'vault:secret/data/app#password',
    VAULT_ADDR: server.address,
    VAULT_TOKEN: server.rootToken,
  }
  const command = [binary, '--', fixture('reads-secret'), 'X']
  const untrusted = await run(command, { env })
  assert.equal(untrusted.status, 69, untrusted.stderr)
  assert.match(untrusted.stderr, /certificate is not trusted/)
  const trusted = await run(command, { env: { ...env, VAULT_CACERT: server.authority } })
  assert.equal(trusted.status, 0, trusted.stderr)
  assert.equal(trusted.stdout.toString(), 's3cret')
  assert.deepEqual(written(), [])
})

test('roots in NODE_EXTRA_CA_CERTS, SSL_CERT_FILE and SSL_CERT_DIR are added', async t => {
  const server = await openbao({ tls: true })
  t.after(() => server.stop())
  await server.api('POST', 'secret/data/app', { data: { password: 's3cret' } })
  const authorities = temporaryDirectory(t)
  await run(['cp', server.authority, join(authorities, 'authority.pem')])
  for (const roots of [
    { NODE_EXTRA_CA_CERTS: server.authority },
    { SSL_CERT_FILE: server.authority },
    { SSL_CERT_DIR: authorities },
  ]) {
    const env = {
      ...roots,
      X: 'vault:secret/data/app#password',
      VAULT_ADDR: server.address,
      VAULT_TOKEN: server.rootToken,
    }
    const { status, stdout, stderr } = await run([binary, '--', fixture('reads-secret'), 'X'], {
      env,
    })
    assert.equal(status, 0, `${Object.keys(roots)}: ${stderr}`)
    assert.equal(stdout.toString(), 's3cret')
  }
})
