import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseInbox } from '../src/inbox.ts'

interface Parts {
  version?: bigint
  reserved?: readonly bigint[]
  block?: Buffer
  entries?: bigint
  words?: Buffer
  wordCount?: bigint
}

function makeInbox(parts: Parts = {}): Buffer {
  const {
    version = 3n,
    reserved = [0n, 1n, 2n, 7n],
    block = Buffer.from('A=1\0B=\xff\0', 'latin1'),
  } = parts
  const { entries = 2n, words = Buffer.from('--only\0X\0'), wordCount = 2n } = parts
  const numbers = [version, 9n, 123_456_789_012n, 1n, 1024n, -1n, 17n, 3n, 1n, 2n]
  numbers.push(BigInt(reserved.length), entries, BigInt(block.length))
  numbers.push(wordCount, BigInt(words.length), 4096n, 1000n, 70n, ...reserved)
  const head = Buffer.alloc(8 * numbers.length)
  for (const [at, number] of numbers.entries()) head.writeBigInt64LE(number, 8 * at)
  return Buffer.concat([head, block, words])
}

test('every field is read from its place', () => {
  const inbox = parseInbox(makeInbox())
  assert.partialDeepStrictEqual(inbox, {
    socket: 9,
    deadline: 123_456_789_012n,
    procMounted: true,
    descriptorLimit: 1024,
    stackLimit: -1,
    argumentBytes: 17,
    argumentCount: 3,
    startedAsRoot: true,
    operand: 2,
    reserved: [0, 1, 2, 7],
    mostDescriptors: 4096,
    commandOwner: { uid: 1000, gid: 70 },
    words: ['--only', 'X'],
  })
  assert.deepEqual(
    inbox.environ.map(({ name, isText }) => [name, isText]),
    [
      ['A', true],
      ['B', false],
    ],
  )
})

test('an environment may be empty', () => {
  const inbox = parseInbox(makeInbox({ block: Buffer.alloc(0), entries: 0n }))
  assert.deepEqual(inbox.environ, [])
})

const broken: [what: string, bytes: Buffer][] = [
  ['nothing', Buffer.alloc(0)],
  ['a version of the future', makeInbox({ version: 99n })],
  ['one byte too few', makeInbox().subarray(0, -1)],
  ['one byte too many', Buffer.concat([makeInbox(), Buffer.alloc(1)])],
  ['half a header', makeInbox().subarray(0, 110)],
]
for (const [what, bytes] of broken) {
  test(`${what} is no inbox`, () => {
    assert.throws(() => parseInbox(bytes), { kind: 'bug' })
  })
}
