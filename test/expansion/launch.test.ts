import assert from 'node:assert/strict'
import { test } from 'node:test'
import { composeLaunch } from '../../src/launch.ts'
import type { Resolution } from '../../src/resolution.ts'
import { readSettings } from '../../src/settings.ts'
import { expand } from './expand.ts'

/** What the command gets of an environment in which each secret is `json`. */
function compose(entries: readonly string[], json: string) {
  const names = entries.map(entry => entry.replace(/=.*/s, ''))
  const secrets = Object.fromEntries(names.map(name => [name, json]))
  const { expanded, plan } = expand(entries, secrets, { deliver: 'fd' })
  const resolution: Resolution = {
    ...expanded,
    plan,
    settings: readSettings(new Map(), plan.environ),
    consumed: [],
    log: { warn: () => {}, debug: () => {} },
  }
  const secretsSeen: string[] = []
  const host = {
    sealedMemfd: (bytes: Uint8Array) => 100 + secretsSeen.push(Buffer.from(bytes).toString()),
  }
  const facts = { argumentBytes: 10, argumentCount: 2, stackLimit: -1 }
  const { launch, failures } = composeLaunch(resolution, facts, 1, host)
  const block = Buffer.from(launch.block).subarray(20).toString()
  return { entries: block.split('\0').slice(0, -1), launch, failures, secrets: secretsSeen }
}

test('members take the place of their reference, and have the last numbers', () => {
  const entries = ['A=1', 'M=path:/m?prefix=M_', 'Z=2', 'S=path:/s', 'M=later']
  const { entries: made, launch, secrets } = compose(entries, '{"x/y":"1","a":"2"}')
  assert.deepEqual(made, [
    'A=1',
    'M_X_Y_FILE=/proc/self/fd/21',
    'M_A_FILE=/proc/self/fd/22',
    'Z=2',
    'S_FILE=/proc/self/fd/20',
    'CONFIDE_FDS=21,22,20',
    'CONFIDE_FDNAMES=M_X_Y,M_A,S',
    'CONFIDE_PID=0000000000',
  ])
  // native/frame.c takes them in ascending order only.
  assert.deepEqual(launch.descriptors, [
    { number: 20, fd: 103 },
    { number: 21, fd: 101 },
    { number: 22, fd: 102 },
  ])
  assert.deepEqual(secrets, ['1', '2', '{"x/y":"1","a":"2"}'])
})

test('members as variables', () => {
  const { entries } = compose(['M=path:/m?as=env&prefix='], '{"b":"1","a":"2"}')
  assert.deepEqual(entries, ['B=1', 'A=2'])
})

test('a variable without any member leaves the environment', () => {
  const entries = ['M=path:/m?prefix=M_&optional', 'M=later', 'Z=1']
  assert.deepEqual(compose(entries, '{}').entries, ['Z=1'])
})

test('a member that cannot be delivered is named with the variable it came from', () => {
  const told = (json: string) =>
    compose(['M=path:/m?as=env&prefix='], json).failures.map(({ error }) => error.message)
  const fault = 'the secret holds a NUL, which no variable can'
  assert.deepEqual(told('{"a":"\\u0000","b":1}'), [`cannot deliver A, a member of M: ${fault}`])
  assert.deepEqual(told(`{"${'a'.repeat(65)}":"\\u0000"}`), [
    `cannot deliver a member of M: ${fault}`,
  ])
})
