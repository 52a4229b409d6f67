/** Builds only when an input has changed, and only once at a time. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join, relative, sep } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { assemble } from './assemble.ts'
import { sourceCommit } from './manifest.ts'
import { say } from './progress.ts'
import type { Architecture } from './toolchain.ts'
import { systemLibraries, toolchainFor } from './toolchain.ts'

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '')

/** Whatever of these changes makes another file. */
const INPUTS = ['src', 'native', 'scripts/build', 'package-lock.json', 'package.json', 'LICENSE']

export interface Built {
  readonly path: string
  /** Whether it was built just now. */
  readonly fresh: boolean
}

export async function ensureBuilt(
  architecture: Architecture,
  { force = false }: { force?: boolean } = {},
): Promise<Built> {
  const name = architecture === process.arch ? 'confide' : `confide-${architecture}`
  const path = join(root, 'dist', name)
  mkdirSync(join(root, 'build'), { recursive: true })
  return await exclusively(join(root, 'build', `${name}.lock`), async () => {
    const stamp = join(root, 'build', `${name}.stamp`)
    const inputs = fingerprint(architecture)
    const isCurrent =
      existsSync(path) && existsSync(stamp) && readFileSync(stamp, 'utf8') === inputs
    if (isCurrent && !force) return { path, fresh: false }
    rmSync(stamp, { force: true })
    await assemble(root, architecture, path)
    // Taken before the build: an edit while it ran makes the next one build again.
    writeFileSync(stamp, inputs)
    const megabytes = (statSync(path).size / 1e6).toFixed(1)
    say(`built ${relative(root, path)}, ${megabytes} MB`)
    return { path, fresh: true }
  })
}

function fingerprint(architecture: Architecture): string {
  const toolchain = toolchainFor(architecture)
  const hash = createHash('sha256')
  const add = (name: string, content: string | Buffer) => {
    hash.update(`${name}\0${content.length}\0`).update(content)
  }
  for (const path of INPUTS.flatMap(filesBelow)) add(path, readFileSync(join(root, path)))
  for (const { name, bytes } of systemLibraries(toolchain)) add(name, bytes)
  add('compiler', execFileSync(toolchain.compiler, ['--version']))
  add('node', process.version)
  add('commit', sourceCommit(root))
  return hash.digest('hex')
}

function filesBelow(path: string): string[] {
  const full = join(root, path)
  if (!existsSync(full)) return []
  if (!statSync(full).isDirectory()) return [path]
  return readdirSync(full, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => relative(root, join(entry.parentPath, entry.name)))
    .sort()
}

/** The lock is a file with the process number of its holder; a dead holder's is taken over. */
async function exclusively<T>(lock: string, work: () => Promise<T>): Promise<T> {
  let waiting = false
  while (!tryLock(lock)) {
    if (!waiting) say(`waiting for another build (${relative(root, lock).split(sep).join('/')})`)
    waiting = true
    await sleep(200)
  }
  try {
    return await work()
  } finally {
    rmSync(lock, { force: true })
  }
}

function tryLock(lock: string): boolean {
  try {
    writeFileSync(lock, String(process.pid), { flag: 'wx' })
    return true
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    if (!isAlive(lock)) rmSync(lock, { force: true })
    return false
  }
}

function isAlive(lock: string): boolean {
  try {
    process.kill(Number(readFileSync(lock, 'utf8')), 0)
    return true
  } catch (error) {
    // Between its creation and its first byte a lock is empty: process 0 is our own group.
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
