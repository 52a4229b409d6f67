import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { DeliveryRequest } from '../../src/plan.ts'
import { fd } from '../../src/deliveries/fd.ts'
import { ConfideError } from '../../src/leaf/errors.ts'
import { SecretValue } from '../../src/leaf/secret.ts'

const request = (changes: Partial<DeliveryRequest> = {}): DeliveryRequest => ({
  variable: 'DB_PASSWORD',
  mode: 0o400,
  number: 20,
  paths: true,
  numbers: false,
  ...changes,
})

function deliver(changes: Partial<DeliveryRequest> = {}) {
  const calls: unknown[][] = []
  const host = {
    sealedMemfd: (bytes: Uint8Array, ...rest: number[]) => {
      calls.push([Buffer.from(bytes).toString(), ...rest])
      return 99
    },
  }
  const handoff = fd.deliver(request(changes), new SecretValue(Buffer.from('secret')), host)
  const entries = handoff.entries.map(entry => Buffer.from(entry).toString())
  return { calls, entries, descriptor: handoff.descriptor }
}

const cases: [what: string, changes: Partial<DeliveryRequest>, entries: string[]][] = [
  ['NAME_FILE has the path', {}, ['DB_PASSWORD_FILE=/proc/self/fd/20']],
  ['a name that ends in _FILE keeps it', { variable: 'P_FILE' }, ['P_FILE=/proc/self/fd/20']],
  ['name= is the exact name', { name: 'PGPASSFILE' }, ['PGPASSFILE=/proc/self/fd/20']],
  [
    '--fd-numbers adds the number',
    { numbers: true },
    ['DB_PASSWORD_FILE=/proc/self/fd/20', 'DB_PASSWORD_FD=20'],
  ],
  [
    'the number of a _FILE variable is named without it',
    { variable: 'P_FILE', numbers: true },
    ['P_FILE=/proc/self/fd/20', 'P_FD=20'],
  ],
  ['without /proc only the number is set', { paths: false, numbers: true }, ['DB_PASSWORD_FD=20']],
  [
    'name= leads the number, too',
    { name: 'PGPASSFILE', numbers: true },
    ['PGPASSFILE=/proc/self/fd/20', 'PGPASSFILE_FD=20'],
  ],
]
for (const [what, changes, entries] of cases) {
  test(what, () => {
    assert.deepEqual(deliver(changes).entries, entries)
    const names = entries.map(entry => entry.split('=')[0])
    assert.deepEqual(fd.names(request(changes)), names)
  })
}

test('the secret goes into a sealed memory file with mode and owner', () => {
  assert.deepEqual(deliver().calls, [['secret', 0o400, -1, -1]])
  assert.deepEqual(deliver({ mode: 0o440, owner: { uid: 70 } }).calls, [['secret', 0o440, 70, -1]])
  assert.deepEqual(deliver({ owner: { uid: 70, gid: 0 } }).calls, [['secret', 0o400, 70, 0]])
})

test('the descriptor gets the number that was planned', () => {
  assert.deepEqual(deliver().descriptor, { number: 20, fd: 99 })
})

test('no entry holds the secret', () => {
  assert.ok(!deliver({ numbers: true }).entries.join().includes('secret'))
})

test('an owner that only root could set is an error of its own, any other refusal is not', () => {
  const refusal = new ConfideError('no', { kind: 'system' })
  const deliverTo = (isRefused: (uid: number) => boolean, owner: { uid: number; gid?: number }) =>
    fd.deliver(request({ owner }), new SecretValue(Buffer.from('secret')), {
      sealedMemfd: (_, __, uid) => {
        if (isRefused(uid)) throw refusal
        return 99
      },
    })
  const needsRoot = (owner: string) => ({
    kind: 'configuration',
    message: `owner=${owner} needs root`,
  })
  assert.throws(() => deliverTo(uid => uid === 70, { uid: 70 }), needsRoot('70'))
  assert.throws(() => deliverTo(uid => uid === 70, { uid: 70, gid: 80 }), needsRoot('70:80'))
  assert.throws(() => deliverTo(() => true, { uid: 70 }), refusal)
})
