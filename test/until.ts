import { setTimeout as pause } from 'node:timers/promises'

/** How long a test waits for what must happen soon: a bound against hanging, not a measure. */
export const PATIENCE_MS = 60_000

/** Ask until the answer is neither false nor undefined; the bound only stops a broken test. */
export async function until<T>(
  what: string,
  question: () => T | undefined | false | Promise<T | undefined | false>,
): Promise<T> {
  const deadline = performance.now() + PATIENCE_MS
  for (;;) {
    const answer = await question()
    if (answer !== undefined && answer !== false) return answer
    if (performance.now() > deadline) throw new Error(`gave up waiting: ${what}`)
    await pause(2)
  }
}
