import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Entry, parseEnviron } from '../src/environ.ts'
import { ConfideError } from '../src/leaf/errors.ts'
import { SecretValue } from '../src/leaf/secret.ts'
import { composeLaunch, type LaunchFacts, nowhere, sendLaunch } from '../src/launch.ts'
import { deliveries } from '../src/deliveries/index.ts'
import { makePlan, type SecretItem } from '../src/plan.ts'
import { providers } from '../src/providers/index.ts'
import type { Resolution } from '../src/resolution.ts'
import { readSettings } from '../src/settings.ts'

const facts: LaunchFacts = { argumentBytes: 10, argumentCount: 2, stackLimit: 8 * 1024 * 1024 }

type Given = Readonly<Record<string, string>>

/** The resolution of an environment in which each secret is its variable's name in lower case. */
function resolution(entries: readonly string[], given: Given = {}): Resolution {
  const environ = parseEnviron(
    Buffer.from(entries.map(entry => `${entry}\0`).join('')),
    entries.length,
  )
  return resolutionFor(environ, given)
}

function resolutionFor(environ: readonly Entry[], given: Given = {}): Resolution {
  const settings = readSettings(new Map(Object.entries(given).map(([k, v]) => [k, [v]])), environ)
  const plan = makePlan(environ, settings, providers, deliveries, {
    reserved: [0, 1, 2],
    descriptorLimit: 65_536,
    mostDescriptors: 65_536,
    procMounted: true,
    startedAsRoot: false,
  })
  const values = new Map<SecretItem, SecretValue | undefined>()
  for (const item of plan.items) {
    if (item.kind === 'secret') values.set(item, secretFor(item))
  }
  const log = { warn: () => {}, debug: () => {} }
  return {
    settings,
    plan,
    values,
    failures: plan.failures,
    defaulted: new Set(),
    consumed: [],
    log,
  }
}

function secretFor({ variable, parts }: SecretItem): SecretValue | undefined {
  const [part] = parts
  if (typeof part === 'object' && part.options.optional) return undefined
  return new SecretValue(Buffer.from(variable.toLowerCase()))
}

function fakeHost() {
  const secrets: string[] = []
  return {
    secrets,
    sealedMemfd: (bytes: Uint8Array) => {
      secrets.push(Buffer.from(bytes).toString())
      return 100 + secrets.length
    },
  }
}

/** The entries in a block, and the numbers in its header. */
function readBlock(block: Uint8Array) {
  const bytes = Buffer.from(block)
  const numbers = [0, 4, 8, 12, 16].map(at => bytes.readUInt32LE(at))
  const entries = bytes.subarray(20).toString('latin1').split('\0').slice(0, -1)
  return {
    magic: numbers[0],
    count: numbers[1],
    own: numbers[2] ?? 0,
    listen: numbers[3] ?? 0,
    watchdog: numbers[4] ?? 0,
    entries,
    bytes,
  }
}

function compose(entries: readonly string[], given: Given = {}, parent = 1) {
  const host = fakeHost()
  const { launch, failures } = composeLaunch(resolution(entries, given), facts, parent, host)
  return { ...readBlock(launch.block), launch, failures, host }
}

test('everything else stays byte for byte, in order', () => {
  const raw = Buffer.from('B=\xff\xfe\0LONELY\0=odd\0B=2\0', 'latin1')
  const environ = parseEnviron(Buffer.concat([raw, Buffer.from('S=secretfile:/s\0')]), 5)
  const { launch } = composeLaunch(resolutionFor(environ), facts, 1, fakeHost())
  const { entries } = readBlock(launch.block)
  assert.deepEqual(entries.slice(0, 4), ['B=\xff\xfe', 'LONELY', '=odd', 'B=2'])
})

