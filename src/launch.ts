import { ConfideError } from './leaf/errors.ts'
import type { SecretValue } from './leaf/secret.ts'
import { makeEntry } from './environ.ts'
import type { Inbox } from './inbox.ts'
import type { Failure, Plan, SecretItem } from './plan.ts'
import { labelOf } from './plan/members.ts'
import { longestEntry } from './deliveries/env.ts'
import { deliveries } from './deliveries/index.ts'
import type { DeliveryHost, Handoff } from './deliveries/delivery.ts'
import { providers } from './providers/index.ts'
import type { Resolution } from './resolution.ts'
import type { Settings } from './settings.ts'

/** What the spine needs to start the command. */
export interface Launch {
  /** The environment block with its header, as native/frame.h describes it. */
  readonly block: Uint8Array
  readonly entryCount: number
  /** Numbers in the command, strictly ascending, with our descriptors for them. */
  readonly descriptors: readonly { readonly number: number; readonly fd: number }[]
  readonly closed: readonly number[]
}

/** Delivers nothing: to learn whether each secret can be delivered at all. */
export const nowhere: DeliveryHost = { sealedMemfd: () => -1 }

/** Sends messages to the spine; the real one is in native.ts. */
export interface Spine extends DeliveryHost {
  send(socket: number, message: Uint8Array, fd: number): void
}

/** What of the inbox decides how the command starts. */
export type LaunchFacts = Pick<Inbox, 'argumentBytes' | 'argumentCount' | 'stackLimit'>

const headerMagic = 0x3144_4643
const blockMagic = 0x3244_4643
const blockHeaderSize = 20

/** What a header message of FRAME_MESSAGE_LIMIT bytes has room for. */
const limitOfFrame = 49_000

/** Room for any pid_t; the child writes its own over it. */
const pidDigits = '0000000000'

/** Variables that name the descriptors: those of an outer confide don't speak of ours. */
const ownVariables = new Set(['CONFIDE_FDS', 'CONFIDE_FDNAMES', 'CONFIDE_PID'])

/**
 * Delivers every secret and composes what the command will get.
 *
 * `parent` is the spine's process id. Throws 'data' when the kernel would refuse the block.
 * `failures` are those of the resolution and what can't be delivered: with one, nothing may
 * be launched.
 */
export function composeLaunch(
  resolution: Resolution,
  facts: LaunchFacts,
  parent: number,
  host: DeliveryHost,
): { launch: Launch; failures: readonly Failure[] } {
  const handoffs = new Map<SecretItem, Handoff>()
  const failures = [...resolution.failures]
  for (const [item, value] of resolution.values) {
    try {
      handoffs.set(item, handOff(item, value, host))
    } catch (error) {
      failures.push({ index: item.index, variable: item.variable, error: asReport(item, error) })
      failures.sort((one, other) => one.index - other.index)
    }
  }
  const entries = composeEntries(resolution, handoffs, parent)
  const descriptors = [...handoffs.values()]
    .flatMap(({ descriptor }) => descriptor ?? [])
    .sort((one, other) => one.number - other.number)
  if (failures.length === 0) checkSize(entries, facts)
  const block = writeBlock(entries)
  // What was copied into the block may be a secret.
  for (const handoff of handoffs.values()) for (const entry of handoff.entries) entry.fill(0)
  const closed = resolution.consumed
  return { launch: { block, entryCount: entries.length, descriptors, closed }, failures }
}

/** Sends the frame; native/frame.h is the other half. The descriptors stay open here. */
export function sendLaunch(launch: Launch, socket: number, spine: Spine): void {
  const { block, entryCount, descriptors, closed } = launch
  if (descriptors.length + closed.length > limitOfFrame) {
    throw new ConfideError('too many descriptors', { kind: 'configuration' })
  }
  const blockFile = spine.sealedMemfd(block, 0o400, -1, -1)
  block.fill(0)
  const numbers = descriptors.map(descriptor => descriptor.number)
  const counts = [numbers.length, closed.length, entryCount]
  const header = words(headerMagic, 1, ...counts, 0, ...numbers, ...closed)
  spine.send(socket, header, blockFile)
  for (const [index, { fd }] of descriptors.entries()) {
    spine.send(socket, words(headerMagic, 2, index, 0), fd)
  }
  spine.send(socket, words(headerMagic, 3, 0, 0), -1)
}

