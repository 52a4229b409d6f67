/** A server written in Python, on a port that the kernel chose, for as long as a test file runs. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { start } from '../runs.ts'
import { until } from '../until.ts'

export interface PythonServer {
  /** `http://127.0.0.1:PORT`. */
  readonly address: string
  stop(): Promise<void>
}

/** Longer than a file of tests may run, so only `stop` ends it. */
const WITHIN = 20 * 60 * 1000

/**
 * Runs `-m words…` with the Python of the virtual environment `folder`.
 *
 * It must be told to listen at port 0, to say "Running on http://…" once it does, and to answer
 * `health` with 200 when it is ready.
 */
export async function pythonServer(
  folder: string,
  words: readonly string[],
  health: string,
  variables: Readonly<Record<string, string>> = {},
): Promise<PythonServer> {
  const directory = mkdtempSync(join(tmpdir(), 'confide-aws-'))
  const env = { HOME: directory, TMPDIR: directory, ...variables }
  const command = [join(folder, 'bin', 'python3'), '-m', ...words]
  const program = start(command, { env, cwd: directory, within: WITHIN })
  let hasEnded = false
  const ended = program.ended.catch(() => {}).finally(() => (hasEnded = true))
  const stop = async () => {
    program[Symbol.dispose]()
    await ended
    rmSync(directory, { recursive: true, force: true })
  }
  try {
    const address = await until(`${words[0]} to be ready`, async () => {
      if (hasEnded) throw new Error(`${words[0]} has ended: ${program.stdout}${program.stderr}`)
      const said = /Running on (http:\/\/127\.0\.0\.1:\d+)/.exec(program.stdout + program.stderr)
      if (said?.[1] === undefined) return undefined
      return (await isReady(said[1] + health)) ? said[1] : undefined
    })
    return { address, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

async function isReady(url: string): Promise<boolean> {
  try {
    return (await fetch(url)).ok
  } catch {
    return false
  }
}
