/**
 * Runs real work through a training image and collects V8's code caches from it.
 *
 * A code cache made after a run holds the functions that the run compiled; one made at build time
 * holds next to none (measured: a third of the time of an SDK's start).
 */
import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DECISIVE, withWorkloads, type Workload } from './workloads.ts'

export interface TrainInput {
  /** The command that runs the image: its path, behind an emulator for a foreign one. */
  readonly command: readonly string[]
  /** The folder that the image was told to write its caches to. */
  readonly caches: string
  readonly scratch: string
}

/** Returns the code cache of each bundle that was loaded, by the bundle's name. */
export async function train(input: TrainInput): Promise<Map<string, Buffer>> {
  return await withWorkloads(input.scratch, async workloads => {
    const best = new Map<string, Buffer>()
    for (const workload of workloads) {
      for (const [name, cache] of await runOne(input, workload)) {
        const earlier = best.get(name)
        if (isBetter(name, workload, cache, earlier)) best.set(name, cache)
      }
    }
    return best
  })
}

/** The more functions a run compiled, the larger its cache; of ours, unused ones only cost. */
function isBetter(
  bundle: string,
  workload: Workload,
  cache: Buffer,
  earlier: Buffer | undefined,
): boolean {
  if (bundle === 'confide') return workload.name === DECISIVE
  return earlier === undefined || cache.length > earlier.length
}

async function runOne(input: TrainInput, workload: Workload): Promise<Map<string, Buffer>> {
  rmSync(input.caches, { recursive: true, force: true })
  mkdirSync(input.caches, { recursive: true })
  const { status, errors } = await runImage(input.command, workload)
  if (status !== workload.status) {
    const expected = `${status} instead of ${workload.status}`
    throw new Error(`training run "${workload.name}" ended with ${expected}:\n${errors}`)
  }
  const caches = new Map<string, Buffer>()
  for (const file of readdirSync(input.caches)) {
    const name = file.replace(/\.cache$/, '').replaceAll('+', '/')
    caches.set(name, readFileSync(join(input.caches, file)))
  }
  if (!caches.has('confide')) {
    throw new Error(`training run "${workload.name}" left no code cache behind`)
  }
  return caches
}

interface Outcome {
  readonly status: number | string
  readonly errors: string
}

function runImage(command: readonly string[], workload: Workload): Promise<Outcome> {
  const [file = '', ...rest] = [...command, ...workload.rest]
  const env = { PATH: process.env['PATH'], ...workload.variables }
  return new Promise((resolve, reject) => {
    const child = spawn(file, rest, { env, stdio: ['pipe', 'ignore', 'pipe'] })
    let errors = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text
    })
    // A workload that ends before it has read its input is judged by its status.
    child.stdin.on('error', () => {})
    child.stdin.end(workload.input ?? '')
    child.on('error', reject)
    child.on('close', (status, signal) => {
      resolve({ status: status ?? signal ?? 'nothing', errors })
    })
  })
}
