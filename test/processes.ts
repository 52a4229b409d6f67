/** What /proc says about processes that tests have started. */
import { closeSync, openSync, readdirSync, readFileSync, readSync, readlinkSync } from 'node:fs'
import { until } from './until.ts'

/** The text of a file that may vanish at any moment; gone or forbidden reads as empty. */
function glance(path: string): Buffer {
  try {
    return readFileSync(path)
  } catch {
    return Buffer.alloc(0)
  }
}

export function everyProcess(): number[] {
  return readdirSync('/proc').map(Number).filter(Number.isInteger)
}

export function childrenOf(pid: number): number[] {
  const text = glance(`/proc/${pid}/task/${pid}/children`).toString().trim()
  return text === '' ? [] : text.split(' ').map(Number)
}

export async function onlyChildOf(pid: number): Promise<number> {
  return await until(`a child of ${pid}`, () => childrenOf(pid)[0])
}

export function commandLine(pid: number): Buffer {
  return glance(`/proc/${pid}/cmdline`)
}

export function environmentOf(pid: number): Buffer {
  return glance(`/proc/${pid}/environ`)
}

/** One field of /proc/PID/status, such as `State` or `SigBlk`; empty when the process is gone. */
export function statusField(pid: number, name: string): string {
  const text = glance(`/proc/${pid}/status`).toString()
  return text.match(new RegExp(`^${name}:\\s*(.*)$`, 'm'))?.[1] ?? ''
}

export function isZombie(pid: number): boolean {
  return statusField(pid, 'State').startsWith('Z')
}

/** The open descriptors of a process and what each one is. */
export function descriptorsOf(pid: number): Map<number, string> {
  const directory = `/proc/${pid}/fd`
  return new Map(
    readdirSync(directory).map(name => [Number(name), readlinkSync(`${directory}/${name}`)]),
  )
}

/** The living processes whose command line holds `marker`: a test's own, whoever started them. */
export function runningWith(marker: string): number[] {
  return everyProcess().filter(
    pid => pid !== process.pid && commandLine(pid).includes(marker) && !isZombie(pid),
  )
}

export async function nothingRunsWith(marker: string): Promise<void> {
  await until(`every process with ${marker} to end`, () => runningWith(marker).length === 0)
}

/**
 * Whether the memory of a process holds any of the texts, as root with the right to trace it.
 * Reads every mapping, file-backed ones too; answers with the mappings where one was found.
 */
export function searchMemory(pid: number, needles: readonly Uint8Array[]): string[] {
  const memory = openSync(`/proc/${pid}/mem`, 'r')
  const found: string[] = []
  let searched = 0
  for (const line of readFileSync(`/proc/${pid}/maps`, 'latin1').trim().split('\n')) {
    const [, from = '', to = '', rights = ''] = line.match(/^(\w+)-(\w+) (\S+)/) ?? []
    if (!rights.startsWith('r')) continue
    const bytes = readMapping(memory, Number.parseInt(from, 16), Number.parseInt(to, 16))
    searched += bytes.length
    if (needles.some(needle => bytes.includes(needle))) found.push(line)
  }
  closeSync(memory)
  if (searched === 0) throw new Error(`nothing of the memory of ${pid} could be read`)
  return found
}

function readMapping(memory: number, from: number, to: number): Buffer {
  const bytes = Buffer.alloc(to - from)
  let length = 0
  while (length < bytes.length) {
    let step = 0
    try {
      step = readSync(memory, bytes, length, bytes.length - length, from + length)
    } catch {
      // The kernel's own pages, [vvar] for one, cannot be read by anybody.
    }
    if (step === 0) break
    length += step
  }
  return bytes.subarray(0, length)
}
