/**
 * Makes the one file: the spine, everything it embeds, and Node's image.
 *
 * Node's own segments become program headers of the spine, so the kernel maps both at exec;
 * PID 1 never touches Node's pages. What is embedded is listed in the spine's symbol `blob`
 * (native/blob.h).
 */
import { renameSync, writeFileSync } from 'node:fs'
import type { Elf, Segment } from './elf.ts'
import {
  addressOfOffset,
  ET_EXEC,
  loadSegments,
  MACHINE,
  offsetOfAddress,
  PF_X,
  PT_LOAD,
  PT_NULL,
  readElf,
  symbolAddress,
} from './elf.ts'
import type { Site } from './loader.ts'

export interface EmbeddedFile {
  readonly name: string
  readonly bytes: Buffer
}

export const BLOB_MODE = { hooked: 0, memfd: 1 } as const
export type BlobMode = keyof typeof BLOB_MODE

export interface PackInput {
  /** The linked spine, not stripped. */
  readonly spine: Buffer
  /** The baked Node image. */
  readonly node: Buffer
  readonly files: readonly EmbeddedFile[]
  readonly sites: readonly Site[]
  readonly mode: BlobMode
}

/** Larger than any page size in use, so that each file can be mapped from where it stands. */
const ALIGNMENT = 0x10000
const PAGE = 0x1000
const MAGIC = 'CONFIDE-BLOB-1\0\0'
const MAX_SITES = 16
const MAX_FILES = 32
const NAME_SIZE = 48

/** Offsets in struct blob. */
const AT = {
  fileCount: 16,
  nodeHeaders: 24,
  nodeHeaderCount: 32,
  nodeEntry: 40,
  siteCount: 48,
  mode: 56,
  siteReturn: 64,
  siteKind: 64 + 8 * MAX_SITES,
  files: 64 + 16 * MAX_SITES,
}
const FILE_SIZE = NAME_SIZE + 16

interface Placed {
  readonly name: string
  readonly offset: number
  readonly length: number
}

export function pack(input: PackInput): Buffer {
  const spine = readElf(input.spine)
  const node = readElf(input.node)
  if (node.type !== ET_EXEC) throw new Error('Node is not linked at a fixed address')
  if (node.machine !== spine.machine) throw new Error('the spine and Node are not of one kind')
  const layout = new Layout(withoutSections(spine))
  const files = input.files.map(({ name, bytes }) => layout.place(name, bytes))
  const { offset } = layout.place('node', input.node)
  const packed = layout.join()
  takeSegments(packed, spine, node, offset)
  describe(packed, spine, node, { ...input, files })
  return packed
}

/** Writes it beside its place first: the old file may be running. */
export function writeExecutable(path: string, bytes: Buffer): void {
  writeFileSync(`${path}.new`, bytes, { mode: 0o755 })
  renameSync(`${path}.new`, path)
}

class Layout {
  readonly #chunks: Buffer[] = []
  #end = 0

  constructor(first: Buffer) {
    this.#append(first)
  }

