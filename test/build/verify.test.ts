/** The build refuses a file that breaks a promise: here each promise is broken in a copy. */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { PT_INTERP, PT_DYNAMIC, PT_LOAD, readElf } from '../../scripts/build/elf.ts'
import type { ManifestFile } from '../../scripts/build/manifest.ts'
import { readFiles } from '../../scripts/build/pack.ts'
import { fileProblems } from '../../scripts/build/verify.ts'
import { binary, confide } from '../runs.ts'

const root = join(import.meta.dirname, '..', '..')
const { stdout } = await confide(['--version', '--json'])
const { files } = JSON.parse(stdout.toString()) as { files: readonly ManifestFile[] }
const original = readFileSync(binary)

/** The problems of a copy in which something was changed. */
function problemsAfter(change: (copy: Buffer) => void): readonly string[] {
  const copy = Buffer.from(original)
  change(copy)
  return fileProblems(copy, root, files)
}

/** Changes the first program header of a type. */
function changeHeader(copy: Buffer, type: number, field: number, value: number): void {
  const found = readElf(copy).segments.find(segment => segment.type === type)
  assert.ok(found)
  copy.writeUInt32LE(value, found.header + field)
}

test('the file that was built is accepted', () => {
  assert.deepEqual(fileProblems(original, root, files), [])
})

for (const [name, type] of [
  ['an interpreter', PT_INTERP],
  ['a dynamic section', PT_DYNAMIC],
] as const) {
  test(`a file with ${name} is refused`, () => {
    const problems = problemsAfter(copy => changeHeader(copy, 0, 0, type))
    assert.equal(problems.length, 1)
  })
}

test('a file with a segment that is writable and executable is refused', () => {
  const problems = problemsAfter(copy => changeHeader(copy, PT_LOAD, 4, 7))
  assert.deepEqual(problems, ['a segment is writable and executable'])
})

for (const path of [`${root}/src/main.ts`, `${root}/node_modules/yaml`, `${homedir()}/.npmrc`]) {
  test(`a file that holds ${path.replace(root, '…')} is refused`, () => {
    const problems = fileProblems(Buffer.concat([original, Buffer.from(path)]), root, files)
    assert.equal(problems.length, 1)
    assert.match(problems[0] ?? '', /^it holds a path of this machine: /)
  })
}

test('a file in which one byte of what is embedded differs is refused', () => {
  const problems = problemsAfter(copy => {
    const shim = readFiles(copy).find(({ name }) => name === 'libconfideshim.so')
    assert.ok(shim)
    shim.bytes.writeUInt8(shim.bytes.readUInt8(shim.bytes.length - 1) ^ 1, shim.bytes.length - 1)
  })
  assert.deepEqual(problems, ['the embedded libconfideshim.so is not the one of the manifest'])
})

test('a file that embeds what the manifest does not list is refused', () => {
  const listed = files.filter(({ name }) => name !== 'libc.so.6')
  const problems = fileProblems(original, root, listed)
  assert.deepEqual(problems, ['the embedded libc.so.6 is not the one of the manifest'])
})

test('a file that is larger than promised is refused', () => {
  const problems = fileProblems(
    Buffer.concat([original, Buffer.alloc(130_000_001 - original.length)]),
    root,
    files,
  )
  assert.equal(problems.length, 1)
})
