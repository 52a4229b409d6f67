/** Builds the one file, step by step; every step that doubts its result stops the build. */
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { bake, NODE_OPTIONS } from './bake.ts'
import { type Bundle, bundleBootstrap, bundleProgram } from './bundle.ts'
import { readElf, symbolAddress } from './elf.ts'
import { collectLicences } from './licences.ts'
import { type PatchedLoader, patchLoader } from './loader.ts'
import { type Manifest, makeManifest } from './manifest.ts'
import { type EmbeddedFile, pack, type PackInput, writeExecutable } from './pack.ts'
import { say, step } from './progress.ts'
import type { Architecture, Native, Package, Toolchain } from './toolchain.ts'
import {
  compileNative,
  glibcVersion,
  npmPackage,
  strippedNode,
  systemLibraries,
  toolchainFor,
} from './toolchain.ts'
import { train } from './train.ts'
import { verify } from './verify.ts'

/** Everything that both images, the training one and the product, are made of. */
interface Parts {
  readonly toolchain: Toolchain
  readonly native: Native
  readonly node: Package
  /** Its path, once it is stripped. */
  readonly strippedNode: string
  readonly bundles: readonly Bundle[]
  readonly files: readonly EmbeddedFile[]
  readonly loader: Pick<PackInput, 'mode' | 'sites'>
  readonly manifest: Manifest
}

export async function assemble(
  root: string,
  architecture: Architecture,
  output: string,
): Promise<void> {
  const folder = join(root, 'build', architecture)
  mkdirSync(folder, { recursive: true })
  const parts = await gather(root, architecture, folder)
  const emulator = emulatorFor(parts.toolchain)
  const caches =
    emulator === undefined
      ? new Map<string, Buffer>()
      : await step('train the code caches', () => trainCaches(parts, folder, emulator))
  const candidate = join(folder, 'confide')
  await step('bake and pack', async () => {
    await makeImage(parts, folder, candidate, { training: false, caches })
  })
  await step('verify', () => {
    const command = emulator === undefined ? [] : [...emulator, candidate]
    const { manifest } = parts
    verify({ path: candidate, root, manifest, command, trained: [...caches.keys()] })
  })
  mkdirSync(join(output, '..'), { recursive: true })
  renameSync(candidate, output)
}

async function gather(root: string, architecture: Architecture, folder: string): Promise<Parts> {
  const toolchain = toolchainFor(architecture)
  const native = await step('compile the spine and the shim', () => {
    return compileNative(root, toolchain, join(folder, 'native'))
  })
  const [node, stripped] = await step('strip Node', () => {
    const node = npmPackage(root, toolchain.nodePackage, toolchain.nodeIntegrity)
    return [node, strippedNode(toolchain, node, folder)] as const
  })
  const bundles = await step('bundle src and its packages', () => {
    return bundleProgram(root, 'src/main.ts')
  })
  const libraries = systemLibraries(toolchain)
  const ffi = npmPackage(root, toolchain.ffiPackage, '')
  const { loader, files } = prepareLoader(toolchain, native, libraries)
  const packages = [...new Set(bundles.flatMap(bundle => bundle.packages))]
  const embedded = [
    ...files,
    { name: 'ffi-rs.node', bytes: readFileSync(join(ffi.folder, toolchain.ffiFile)) },
    { name: 'libconfideshim.so', bytes: native.shim },
    { name: 'LICENCES', bytes: collectLicences(root, toolchain, node.folder, packages) },
  ]
  const glibc = glibcVersion(libraries)
  const manifest = makeManifest({ root, glibc, ffi: ffi.version, files: embedded, bundles })
  return {
    toolchain,
    native,
    node,
    strippedNode: stripped,
    bundles,
    files: embedded,
    loader,
    manifest,
  }
}

interface PreparedLoader {
  readonly loader: Pick<PackInput, 'mode' | 'sites'>
  readonly files: readonly EmbeddedFile[]
}

/** Patches the loader where we know how; anywhere else the libraries go through memory files. */
function prepareLoader(
  toolchain: Toolchain,
  native: Native,
  libraries: readonly EmbeddedFile[],
): PreparedLoader {
  const untouched: PreparedLoader = { loader: { mode: 'memfd', sites: [] }, files: libraries }
  if (toolchain.architecture !== 'x64') return untouched
  const original = libraries.find(({ name }) => name === toolchain.loader)
  if (original === undefined) throw new Error(`${toolchain.loader} is missing`)
  const slots = symbolAddress(readElf(native.spine), 'loader_slots')
  const patched: PatchedLoader | { reason: string } = patchLoader(original.bytes, slots)
  if ('reason' in patched) {
    say(`warning: this C library's loader cannot be patched (${patched.reason});`)
    say('warning: libraries will go through memory files, which needs /proc and 3-5 ms more')
    return untouched
  }
  if (!patched.known) {
    say(`warning: ${glibcVersion(libraries)} was never tested, but its loader has every site`)
  }
  const files = libraries.map(file => {
    return file === original ? { name: file.name, bytes: patched.bytes } : file
  })
  return { loader: { mode: 'hooked', sites: patched.sites }, files }
}

/** How this machine runs a file of that architecture: directly, through qemu, or not at all. */
function emulatorFor({ architecture, machine }: Toolchain): readonly string[] | undefined {
  if (architecture === process.arch) return []
  const emulator = `/usr/bin/qemu-${machine}-static`
  if (existsSync(emulator)) return [emulator]
  say(`warning: no ${emulator}: the file gets no code caches and is not run`)
  return undefined
}

async function trainCaches(
  parts: Parts,
  folder: string,
  emulator: readonly string[],
): Promise<Map<string, Buffer>> {
  const image = join(folder, 'training')
  await makeImage(parts, folder, image, { training: true, caches: new Map() })
  const command = [...emulator, image]
  const trained = await train({ command, caches: cacheFolder(folder), scratch: folder })
  for (const { name } of parts.bundles) {
    if (!trained.has(name)) throw new Error(`no training run loads ${name}: see workloads.ts`)
  }
  rmSync(image)
  return trained
}

function cacheFolder(folder: string): string {
  return join(folder, 'caches')
}

interface ImageKind {
  readonly training: boolean
  readonly caches: ReadonlyMap<string, Buffer>
}

async function makeImage(
  parts: Parts,
  folder: string,
  path: string,
  { training, caches }: ImageKind,
): Promise<void> {
  const { architecture } = parts.toolchain
  const assets = new Map<string, Buffer>()
  assets.set('manifest.json', Buffer.from(JSON.stringify(parts.manifest)))
  for (const { name, code } of parts.bundles) assets.set(`${name}.js`, code)
  for (const [name, cache] of caches) assets.set(`${name}.cache`, cache)
  if (training) assets.set('training', Buffer.from(cacheFolder(folder)))
  const node = await bake({
    architecture,
    node: parts.strippedNode,
    bootstrap: await bundleBootstrap(training),
    assets,
    options: NODE_OPTIONS,
    // The training image lives for a second: Node bakes it in a tenth of pkg's time.
    baker: training || architecture !== process.arch ? 'node' : 'pkg',
    output: join(folder, 'node-image'),
    scratch: folder,
  })
  const { spine } = parts.native
  writeExecutable(path, pack({ spine, node, files: parts.files, ...parts.loader }))
  rmSync(join(folder, 'node-image'))
}