test('a secret takes the place of its reference, and descriptors are named at the end', () => {
  const { entries, launch, host } = compose(['A=1', 'S=secretfile:/s', 'Z=2', 'T=secretfile:/t'])
  assert.deepEqual(entries, [
    'A=1',
    'S_FILE=/proc/self/fd/20',
    'Z=2',
    'T_FILE=/proc/self/fd/21',
    'CONFIDE_FDS=20,21',
    'CONFIDE_FDNAMES=S,T',
    'CONFIDE_PID=0000000000',
  ])
  assert.deepEqual(host.secrets, ['s', 't'])
  assert.deepEqual(launch.descriptors, [
    { number: 20, fd: 101 },
    { number: 21, fd: 102 },
  ])
})

test('the header says what is in the block and where the process id goes', () => {
  const { magic, count, own, listen, bytes, entries } = compose(['A=1', 'S=secretfile:/s'])
  assert.equal(magic, 0x32444643)
  assert.equal(count, entries.length)
  assert.equal(
    bytes.subarray(own - 'CONFIDE_PID='.length, own + 11).toString(),
    'CONFIDE_PID=0000000000\0',
  )
  assert.equal(listen, 0)
})

test('env delivery needs no descriptor and no CONFIDE_ variables', () => {
  const { entries, launch, own } = compose(['S=secretfile:/s?as=env'])
  assert.deepEqual(entries, ['S=s'])
  assert.deepEqual(launch.descriptors, [])
  assert.equal(own, 0)
})

test('literal text and variables that are left out', () => {
  const { entries } = compose(['L=literal:secretfile:/x', 'O=secretfile:/o?optional', 'Z=1'])
  assert.deepEqual(entries, ['L=secretfile:/x', 'Z=1'])
})

test('names are percent-escaped where a comma or a stranger letter would confuse', () => {
  const { entries } = compose([
    'A,B=secretfile:/a',
    "C'(ü)%=secretfile:/c",
    'a.b-c_D=secretfile:/d',
  ])
  assert.ok(entries.includes('CONFIDE_FDNAMES=A%2CB,C%27%28%C3%BC%29%25,a.b-c_D'))
})

test('the variables of an outer confide are replaced, but only if there is a descriptor', () => {
  const outer = ['CONFIDE_FDS=3', 'CONFIDE_FDNAMES=X', 'CONFIDE_PID=7', 'CONFIDE_TIMEOUT=5s']
  const replaced = compose([...outer, 'S=secretfile:/s']).entries
  assert.deepEqual(replaced.slice(0, 3), [
    'CONFIDE_TIMEOUT=5s',
    'S_FILE=/proc/self/fd/20',
    'CONFIDE_FDS=20',
  ])
  assert.deepEqual(compose([...outer, 'L=literal:x']).entries.slice(0, 4), outer)
})

for (const [name, place] of [
  ['LISTEN_PID', 'listen'],
  ['WATCHDOG_PID', 'watchdog'],
] as const) {
  const digits = `${name}=0000000000\0`

  test(`${name} that means us will mean the command`, () => {
    const made = compose([`${name}=42`, 'S=secretfile:/s'], {}, 42)
    assert.equal(made.entries[0], `${name}=0000000000`)
    const start = made[place] - `${name}=`.length
    assert.equal(made.bytes.subarray(start, start + digits.length).toString(), digits)
    assert.deepEqual([made.listen, made.watchdog, made.own].filter(at => at === 0).length, 1)
  })

  test(`${name} that means somebody else stays`, () => {
    const made = compose([`${name}=41`, 'S=secretfile:/s'], {}, 42)
    assert.equal(made.entries[0], `${name}=41`)
    assert.equal(made[place], 0)
  })

  test(`of two ${name} the one that getenv finds counts`, () => {
    const both = compose([`${name}=42`, `${name}=42`, 'L=literal:x'], {}, 42)
    assert.deepEqual(both.entries.slice(0, 2), [`${name}=0000000000`, `${name}=42`])
    assert.equal(both[place], 20 + `${name}=`.length)
    const other = compose([`${name}=41`, `${name}=42`, 'L=literal:x'], {}, 42)
    assert.deepEqual(other.entries.slice(0, 2), [`${name}=41`, `${name}=42`])
    assert.equal(other[place], 0)
  })
}

