import assert from 'node:assert/strict'
import { test } from 'node:test'
import { versionJson, versionLine } from '../src/version.ts'

const manifest = {
  version: '1.2.3',
  commit: 'abc',
  glibc: '2.36',
  ffi: '1.3.7',
  files: [{ name: 'confide.js', bytes: 5, sha256: '00' }],
  bundles: { confide: 'accepted', yaml: 'none' },
} as const

test('--version is one line', () => {
  assert.equal(versionLine(manifest), 'confide 1.2.3\n')
})

test('--version --json names everything that is inside', () => {
  assert.deepEqual(JSON.parse(versionJson(manifest)), {
    confide: '1.2.3',
    commit: 'abc',
    node: process.versions.node,
    openssl: process.versions.openssl,
    glibc: '2.36',
    'ffi-rs': '1.3.7',
    files: [{ name: 'confide.js', bytes: 5, sha256: '00' }],
    codeCache: { confide: 'accepted', yaml: 'none' },
  })
})