function handOff(item: SecretItem, value: SecretValue | undefined, host: DeliveryHost): Handoff {
  if (value === undefined) return { entries: [] }
  const delivery = deliveries.find(candidate => candidate.name === item.delivery)
  if (delivery === undefined) {
    throw new ConfideError(`there is no delivery ${item.delivery}`, { kind: 'bug' })
  }
  try {
    return delivery.deliver(item.request, value, host)
  } finally {
    value[Symbol.dispose]()
  }
}

function asReport(item: SecretItem, error: unknown): ConfideError {
  // What the kernel can't do for one, it can't do for any.
  if (!(error instanceof ConfideError) || error.kind === 'system') throw error
  return new ConfideError(`cannot deliver ${labelOf(item)}: ${error.message}`, {
    kind: error.kind,
    ...(error.hint !== undefined && { hint: error.hint }),
  })
}

/** One entry, and whether the child writes its process id over its value. */
interface BlockEntry {
  readonly bytes: Uint8Array
  readonly pid?: keyof typeof pidOffsets
}

/** Where in the block's header the places of process ids stand. */
const pidOffsets = { own: 8, listen: 12, watchdog: 16 } as const

/**
 * Sockets that were passed to us, and the watchdog that waits for us, mean the command:
 * sd_listen_fds(3) and sd_watchdog_enabled(3) compare with getpid.
 */
const inheritedPids = { LISTEN_PID: 'listen', WATCHDOG_PID: 'watchdog' } as const

function composeEntries(
  resolution: Resolution,
  handoffs: ReadonlyMap<SecretItem, Handoff>,
  parent: number,
): readonly BlockEntry[] {
  const { plan } = resolution
  const byIndex = Map.groupBy(handoffs, ([item]) => item.index)
  const items = new Map(plan.items.map(item => [item.index, item]))
  const dropped = droppedVariables(resolution)
  const own = describeDescriptors(handoffs)
  const removed = new Set<string>()
  const entries: BlockEntry[] = []
  for (const [index, { name, value, bytes }] of plan.environ.entries()) {
    const item = items.get(index)
    if (item?.kind === 'literal') {
      if (!dropped.has(name)) entries.push(makeEntry(name, item.text))
    } else if (item !== undefined) {
      const handedOver = (byIndex.get(index) ?? []).flatMap(([, handoff]) => handoff.entries)
      for (const entry of handedOver) entries.push({ bytes: entry })
      // getenv(3) would go on to a later entry of that name, which it has never seen.
      if (!handedOver.some(entry => isEntryOf(name, entry))) removed.add(name)
    } else if (removed.has(name)) {
      continue
    } else if (isInheritedPid(name) && value === String(parent) && isFirst(plan, index)) {
      entries.push({ ...makeEntry(name, pidDigits), pid: inheritedPids[name] })
    } else if (!dropped.has(name) && (own.length === 0 || !ownVariables.has(name))) {
      entries.push({ bytes })
    }
  }
  return [...entries, ...own]
}

function isInheritedPid(name: string): name is keyof typeof inheritedPids {
  return Object.hasOwn(inheritedPids, name)
}

/** The entry that getenv(3) finds; there is room for one process id of each name. */
function isFirst({ environ }: Plan, index: number): boolean {
  const name = environ[index]?.name
  return environ.findIndex(entry => entry.name === name) === index
}

function isEntryOf(name: string, entry: Uint8Array): boolean {
  const start = makeEntry(name, '').bytes
  return start.every((byte, at) => entry[at] === byte)
}