  place(name: string, bytes: Buffer): Placed {
    const offset = Math.ceil(this.#end / ALIGNMENT) * ALIGNMENT
    this.#append(Buffer.alloc(offset - this.#end))
    this.#append(bytes)
    return { name, offset, length: bytes.length }
  }

  join(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  #append(bytes: Buffer): void {
    this.#chunks.push(bytes)
    this.#end += bytes.length
  }
}

/** The spine up to the end of its last segment: section headers and symbols stay behind. */
function withoutSections(spine: Elf): Buffer {
  const end = Math.max(...loadSegments(spine).map(({ offset, fileSize }) => offset + fileSize))
  const bytes = Buffer.from(spine.bytes.subarray(0, end))
  bytes.writeBigUInt64LE(0n, 40)
  bytes.writeUInt16LE(0, 60)
  bytes.writeUInt16LE(0, 62)
  return bytes
}

function takeSegments(packed: Buffer, spine: Elf, node: Elf, nodeOffset: number): void {
  const spares = spine.segments.filter(({ type }) => type === PT_NULL)
  const segments = mergeSharedPages(node)
  if (segments.length > spares.length) {
    throw new Error(`Node has ${segments.length} segments, the spine room for ${spares.length}`)
  }
  const spineEnd = Math.max(...loadSegments(spine).map(own => own.address + own.memorySize))
  segments.forEach((segment, index) => {
    const offset = segment.offset + nodeOffset
    if (segment.address < spineEnd) throw new Error('a segment of Node lies over the spine')
    if ((offset - segment.address) % PAGE !== 0) throw new Error('a segment of Node is misaligned')
    writeSegment(packed, spares[index]?.header ?? 0, { ...segment, offset })
  })
}

/**
 * Kernels for arm64 may have pages of 64 KiB. What Node's baker adds there starts in the last such
 * page of the writable data, and a page can have only one set of rights: they become one segment.
 */
function mergeSharedPages(node: Elf): Segment[] {
  const merged: Segment[] = []
  for (const segment of loadSegments(node)) {
    const last = merged.at(-1)
    const shares =
      node.machine === MACHINE.arm64 &&
      last !== undefined &&
      pageOf(last.address + last.memorySize - 1) === pageOf(segment.address)
    if (!shares) merged.push(segment)
    else merged.splice(-1, 1, joined(last, segment))
  }
  return merged
}

function pageOf(address: number): number {
  return Math.floor(address / ALIGNMENT)
}

function joined(first: Segment, second: Segment): Segment {
  const size = second.address + second.memorySize - first.address
  const isOneRun = second.address - second.offset === first.address - first.offset
  const isWhole = first.fileSize === first.memorySize && second.fileSize === second.memorySize
  const flags = first.flags | second.flags
  if (!isOneRun || !isWhole || (flags & PF_X) !== 0) throw new Error('segments share a page')
  return { ...first, flags, fileSize: size, memorySize: size }
}

function writeSegment(packed: Buffer, header: number, segment: Segment): void {
  const { flags, offset, address, fileSize, memorySize, align } = segment
  packed.writeUInt32LE(PT_LOAD, header)
  packed.writeUInt32LE(flags, header + 4)
  const fields = [offset, address, address, fileSize, memorySize, align]
  fields.forEach((field, index) => {
    writeNumber(packed, header + 8 + 8 * index, field)
  })
}

interface Description {
  readonly files: readonly Placed[]
  readonly sites: readonly Site[]
  readonly mode: BlobMode
}

/** Fills in struct blob. */
function describe(packed: Buffer, spine: Elf, node: Elf, description: Description): void {
  const { files, sites, mode } = description
  const blob = offsetOfAddress(spine, symbolAddress(spine, 'blob'))
  if (packed.toString('latin1', blob, blob + MAGIC.length) !== MAGIC) {
    throw new Error('the spine has another blob layout than scripts/build/pack.ts')
  }
  if (sites.length > MAX_SITES || files.length > MAX_FILES) throw new Error('struct blob is full')
  const put = (at: number, value: number) => {
    writeNumber(packed, blob + at, value)
  }
  put(AT.fileCount, files.length)
  put(AT.nodeHeaders, addressOfOffset(node, node.headersOffset))
  put(AT.nodeHeaderCount, node.segments.length)
  put(AT.nodeEntry, node.entry)
  put(AT.siteCount, sites.length)
  put(AT.mode, BLOB_MODE[mode])
  sites.forEach(({ kind, returnAddress }, index) => {
    put(AT.siteReturn + 8 * index, returnAddress)
    put(AT.siteKind + 8 * index, kind)
  })
  files.forEach(({ name, offset, length }, index) => {
    if (name.length >= NAME_SIZE) throw new Error(`the name ${name} is too long for struct blob`)
    packed.write(name, blob + AT.files + FILE_SIZE * index, 'latin1')
    put(AT.files + FILE_SIZE * index + NAME_SIZE, offset)
    put(AT.files + FILE_SIZE * index + NAME_SIZE + 8, length)
  })
}

/** What a packed file says it embeds; the checks read it back. */
export function readFiles(packed: Buffer): EmbeddedFile[] {
  const blob = packed.indexOf(MAGIC, 0, 'latin1')
  const count = packed.readUInt32LE(blob + AT.fileCount)
  return Array.from({ length: count }, (_, index) => {
    const at = blob + AT.files + FILE_SIZE * index
    const name = packed.toString('latin1', at, packed.indexOf(0, at))
    const offset = Number(packed.readBigUInt64LE(at + NAME_SIZE))
    const length = Number(packed.readBigUInt64LE(at + NAME_SIZE + 8))
    return { name, bytes: packed.subarray(offset, offset + length) }
  })
}

function writeNumber(bytes: Buffer, at: number, value: number): void {
  bytes.writeBigUInt64LE(BigInt(value), at)
}
