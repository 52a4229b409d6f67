/** Reads the few fields of 64-bit little-endian ELF files that the packer and the checks need. */

export interface Segment {
  /** Where its program header stands in the file. */
  readonly header: number
  readonly type: number
  readonly flags: number
  readonly offset: number
  readonly address: number
  readonly fileSize: number
  readonly memorySize: number
  readonly align: number
}

export interface Elf {
  readonly bytes: Buffer
  readonly type: number
  readonly machine: number
  readonly entry: number
  readonly headersOffset: number
  readonly segments: readonly Segment[]
}

export const PT_NULL = 0
export const PT_LOAD = 1
export const PT_DYNAMIC = 2
export const PT_INTERP = 3
export const PF_X = 1
export const PF_W = 2
export const ET_EXEC = 2
const PROGRAM_HEADER_SIZE = 56
export const MACHINE = { x64: 62, arm64: 183 } as const

const SECTION_HEADER_SIZE = 64
const SYMBOL_SIZE = 24
const SHT_SYMTAB = 2

export function readElf(bytes: Buffer): Elf {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) throw new Error('not an ELF file')
  if (bytes[4] !== 2 || bytes[5] !== 1) throw new Error('not a 64-bit little-endian ELF file')
  const headersOffset = number(bytes, 32)
  const count = bytes.readUInt16LE(56)
  const segments = Array.from({ length: count }, (_, index) =>
    readSegment(bytes, headersOffset + PROGRAM_HEADER_SIZE * index),
  )
  return {
    bytes,
    type: bytes.readUInt16LE(16),
    machine: bytes.readUInt16LE(18),
    entry: number(bytes, 24),
    headersOffset,
    segments,
  }
}

function readSegment(bytes: Buffer, header: number): Segment {
  return {
    header,
    type: bytes.readUInt32LE(header),
    flags: bytes.readUInt32LE(header + 4),
    offset: number(bytes, header + 8),
    address: number(bytes, header + 16),
    fileSize: number(bytes, header + 32),
    memorySize: number(bytes, header + 40),
    align: number(bytes, header + 48),
  }
}

export function loadSegments(elf: Elf): readonly Segment[] {
  return elf.segments.filter(segment => segment.type === PT_LOAD)
}

/** Where the byte that is mapped at `address` stands in the file. */
export function offsetOfAddress(elf: Elf, address: number): number {
  for (const { address: start, fileSize, offset } of loadSegments(elf)) {
    if (address >= start && address < start + fileSize) return address - start + offset
  }
  throw new Error(`no segment holds the address 0x${address.toString(16)}`)
}

/** Where the byte that stands at `offset` in the file is mapped. */
export function addressOfOffset(elf: Elf, offset: number): number {
  for (const { address, fileSize, offset: start } of loadSegments(elf)) {
    if (offset >= start && offset < start + fileSize) return offset - start + address
  }
  throw new Error(`no segment holds the file offset 0x${offset.toString(16)}`)
}

/** The address of a symbol; the file must not be stripped. */
export function symbolAddress(elf: Elf, name: string): number {
  const { bytes } = elf
  const sections = number(bytes, 40)
  const count = bytes.readUInt16LE(60)
  for (let index = 0; index < count; index += 1) {
    const section = sections + SECTION_HEADER_SIZE * index
    if (bytes.readUInt32LE(section + 4) !== SHT_SYMTAB) continue
    const names = sections + SECTION_HEADER_SIZE * bytes.readUInt32LE(section + 40)
    const address = findSymbol(bytes, section, number(bytes, names + 24), name)
    if (address !== undefined) return address
  }
  throw new Error(`no symbol ${name}: was the file stripped?`)
}

function findSymbol(
  bytes: Buffer,
  section: number,
  strings: number,
  name: string,
): number | undefined {
  const start = number(bytes, section + 24)
  const wanted = Buffer.from(`${name}\0`)
  for (let at = start; at < start + number(bytes, section + 32); at += SYMBOL_SIZE) {
    const text = strings + bytes.readUInt32LE(at)
    if (bytes.subarray(text, text + wanted.length).equals(wanted)) return number(bytes, at + 8)
  }
  return undefined
}

/** Addresses and offsets of our files stay far below 2^53, so a plain number holds them. */
function number(bytes: Buffer, at: number): number {
  return Number(bytes.readBigUInt64LE(at))
}
