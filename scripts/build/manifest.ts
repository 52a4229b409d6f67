/** What is in the file, for `confide --version --json` and for the checks after the build. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Bundle } from './bundle.ts'
import type { EmbeddedFile } from './pack.ts'

export interface ManifestFile {
  readonly name: string
  readonly bytes: number
  readonly sha256: string
}

export interface Manifest {
  readonly version: string
  readonly commit: string
  readonly glibc: string
  readonly ffi: string
  /** The embedded files as they are in the executable, then the bundles. */
  readonly files: readonly ManifestFile[]
}

export function makeManifest(input: {
  readonly root: string
  readonly glibc: string
  readonly ffi: string
  readonly files: readonly EmbeddedFile[]
  readonly bundles: readonly Bundle[]
}): Manifest {
  const { root, glibc, ffi, files, bundles } = input
  const program = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as Manifest
  const code = bundles.map(bundle => ({ name: `${bundle.name}.js`, bytes: bundle.code }))
  return {
    version: program.version,
    commit: sourceCommit(root),
    glibc,
    ffi,
    files: [...files, ...code].map(({ name, bytes }) => {
      return { name, bytes: bytes.length, sha256: sha256(bytes) }
    }),
  }
}

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** What the executable is made from; a commit that touches nothing else makes the same file. */
const SOURCES = ['src', 'native', 'scripts/build', 'package-lock.json']

export function sourceCommit(root: string): string {
  try {
    const commit = git(root, ['log', '-1', '--format=%H', '--', ...SOURCES])
    const changes = git(root, ['status', '--porcelain', '--', ...SOURCES])
    if (commit !== '') return changes === '' ? commit : `${commit}-dirty`
  } catch {
    // An archive of the sources has no history, and a machine may have no git.
  }
  return 'unknown'
}

function git(root: string, rest: readonly string[]): string {
  const stdio: ['ignore', 'pipe', 'ignore'] = ['ignore', 'pipe', 'ignore']
  return execFileSync('git', ['-C', root, ...rest], { encoding: 'utf8', stdio }).trim()
}