test('LISTEN_PID and WATCHDOG_PID have a place each', () => {
  const { bytes, listen, watchdog } = compose(
    ['WATCHDOG_PID=42', 'LISTEN_PID=42', 'L=literal:x'],
    {},
    42,
  )
  assert.equal(bytes.subarray(watchdog - 4, watchdog).toString(), 'PID=')
  assert.ok(watchdog > 0 && watchdog < listen)
})

test('a variable that is named like a member of every object is an ordinary one', () => {
  const { entries } = compose(['toString=42', 'constructor=42', 'L=literal:x'], {}, 42)
  assert.deepEqual(entries.slice(0, 2), ['toString=42', 'constructor=42'])
})

const sealedVariables = ['CONFIDE_AGE_IDENTITY_FILE=/id', 'S=sealed:/s.age#k']

test('the credentials of a provider that was used do not reach the command', () => {
  assert.ok(!compose(sealedVariables).entries.some(entry => entry.startsWith('CONFIDE_AGE')))
})

test('all stay with --keep-credentials', () => {
  const kept = compose(sealedVariables, { 'keep-credentials': '' })
  assert.ok(kept.entries.includes('CONFIDE_AGE_IDENTITY_FILE=/id'))
})

const foreign = ['VAULT_TOKEN=v', 'CONFIDE_AGE_IDENTITY_FD=9', 'S=secretfile:/s?as=env']

test("those of a provider that was not used stay, but for confide's own", () => {
  assert.deepEqual(compose(foreign).entries, ['VAULT_TOKEN=v', 'S=s'])
})

test('--drop-credentials drops those of all providers', () => {
  assert.deepEqual(compose(foreign, { 'drop-credentials': '' }).entries, ['S=s'])
})

test('a credential that was escaped is a credential all the same', () => {
  const { entries } = compose(['CONFIDE_AGE_IDENTITY=literal:k', 'S=sealed:/s.age#k?as=env'])
  assert.deepEqual(entries, ['S=s'])
})

test('what cannot be delivered is a failure of its variable, beside all others', () => {
  const made = resolution([
    'A=secretfile:/a?as=env',
    'B=secretfile:wrong',
    'C=secretfile:/c?as=env',
  ])
  const [first] = made.values.keys()
  const values = new Map(made.values).set(first as SecretItem, new SecretValue(Buffer.from('a\0b')))
  const { failures } = composeLaunch({ ...made, values }, facts, 1, fakeHost())
  assert.deepEqual(
    failures.map(({ error }) => `${error.kind}: ${error.message}`),
    [
      'data: cannot deliver A: the secret holds a NUL, which no variable can',
      'data: wrong reference in B: not an absolute path: secretfile:wrong',
    ],
  )
})

test('what the system refuses for one secret ends it all, once', () => {
  const host = {
    sealedMemfd: () => {
      throw new ConfideError('cannot make a sealed memory file (ENOSYS)', { kind: 'system' })
    },
  }
  const made = resolution(['A=secretfile:/a', 'B=secretfile:/b'])
  assert.throws(() => composeLaunch(made, facts, 1, host), { kind: 'system' })
})

test('secrets are wiped once they are delivered', () => {
  const bytes = Buffer.from('secret')
  const made = resolution(['A=secretfile:/a?as=env'])
  const [item] = made.values.keys()
  const values = new Map([[item as SecretItem, new SecretValue(bytes)]])
  composeLaunch({ ...made, values }, facts, 1, nowhere)
  assert.ok(bytes.every(byte => byte === 0))
})

/** As the kernel counts: strings with NULs, a pointer for each, and the path of the command. */
const sizeOf = (entries: readonly string[]) =>
  entries.reduce(
    (sum, entry) => sum + entry.length + 1 + 8,
    facts.argumentBytes + 8 * facts.argumentCount + 4096,
  )

