import { readdirSync, readFileSync, readlinkSync } from 'node:fs'

/**
 * How long to wait for what was killed, in milliseconds; only what hangs in the kernel takes that
 * long. The spine does not wait for our report for ever (native/resolve.c, REPORT_TIME).
 */
const patience = 25

/** The programs that are started from now on. */
export interface Helpers extends Disposable {
  end(): void
}

/** Ends them once `signal` fires, or when asked to: a helper is not to outlive its run. */
export function helpersFrom(signal: AbortSignal): Helpers {
  const others = new Set(isOurProc() ? descendantsOf(process.pid) : [])
  const end = () => endHelpers(others)
  signal.addEventListener('abort', end, { once: true })
  return { end, [Symbol.dispose]: () => signal.removeEventListener('abort', end) }
}

/**
 * Kills every process that this one has started, and those that they have started. The resolver is
 * a subreaper (native/resolve.c), so that these are below it even when those between have ended.
 * `others` are spared.
 *
 * Without /proc nothing is found, and nothing killed. Source: proc_pid_task(5), `children`.
 */
export function endHelpers(others: ReadonlySet<number> = new Set()): void {
  if (!isOurProc()) return
  const end = performance.now() + patience
  const nobody = new Int32Array(new SharedArrayBuffer(4))
  // What was about to fork when it was killed has left a child that we have not seen.
  while (killDescendants(others) && performance.now() < end) Atomics.wait(nobody, 0, 0, 1)
}

/** In a /proc of another pid namespace, the numbers are those of other processes. */
function isOurProc(): boolean {
  try {
    return readlinkSync('/proc/self') === String(process.pid)
  } catch {
    return false
  }
}

/** Answers whether one of them still has to die. */
function killDescendants(others: ReadonlySet<number>): boolean {
  const ours = descendantsOf(process.pid).filter(pid => !others.has(pid))
  return ours.map(kill).includes(true)
}

function kill(pid: number): boolean {
  try {
    const wasAlive = isAlive(pid)
    process.kill(pid, 'SIGKILL')
    return wasAlive
  } catch {
    // It is gone, or another user's.
    return false
  }
}

/** False also for one whose first thread alone has ended. */
function isAlive(pid: number): boolean {
  // Behind the name, which may hold anything.
  const [state = ''] = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ').slice(-1)
  return !/^[ZX]/.test(state)
}

/** Parents before their children, so that none can start another one while we look. */
function descendantsOf(pid: number): number[] {
  const children: number[] = []
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) {
      const line = readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1')
      children.push(...line.split(' ').map(Number).filter(Boolean))
    }
  } catch {
    // Without /proc, or of a process that has ended.
  }
  return [...children, ...children.flatMap(descendantsOf)]
}
