/**
 * Who can read from PID 1, the live resolver and the command: the table of docs/threat-model.md,
 * row by row. What leaks by design is asserted as a leak, so that the table stays true.
 */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { onlyChildOf } from '../processes.ts'
import { placeBinary, type Run, run, start, temporaryDirectory } from '../runs.ts'
import { hang, hostileServer } from '../servers/hostile-http.ts'
import { until } from '../until.ts'

const user = 65532
const as = (id: number) => ['setpriv', `--reuid=${id}`, `--regid=${id}`, '--clear-groups']

const dockerCapabilities = [
  ...['chown', 'dac_override', 'fsetid', 'fowner', 'mknod', 'net_raw', 'setgid', 'setuid'],
  ...['setfcap', 'setpcap', 'net_bind_service', 'sys_chroot', 'kill', 'audit_write'],
]
const kept = ['-all', ...dockerCapabilities.map(name => `+${name}`)].join(',')

const attackers = {
  'another user': as(65531),
  'the same user': as(user),
  'root with the capabilities of Docker': ['setpriv', '--inh-caps=-all', `--bounding-set=${kept}`],
  'such a root that becomes the user': ['setpriv', `--bounding-set=${kept}`, ...as(user)],
}
type Attacker = keyof typeof attackers

async function waysInto(pid: number, attacker: Attacker): Promise<string> {
  const command = [...attackers[attacker], fixture('reads-others'), `${pid}`, '20']
  const { status, stdout, stderr } = await run(command, {})
  assert.equal(status, 0, stderr)
  return stdout.toString().replace('readers:', '').trim()
}

async function startCommand(t: TestContext): Promise<Run> {
  const secret = join(temporaryDirectory(t), 'secret')
  writeFileSync(secret, 'value', { mode: 0o644 })
  const binary = placeBinary(temporaryDirectory(t))
  const init = start([...as(user), binary, '--', fixture('waits')], {
    env: { X: `secretfile:${secret}` },
  })
  t.after(() => init[Symbol.dispose]())
  await init.line(/^ready/)
  return init
}

for (const attacker of Object.keys(attackers) as Attacker[]) {
  test(`${attacker} reads nothing from PID 1 once the command runs`, async t => {
    const init = await startCommand(t)
    assert.equal(await waysInto(init.pid, attacker), '')
  })

  test(`${attacker} reads nothing from PID 1 or the resolver while that fetches`, async t => {
    const vault = await hostileServer(hang)
    t.after(() => vault.stop())
    const env = { X: 'vault:secret/a#b', VAULT_ADDR: vault.address, VAULT_TOKEN: 'token' }
    const binary = placeBinary(temporaryDirectory(t))
    const init = start([...as(user), binary, '--', fixture('waits')], { env })
    t.after(() => init[Symbol.dispose]())
    await until('the request to arrive', () => vault.requests.length > 0)
    assert.equal(await waysInto(init.pid, attacker), '')
    assert.equal(await waysInto(await onlyChildOf(init.pid), attacker), '')
  })
}

const intoCommand: Readonly<Record<Attacker, RegExp>> = {
  'another user': /^$/,
  'the same user': /^environ mem maps fd .*ptrace$/,
  'root with the capabilities of Docker': /^$/,
  'such a root that becomes the user': /^environ mem maps fd .*ptrace$/,
}
for (const [attacker, expected] of Object.entries(intoCommand) as [Attacker, RegExp][]) {
  const what = expected.test('') ? 'nothing' : 'everything, since that is dumpable,'
  test(`${attacker} reads ${what} from the command`, async t => {
    const init = await startCommand(t)
    assert.match(await waysInto(await onlyChildOf(init.pid), attacker), expected)
  })
}