/** The credentials that fetched the secrets would fetch them again for whoever reads them. */
function droppedVariables({ plan, settings, log }: Resolution): ReadonlySet<string> {
  const names = new Set(settings.keepCredentials ? [] : droppedNames(plan, settings))
  for (const { name } of plan.environ) {
    if (names.has(name)) log.debug(`${name}: does not reach the command`)
  }
  return names
}

/** Our own wherever we ran; those of the providers that were used, or on demand of all. */
function droppedNames({ providers: used }: Plan, { dropCredentials }: Settings): string[] {
  return providers.flatMap(({ name, bootstrap, credentials }) => {
    if (dropCredentials) return [...bootstrap, ...credentials]
    return used.includes(name)
      ? bootstrap
      : bootstrap.filter(variable => variable.startsWith('CONFIDE_'))
  })
}

/** In the order of the variables; those of members have the highest numbers, wherever they are. */
function describeDescriptors(handoffs: ReadonlyMap<SecretItem, Handoff>): readonly BlockEntry[] {
  const numbers: number[] = []
  const names: string[] = []
  for (const [{ variable }, { descriptor }] of handoffs) {
    if (descriptor === undefined) continue
    numbers.push(descriptor.number)
    names.push(escapeName(variable))
  }
  if (numbers.length === 0) return []
  return [
    makeEntry('CONFIDE_FDS', numbers.join(',')),
    makeEntry('CONFIDE_FDNAMES', names.join(',')),
    { ...makeEntry('CONFIDE_PID', pidDigits), pid: 'own' },
  ]
}

/** Percent-escapes what is not a letter, digit or one of _.- so that commas can part the names. */
function escapeName(name: string): string {
  return encodeURIComponent(name).replace(
    /[!'()*~]/g,
    mark => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  )
}

/** PATH_MAX: the path that is found for the command counts, too. */
const longestPath = 4096

/**
 * As execve(2) counts: every string with its NUL and a pointer for each, against a quarter of
 * the stack, at most 6 MiB and at least 128 KiB (bprm_stack_limits in fs/exec.c).
 */
function checkSize(entries: readonly BlockEntry[], facts: LaunchFacts): void {
  const longest = entries.find(({ bytes }) => bytes.length + 1 > longestEntry)
  if (longest !== undefined) {
    const name = Buffer.from(longest.bytes.subarray(0, 80)).toString().replace(/=[^]*/, '')
    throw new ConfideError(`${name} is longer than a variable can be`, { kind: 'data' })
  }
  const stack = facts.stackLimit < 0 ? Number.POSITIVE_INFINITY : facts.stackLimit
  const limit = Math.max(131_072, Math.min(stack / 4, 6 * 1024 * 1024))
  const size = entries.reduce((sum, { bytes }) => sum + bytes.length + 1 + 8, 0)
  const total = size + facts.argumentBytes + 8 * facts.argumentCount + longestPath
  if (total <= limit) return
  throw new ConfideError(
    `environment and arguments of the command need ${total} bytes, the kernel takes ${limit}`,
    {
      kind: 'data',
      hint: 'deliver large secrets with ?as=fd, or raise the stack limit (ulimit -s)',
    },
  )
}

function writeBlock(entries: readonly BlockEntry[]): Uint8Array {
  const size = entries.reduce((sum, { bytes }) => sum + bytes.length + 1, blockHeaderSize)
  const block = new Uint8Array(size)
  block.set(words(blockMagic, entries.length))
  let offset = blockHeaderSize
  for (const { bytes, pid } of entries) {
    block.set(bytes, offset)
    offset += bytes.length
    if (pid !== undefined) block.set(words(offset - pidDigits.length), pidOffsets[pid])
    offset += 1
  }
  return block
}

/** Little-endian u32 numbers. */
function words(...numbers: number[]): Uint8Array {
  const bytes = new Uint8Array(4 * numbers.length)
  const view = new DataView(bytes.buffer)
  for (const [at, number] of numbers.entries()) view.setUint32(4 * at, number, true)
  return bytes
}
