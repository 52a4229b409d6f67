import { readdirSync, readFileSync } from 'node:fs'

/**
 * Kills every process that this one has started, and those that they have started, once `signal`
 * fires: a helper program that hangs must not outlive the run that waited for it.
 *
 * Without /proc nothing is found, and nothing killed. Source: proc_pid_task(5), `children`.
 */
export function endHelpersWith(signal: AbortSignal): Disposable {
  const end = () => {
    for (const pid of descendantsOf(process.pid)) {
      try {
        process.kill(pid, 'SIGKILL')
      } catch {
        // It has ended by itself.
      }
    }
  }
  signal.addEventListener('abort', end, { once: true })
  return { [Symbol.dispose]: () => signal.removeEventListener('abort', end) }
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
