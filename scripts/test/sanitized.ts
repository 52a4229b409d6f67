/**
 * The product with a spine that ends at the first undefined behaviour (UBSan's traps need no
 * library, so they work in a static file that shares its addresses with Node). ASan cannot share
 * them: `make -C native test` runs the spine under it, with a resolver of its own.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readElf, symbolAddress } from '../build/elf.ts'
import { patchLoader } from '../build/loader.ts'
import { pack, readFiles, writeExecutable } from '../build/pack.ts'
import { run, systemLibraries, toolchainFor } from '../build/toolchain.ts'

/** Tests of what the spine does; the other half is the same program. */
export const sanitizedTests = ['test/init/', 'test/handover/', 'test/faults/', 'test/cli.test.ts']

const FLAGS = '-fsanitize=undefined -fsanitize-undefined-trap-on-error'

/** Where Node's first segment is mapped, which holds the beginning of its file. */
const NODE_ADDRESS = 0x400000

/** Puts a sanitized spine before what is in `product`. Returns the path of the new file. */
export function sanitized(root: string, product: string): string {
  const folder = join(root, 'build', 'sanitized')
  mkdirSync(folder, { recursive: true })
  const path = join(folder, 'confide')
  run('make', ['-s', '-C', join(root, 'native'), `OUTPUT=${folder}`, `EXTRA=${FLAGS}`])
  const spine = readFileSync(join(folder, 'spine'))
  const packed = readFileSync(product)
  const toolchain = toolchainFor('x64')
  const original = systemLibraries(toolchain).find(({ name }) => name === toolchain.loader)
  if (original === undefined) throw new Error(`${toolchain.loader} is missing`)
  // The slots that the patched sites jump through are elsewhere in this spine.
  const loader = patchLoader(original.bytes, symbolAddress(readElf(spine), 'loader_slots'))
  if ('reason' in loader) throw new Error(loader.reason)
  const files = readFiles(packed).map(file => {
    return file.name === toolchain.loader ? { name: file.name, bytes: loader.bytes } : file
  })
  const node = nodeImage(packed)
  writeExecutable(path, pack({ spine, node, files, sites: loader.sites, mode: 'hooked' }))
  return path
}

/** pack.ts places it last. */
function nodeImage(packed: Buffer): Buffer {
  const first = readElf(packed).segments.find(({ address }) => address === NODE_ADDRESS)
  if (first === undefined) throw new Error('the product holds no Node')
  return packed.subarray(first.offset)
}
