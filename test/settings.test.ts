import assert from 'node:assert/strict'
import { test } from 'node:test'
import { makeEntry } from '../src/environ.ts'
import {
  findDoubts,
  readSettings,
  refuseSettingsOfEnvFiles,
  type Settings,
} from '../src/settings.ts'

type Words = Readonly<Record<string, string | readonly string[]>>

type Variables = Readonly<Record<string, string>>

const given = (words: Words) =>
  new Map(Object.entries(words).map(([name, value]) => [name, [value].flat()] as const))

const environOf = (variables: Variables) =>
  Object.entries(variables).map(([name, value]) => makeEntry(name, value))

function read(words: Words, variables: Variables = {}): Settings {
  return readSettings(given(words), environOf(variables))
}

test('the defaults', () => {
  assert.deepEqual(read({}), {
    timeout: 30_000,
    envFiles: [],
    only: [],
    except: [],
    deliver: 'fd',
    fdBase: 20,
    fdNumbers: false,
    keepCredentials: false,
    dropCredentials: false,
    pause: false,
    verbose: 0,
  })
})

const meanings: [given: Words, variables: Record<string, string>, expected: Partial<Settings>][] = [
  [{ timeout: '5s' }, {}, { timeout: 5000 }],
  [{}, { CONFIDE_TIMEOUT: '200ms' }, { timeout: 200 }],
  [{ timeout: '5s' }, { CONFIDE_TIMEOUT: 'soon' }, { timeout: 5000 }],
  [{ timeout: ['5s', '6s'] }, {}, { timeout: 6000 }],
  [{}, { CONFIDE_TIMEOUT: '' }, { timeout: 30_000 }],
  [{ 'env-file': ['a', 'b'] }, {}, { envFiles: ['a', 'b'] }],
  [{}, { CONFIDE_ENV_FILE: 'a:b' }, { envFiles: ['a', 'b'] }],
  [{}, { CONFIDE_ENV_FILE: '' }, { envFiles: [] }],
  [{ only: 'A_*,B' }, {}, { only: ['A_*', 'B'] }],
  [{ only: ['A', 'B, C'] }, {}, { only: ['A', 'B', 'C'] }],
  [{ only: 'A' }, { CONFIDE_ONLY: 'B' }, { only: ['A'] }],
  [{}, { CONFIDE_EXCEPT: 'B,C' }, { except: ['B', 'C'] }],
  [{ deliver: 'env' }, {}, { deliver: 'env' }],
  [{ deliver: 'fd' }, { CONFIDE_DELIVER: 'env' }, { deliver: 'fd' }],
  [{ 'fd-base': '3' }, {}, { fdBase: 3 }],
  [{}, { CONFIDE_FD_BASE: '100' }, { fdBase: 100 }],
  [{ 'fd-numbers': '' }, {}, { fdNumbers: true }],
  [{ verbose: ['', ''] }, {}, { verbose: 2 }],
  [{ verbose: '' }, { CONFIDE_VERBOSE: '0' }, { verbose: 1 }],
  [{}, { CONFIDE_VERBOSE: '0' }, { verbose: 0 }],
  [{}, { CONFIDE_VERBOSE: '2' }, { verbose: 2 }],
  [{}, { CONFIDE_VERBOSE: '3' }, { verbose: 3 }],
  [{}, { CONFIDE_VERBOSE: 'yes' }, { verbose: 1 }],
  [{ 'keep-credentials': '' }, {}, { keepCredentials: true }],
  [
    { 'drop-credentials': '' },
    { CONFIDE_KEEP_CREDENTIALS: '1' },
    { keepCredentials: false, dropCredentials: true },
  ],
  [
    { 'keep-credentials': '' },
    { CONFIDE_DROP_CREDENTIALS: 'yes' },
    { keepCredentials: true, dropCredentials: false },
  ],
]
for (const [words, variables, expected] of meanings) {
  const title = `${JSON.stringify(words)} ${JSON.stringify(variables)}`
  test(`${title} gives ${JSON.stringify(expected)}`, () => {
    assert.partialDeepStrictEqual(read(words, variables), expected)
  })
}

for (const text of ['1', 'true', 'yes', 'on', 'TRUE', 'Yes']) {
  test(`a flag's variable is on for ${text}`, () => {
    assert.equal(read({}, { CONFIDE_FD_NUMBERS: text }).fdNumbers, true)
  })
}
for (const text of ['0', 'false', 'no', 'off', '', 'Off']) {
  test(`a flag's variable is off for ${JSON.stringify(text)}`, () => {
    assert.equal(read({}, { CONFIDE_FD_NUMBERS: text }).fdNumbers, false)
  })
}

