/**
 * Patches a copy of the C library's loader (ld.so) so that its system calls go through the spine.
 *
 * The spine answers them from our own file: the libraries are mapped straight from it, and
 * nothing of the machine that confide runs on is ever loaded. Each site is a `syscall` with its
 * number; it becomes `jmp *[slot]` into a small routine of the spine, which jumps back behind it.
 */
import { createHash } from 'node:crypto'
import { addressOfOffset, loadSegments, PF_X, readElf } from './elf.ts'

export interface Site {
  /** The system call's number, or SITE_OPEN_DISPLACED. */
  readonly kind: number
  /** Offset from ld.so's base of the instruction behind the site. */
  readonly returnAddress: number
}

export interface PatchedLoader {
  readonly bytes: Buffer
  readonly sites: readonly Site[]
  /** Whether this very build of the loader was tested by us. */
  readonly known: boolean
}

/** Builds of ld.so whose sites were checked by hand, by the SHA-256 of the file. */
const KNOWN_LOADERS: Readonly<Record<string, string>> = {
  '02bcda52c1a5dfc236f94d9e5255b4a0e26347d8a372a5223b650e31f291ce3c':
    'Debian GLIBC 2.36-9+deb12u14, x86_64',
}

const READ = 0
const CLOSE = 3
const MMAP = 9
const PREAD64 = 17
const OPENAT = 257
const NEWFSTATAT = 262
const SITE_OPEN_DISPLACED = 1000

/** How often each kind stands in glibc's loader; any other count is a loader we don't know. */
const EXPECTED = new Map([
  [READ, 1],
  [CLOSE, 1],
  [MMAP, 1],
  [PREAD64, 1],
  [OPENAT, 2],
  [NEWFSTATAT, 1],
  [SITE_OPEN_DISPLACED, 1],
])

/** `xor eax,eax; syscall; cmp rax,-4096`: only with the comparison is it surely a call. */
const READ_PATTERN = Buffer.from('31c00f05483d00f0ffff', 'hex')
/** `mov eax,openat; mov rsi,rdi; mov edi,AT_FDCWD; syscall`: its path is still in rdi. */
const OPEN_PATTERN = Buffer.from('b8010100004889febf9cffffff0f05', 'hex')
const SYSCALL_LENGTH = 7

interface Patch {
  readonly kind: number
  readonly at: number
  readonly length: number
}

/**
 * Returns the patched copy, or the reason why this loader cannot be patched: then the build
 * falls back to copying the libraries into memory files at run time.
 */
export function patchLoader(original: Buffer, slots: number): PatchedLoader | { reason: string } {
  const patches = findSites(original)
  const reason = unexpectedSites(patches)
  if (reason !== undefined) return { reason }
  const bytes = Buffer.from(original)
  const elf = readElf(bytes)
  const sites = patches.map(({ kind, at, length }, index) => {
    writeJump(bytes, at, length, slots + 8 * index)
    return { kind, returnAddress: addressOfOffset(elf, at + length) }
  })
  const known = createHash('sha256').update(original).digest('hex') in KNOWN_LOADERS
  return { bytes, sites, known }
}

function findSites(loader: Buffer): Patch[] {
  const code = loadSegments(readElf(loader)).find(segment => (segment.flags & PF_X) !== 0)
  if (code === undefined) throw new Error('the loader has no code')
  const patches: Patch[] = []
  const end = code.offset + code.fileSize - OPEN_PATTERN.length
  for (let at = code.offset; at < end; at += 1) {
    const patch = siteAt(loader, at)
    if (patch !== undefined) patches.push(patch)
  }
  return patches
}

function siteAt(loader: Buffer, at: number): Patch | undefined {
  const startsWith = (pattern: Buffer) =>
    loader.compare(pattern, 0, pattern.length, at, at + pattern.length) === 0
  if (startsWith(READ_PATTERN)) return { kind: READ, at, length: READ_PATTERN.length }
  if (startsWith(OPEN_PATTERN)) {
    const number = 5
    return { kind: SITE_OPEN_DISPLACED, at: at + number, length: OPEN_PATTERN.length - number }
  }
  // mov eax,NUMBER; syscall
  if (loader[at] !== 0xb8 || loader.readUInt16LE(at + 5) !== 0x050f) return undefined
  const kind = loader.readUInt32LE(at + 1)
  return EXPECTED.has(kind) ? { kind, at, length: SYSCALL_LENGTH } : undefined
}

function unexpectedSites(patches: readonly Patch[]): string | undefined {
  for (const [kind, expected] of EXPECTED) {
    const found = patches.filter(patch => patch.kind === kind).length
    if (found !== expected) return `system call ${kind}: ${found} sites instead of ${expected}`
  }
  return undefined
}

/** `jmp *[slot]` with an absolute 32-bit address; what is left of the site becomes nops. */
function writeJump(bytes: Buffer, at: number, length: number, slot: number): void {
  if (slot >= 2 ** 31) throw new Error('the spine is linked too high for an absolute jump')
  bytes.fill(0x90, at, at + length)
  bytes.set([0xff, 0x24, 0x25], at)
  bytes.writeUInt32LE(slot, at + 3)
}
