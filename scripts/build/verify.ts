/** Refuses a file that breaks a promise of the build. Each check says what it found. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { homedir, tmpdir } from 'node:os'
import { PF_W, PF_X, PT_DYNAMIC, PT_INTERP, readElf } from './elf.ts'
import type { Manifest, ManifestFile } from './manifest.ts'
import { sha256 } from './manifest.ts'
import { readFiles } from './pack.ts'

export interface VerifyInput {
  readonly path: string
  readonly root: string
  readonly manifest: Manifest
  /** The command that runs the file, or nothing where this machine can't. */
  readonly command: readonly string[]
  /** Bundles that were trained: V8 must accept their code caches. */
  readonly trained: readonly string[]
}

const LARGEST = 130_000_000

export function verify(input: VerifyInput): void {
  const problems = [
    ...fileProblems(readFileSync(input.path), input.root, input.manifest.files),
    ...(input.command.length === 0 ? [] : runProblems(input)),
  ]
  if (problems.length > 0) throw new Error(`${input.path} is refused:\n  ${problems.join('\n  ')}`)
}

/** What can be told without running the file. */
export function fileProblems(
  bytes: Buffer,
  root: string,
  files: readonly ManifestFile[],
): string[] {
  return [
    ...structureProblems(bytes),
    ...pathProblems(bytes, root),
    ...embeddedProblems(bytes, files),
  ]
}

function structureProblems(bytes: Buffer): string[] {
  const problems: string[] = []
  for (const { type, flags } of readElf(bytes).segments) {
    if (type === PT_INTERP) problems.push('it asks for an interpreter (PT_INTERP)')
    if (type === PT_DYNAMIC) problems.push('it is linked dynamically (PT_DYNAMIC)')
    if ((flags & PF_W) !== 0 && (flags & PF_X) !== 0) {
      problems.push('a segment is writable and executable')
    }
  }
  if (bytes.length > LARGEST) problems.push(`it has ${bytes.length} bytes, more than ${LARGEST}`)
  return problems
}

/** Folders that the build reads and writes; the root alone could be as short as `/app`. */
const FOLDERS = ['src', 'native', 'scripts', 'node_modules', 'build', 'dist']

function pathProblems(bytes: Buffer, root: string): string[] {
  const home = homedir() === '/' ? [] : [`${homedir()}/`]
  const paths = [...FOLDERS.map(name => `${root}/${name}/`), ...home, `${tmpdir()}/pkg-`]
  return paths
    .filter(path => bytes.includes(path))
    .map(path => `it holds a path of this machine: ${path}`)
}

function embeddedProblems(bytes: Buffer, files: readonly ManifestFile[]): string[] {
  const listed = new Map(files.map(({ name, sha256: sum }) => [name, sum]))
  return readFiles(bytes)
    .filter(file => listed.get(file.name) !== sha256(file.bytes))
    .map(({ name }) => `the embedded ${name} is not the one of the manifest`)
}

interface VersionReport {
  readonly commit?: string
  readonly codeCache?: Readonly<Record<string, string>>
}

function runProblems({ command, manifest, trained }: VerifyInput): string[] {
  const [file = '', ...rest] = command
  const version = [...rest, '--version', '--json']
  const { status, stdout, stderr } = spawnSync(file, version, { encoding: 'utf8', env: {} })
  if (status !== 0) return [`it does not run: ${stderr}`]
  const { commit, codeCache = {} } = JSON.parse(stdout) as VersionReport
  const problems = trained
    .filter(name => codeCache[name] !== 'accepted')
    .map(name => `V8 took not the code cache of ${name}: ${codeCache[name] ?? 'not listed'}`)
  if (commit !== manifest.commit) problems.push(`it says that it was made from ${commit}`)
  return problems
}
