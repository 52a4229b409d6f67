import assert from 'node:assert/strict'
import { test } from 'node:test'
import { binary, type Outcome, run } from '../runs.ts'
import { type Behaviour, hostileServer, json, plain } from '../servers/hostile-http.ts'
import { canary, provideSources } from './sources.ts'

const { sources } = provideSources()

function assertSilent({ stdout, stderr }: Outcome, secrets: readonly string[], which: string) {
  for (const secret of secrets) {
    assert.ok(!stdout.includes(secret), `on stdout, ${which}`)
    assert.ok(!stderr.includes(secret), `on stderr, ${which}`)
  }
}

for (const level of [[], ['-v'], ['-vv'], ['-vvv']]) {
  test(`nothing is printed with ${level[0] ?? 'no option'}`, async () => {
    for (const { name, env, secret, credentials } of sources) {
      for (const words of [['--', 'true'], ['check'], ['check', '--json']]) {
        const outcome = await run([binary, ...level, ...words], { env })
        assert.equal(outcome.status, 0, outcome.stderr)
        assertSilent(outcome, [secret, ...credentials], `${name} ${words.join(' ')}`)
      }
    }
  })
}

test('a secret that cannot be delivered is not shown', async () => {
  const failures = ['?as=fd&decode=base64', '?as=env&decode=base64']
  for (const { name, env, secret, credentials } of sources) {
    for (const options of failures) {
      const wrong = { ...env, X: `${env['X']}${options}` }
      const outcome = await run([binary, '-vvv', '--', 'true'], { env: wrong })
      assert.equal(outcome.status, 65)
      assertSilent(outcome, [secret, ...credentials], `${name}${options}`)
    }
  }
})

/** Repeats all that it was sent, credentials first, as a broken proxy might. */
function echo(status: number, headers: Record<string, string> = {}): Behaviour {
  return (request, response) => {
    const token = String(request.headers['x-vault-token'])
    const errors = [`token ${token} is not welcome`, JSON.stringify(request.headers)]
    const body = { errors, warnings: [token], request_id: token, data: token }
    json(status, body, { 'x-echo': token, ...headers })(request, response)
  }
}

function echoText(status: number): Behaviour {
  return (request, response) => {
    plain(status, `<html>${String(request.headers['x-vault-token'])}`)(request, response)
  }
}

function redirectWithToken(): Behaviour {
  return (request, response) => {
    const token = String(request.headers['x-vault-token'])
    plain(307, token, { location: `http://127.0.0.1:1/${token}` })(request, response)
  }
}

const hostile: Readonly<Record<string, Behaviour>> = {
  'a 200 that is no secret': echo(200),
  'a 400': echo(400),
  'a 403': echo(403),
  'a 404': echo(404),
  'a 429': echo(429, { 'retry-after': '0' }),
  'a 500': echo(500),
  'a 503': echo(503),
  'a page of 200': echoText(200),
  'a page of 500': echoText(500),
  'a redirect': redirectWithToken(),
}

for (const [name, behaviour] of Object.entries(hostile)) {
  test(`a server that sends the token back in ${name} cannot make us print it`, async t => {
    const vault = await hostileServer(behaviour)
    t.after(() => vault.stop())
    const token = canary()
    const env = {
      X: 'vault:secret/data/app#password',
      VAULT_ADDR: vault.address,
      VAULT_TOKEN: token,
      // What would make careless libraries talk.
      DEBUG: '*',
      NODE_DEBUG: 'http,tls,net',
    }
    const command = [binary, '-vvv', '--timeout', '10s', '--', 'echo', 'started']
    const outcome = await run(command, { env })
    assert.notEqual(outcome.status, 0)
    assert.match(outcome.stderr, /confide: error: cannot fetch X/)
    assert.ok(vault.requests.length > 0)
    assertSilent(outcome, [token], name)
    assert.equal(outcome.stdout.toString(), '')
  })
}
