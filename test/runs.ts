/** Running programs in tests: exact environment, bounded waits, and nothing left behind. */
import { type ChildProcess, spawn } from 'node:child_process'
import { chmodSync, linkSync, mkdtempSync, rmSync, copyFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import type { TestContext } from 'node:test'
import { fixture } from './fixtures.ts'
import { childrenOf } from './processes.ts'
import { PATIENCE_MS, until } from './until.ts'

const root = resolve(import.meta.dirname, '..')

/** The program under test; a sanitizer build is tested by naming it in CONFIDE_BINARY. */
export const binary = resolve(root, process.env['CONFIDE_BINARY'] ?? 'dist/confide')

export const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export interface RunOptions {
  /** The whole environment; PATH is added unless it is named. */
  env?: Readonly<Record<string, string>>
  cwd?: string
  /** What it reads; 'later' leaves its stdin open for `type`. */
  input?: string | Uint8Array | 'later'
  within?: number
}

export interface Outcome {
  /** The exit status, or the name of the signal that killed the program itself. */
  status: number | NodeJS.Signals
  stdout: Buffer
  stderr: string
}

/** A program that runs; killed when its scope ends. */
export class Run {
  readonly pid: number
  readonly ended: Promise<Outcome>
  readonly #child: ChildProcess
  readonly #stdout: Buffer[] = []
  readonly #stderr: Buffer[] = []

  constructor(command: readonly string[], options: RunOptions = {}) {
    const [program = '', ...args] = command
    const env = { PATH, ...options.env }
    this.#child = spawn(program, args, { env, cwd: options.cwd, stdio: 'pipe' })
    this.#child.stdout?.on('data', (chunk: Buffer) => this.#stdout.push(chunk))
    this.#child.stderr?.on('data', (chunk: Buffer) => this.#stderr.push(chunk))
    this.#child.stdin?.on('error', () => {})
    if (options.input !== 'later') this.#child.stdin?.end(options.input)
    this.ended = this.#end(command, options.within ?? PATIENCE_MS)
    this.ended.catch(() => {})
    this.pid = this.#child.pid ?? -1
  }

  get stdout(): string {
    return Buffer.concat(this.#stdout).toString('latin1')
  }

  get stderr(): string {
    return Buffer.concat(this.#stderr).toString()
  }

  #end(command: readonly string[], within: number): Promise<Outcome> {
    const { promise, resolve, reject } = Promise.withResolvers<Outcome>()
    const timer = setTimeout(() => {
      this[Symbol.dispose]()
      reject(new Error(`still running after ${within} ms: ${command.join(' ')}\n${this.stderr}`))
    }, within)
    this.#child.on('error', reject)
    this.#child.on('close', (code, signal) => {
      clearTimeout(timer)
      const stdout = Buffer.concat(this.#stdout)
      resolve({ status: code ?? signal ?? -1, stdout, stderr: this.stderr })
    })
    return promise
  }

  /** Wait for a line of stdout; the answer is the match. */
  async line(pattern: RegExp): Promise<RegExpMatchArray> {
    return await until(`a line ${pattern}; stderr: ${this.stderr}`, () => {
      const found = this.stdout.match(new RegExp(pattern, 'm'))
      if (!found && this.#child.exitCode !== null)
        throw new Error(`ended without a line ${pattern}: ${this.stdout}${this.stderr}`)
      return found ?? undefined
    })
  }

  /** Write to its stdin, which `input: 'later'` has left open. */
  type(text: string): void {
    this.#child.stdin?.write(text)
  }

  signal(signal: NodeJS.Signals | number): void {
    process.kill(this.pid, signal)
  }

  [Symbol.dispose](): void {
    if (this.#child.exitCode === null && this.#child.signalCode === null) killWithChildren(this.pid)
    // A stray process may hold the other ends; they must not keep this one alive.
    for (const stream of this.#child.stdio) stream?.destroy()
  }
}

function killWithChildren(pid: number): void {
  const children = childrenOf(pid)
  try {
    process.kill(pid, 'SIGKILL')
  } catch {
    // It has ended by itself.
  }
  for (const child of children) killWithChildren(child)
}

export function start(command: readonly string[], options?: RunOptions): Run {
  return new Run(command, options)
}

export async function run(command: readonly string[], options?: RunOptions): Promise<Outcome> {
  return await new Run(command, options).ended
}

export async function confide(args: readonly string[], options?: RunOptions): Promise<Outcome> {
  return await run([binary, ...args], options)
}

/** The prefix that starts a command with exactly these descriptors: '0,1,2,5' or 'none'. */
export function withDescriptors(list: string): string[] {
  return [fixture('with-descriptors'), list]
}

/** The prefix that makes a command PID 1 of its own namespace, with its own /proc. */
export const asPidOne = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']

/** An empty directory that everybody may read, removed after the test. */
export function temporaryDirectory(t: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'confide-test-'))
  chmodSync(directory, 0o755)
  t.after(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** The binary under its own name in `directory`, where other users can reach it. */
export function placeBinary(directory: string, from = binary): string {
  const place = join(directory, 'confide')
  try {
    linkSync(from, place)
  } catch {
    copyFileSync(from, place)
  }
  return place
}