const entryOf = (length: number) => `F=${'x'.repeat(length - 'F='.length)}`

const limits: [stackLimit: number, limit: number][] = [
  [8 * 1024 * 1024, 2 * 1024 * 1024],
  [64 * 1024, 131_072],
  [-1, 6 * 1024 * 1024],
  [1024 * 1024 * 1024, 6 * 1024 * 1024],
]
for (const [stackLimit, limit] of limits) {
  test(`with a stack of ${stackLimit} the block may take ${limit}, not one more`, () => {
    const fill = (rest: number) => ['L=x', ...hundreds, `F=${'x'.repeat(rest)}`]
    const hundreds = Array.from({ length: Math.floor(limit / 100_100) }, () => entryOf(100_000))
    const rest = limit - sizeOf(fill(0))
    const fits = resolution(['L=literal:x', ...fill(rest).slice(1)])
    const stack = { ...facts, stackLimit }
    assert.equal(composeLaunch(fits, stack, 1, nowhere).failures.length, 0)
    const tooMuch = resolution(['L=literal:x', ...fill(rest + 1).slice(1)])
    assert.throws(() => composeLaunch(tooMuch, stack, 1, nowhere), {
      kind: 'data',
      message: new RegExp(`need ${limit + 1} bytes, the kernel takes ${limit}$`),
    })
  })
}

test('no entry may be longer than the kernel takes, wherever it came from', () => {
  const made = (length: number) => resolution(['L=literal:x', entryOf(length)])
  assert.equal(composeLaunch(made(131_071), facts, 1, nowhere).failures.length, 0)
  assert.throws(() => composeLaunch(made(131_072), facts, 1, nowhere), {
    kind: 'data',
    message: 'F is longer than a variable can be',
  })
})

test('the frame: header with the block, each descriptor in order, the end', () => {
  const { launch } = compose(['S=secretfile:/s', 'T=secretfile:/t'])
  const sent: [socket: number, words: number[], fd: number][] = []
  const blocks: Buffer[] = []
  sendLaunch({ ...launch, closed: [5, 9] }, 7, {
    sealedMemfd: bytes => {
      blocks.push(Buffer.from(bytes))
      return 55
    },
    send: (socket, message, fd) => {
      const view = Buffer.from(message)
      const words = Array.from({ length: view.length / 4 }, (_, at) => view.readUInt32LE(4 * at))
      sent.push([socket, words, fd])
    },
  })
  assert.deepEqual(sent, [
    [7, [0x31444643, 1, 2, 2, launch.entryCount, 0, 20, 21, 5, 9], 55],
    [7, [0x31444643, 2, 0, 0], 101],
    [7, [0x31444643, 2, 1, 0], 102],
    [7, [0x31444643, 3, 0, 0], -1],
  ])
  assert.equal(blocks[0]?.readUInt32LE(0), 0x32444643)
  assert.ok(
    launch.block.every(byte => byte === 0),
    'the block is wiped once it was handed over',
  )
})

test('more descriptors than a frame can name are refused before anything is sent', () => {
  const { launch } = compose(['S=secretfile:/s'])
  const spine = { sealedMemfd: () => 55, send: () => assert.fail('it was sent') }
  const closed = Array.from({ length: 49_000 }, (_, at) => 100 + at)
  assert.throws(() => sendLaunch({ ...launch, closed }, 7, spine), {
    kind: 'configuration',
    message: 'too many descriptors',
  })
  const sizes: number[] = []
  const send = (_: number, message: Uint8Array) => void sizes.push(message.length)
  sendLaunch({ ...launch, closed: closed.slice(1) }, 7, { ...spine, send })
  assert.ok((sizes[0] ?? Infinity) <= 196_608, 'FRAME_MESSAGE_LIMIT of native/frame.h')
})