const faults: [given: Words, variables: Record<string, string>, message: RegExp][] = [
  [{ timeout: 'soon' }, {}, /^--timeout=soon is not a duration$/],
  [{}, { CONFIDE_TIMEOUT: '0' }, /^CONFIDE_TIMEOUT=0 is not a duration$/],
  [{ 'fd-base': '2' }, {}, /^--fd-base=2 must be 3 or more$/],
  [{ 'fd-base': 'x' }, {}, /^--fd-base=x is not a number$/],
  [{ 'fd-base': '-1' }, {}, /is not a number$/],
  [{ 'fd-base': '1e3' }, {}, /is not a number$/],
  [{}, { CONFIDE_FD_BASE: '0' }, /^CONFIDE_FD_BASE=0 must be 3 or more$/],
  [{ deliver: 'pigeon' }, {}, /^--deliver=pigeon is no such choice$/],
  [{}, { CONFIDE_DELIVER: 'FD' }, /^CONFIDE_DELIVER=FD is no such choice$/],
  [{ only: 'A,,B' }, {}, /^--only=A,,B has an empty pattern$/],
  [{ only: '' }, {}, /has an empty pattern$/],
  [{}, { CONFIDE_VERBOSE: '4' }, /^CONFIDE_VERBOSE=4 is no number from 0 to 3$/],
  [{}, { CONFIDE_FD_NUMBERS: '2' }, /^CONFIDE_FD_NUMBERS=2 is not a yes or no$/],
  [
    { 'keep-credentials': '', 'drop-credentials': '' },
    {},
    /^--keep-credentials and --drop-credentials cannot be used together$/,
  ],
  [
    {},
    { CONFIDE_KEEP_CREDENTIALS: '1', CONFIDE_DROP_CREDENTIALS: '1' },
    /^CONFIDE_KEEP_CREDENTIALS and CONFIDE_DROP_CREDENTIALS cannot be used together$/,
  ],
]
for (const [words, variables, message] of faults) {
  test(`${JSON.stringify(words)} ${JSON.stringify(variables)} is wrong: ${message.source}`, () => {
    assert.throws(() => read(words, variables), { kind: 'usage', message })
  })
}

test('the first entry of a variable counts, as for getenv', () => {
  const environ = [makeEntry('CONFIDE_FD_BASE', '30'), makeEntry('CONFIDE_FD_BASE', '40')]
  assert.equal(readSettings(new Map(), environ).fdBase, 30)
})

const doubts = (words: Words, variables: Variables) =>
  findDoubts(given(words), environOf(variables), ['CONFIDE_KNOWN'])

const unmatched: [words: Words, variables: Variables, doubt: string][] = [
  [{ only: 'B' }, { A: '1' }, '--only=B matches no variable'],
  [{ only: ['B', 'C*'] }, { A: '1' }, '--only=B,C* matches no variable'],
  [{}, { CONFIDE_EXCEPT: 'B' }, 'CONFIDE_EXCEPT=B matches no variable'],
  [{ except: 'b' }, { B: '1' }, '--except=b matches no variable'],
]
for (const [words, variables, doubt] of unmatched) {
  test(`of ${JSON.stringify([words, variables])} is said: ${doubt}`, () => {
    assert.deepEqual(doubts(words, variables), [doubt])
  })
}

for (const [name, meant] of [
  ['CONFIDE_TIMOUT', 'CONFIDE_TIMEOUT'],
  ['CONFIDE_FDBASE', 'CONFIDE_FD_BASE'],
  ['CONFIDE_KNOW', 'CONFIDE_KNOWN'],
] as const) {
  test(`${name} is taken for a misspelt ${meant}`, () => {
    const doubt = `${name} means nothing to confide: did you mean ${meant}?`
    assert.deepEqual(doubts({}, { [name]: '1' }), [doubt])
  })
}

test('what is matched, known or far from all that is known raises no doubt', () => {
  assert.deepEqual(doubts({ only: 'A,B*', except: 'A' }, { A: '1' }), [])
  const variables = { CONFIDE_KNOWN: '1', CONFIDE_TIMEOUT: '3s', CONFIDE_OTHER: '1', TIMOUT: '1' }
  assert.deepEqual(doubts({}, variables), [])
  const others = { CONFIDE_FDS: '20', CONFIDE_FDNAMES: 'A', CONFIDE_PID: '7', CONFIDE_FFI: '1' }
  assert.deepEqual(doubts({}, others), [])
})

test('a setting cannot come from an env file, which is read too late for it', () => {
  assert.throws(() => refuseSettingsOfEnvFiles(environOf({ A: '1', CONFIDE_FD_BASE: '3' })), {
    kind: 'configuration',
    message: 'CONFIDE_FD_BASE cannot be set in an env file',
    hint: 'set it in the environment, or write --fd-base',
  })
  refuseSettingsOfEnvFiles(environOf({ CONFIDE_AGE_IDENTITY_FILE: '/id', VAULT_ADDR: 'x' }))
})
