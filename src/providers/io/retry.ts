import { setTimeout as sleep } from 'node:timers/promises'

/** How an attempt ended. */
export type Outcome<T> = { readonly value: T } | { readonly error: unknown }

export interface RetryPolicy<T> {
  /** The least milliseconds to wait before trying again; undefined when the outcome is final. */
  readonly pause: (outcome: Outcome<T>) => number | undefined
  /** Whether we only came too often: time alone mends that, so all the time there is is used. */
  readonly isThrottled?: (outcome: Outcome<T>) => boolean
  readonly signal: AbortSignal
  /** Between 0 and 1; tests make it certain. */
  readonly random?: () => number
}

const attempts = 4
const firstDelay = 200
const longestDelay = 5000

/**
 * Repeats `attempt` while `pause` allows it, with full jitter: 0-200, 0-400, then 0-800 ms; where
 * it was throttled, on and on, with at most 5 s in between.
 *
 * Everything that starts together would otherwise come back together. The deadline ends the
 * waiting, and what was learnt last is what the caller gets.
 */
export async function retry<T>(attempt: () => Promise<T>, policy: RetryPolicy<T>): Promise<T> {
  const { pause, isThrottled = () => false, signal, random = Math.random } = policy
  for (let tried = 1; ; tried++) {
    const outcome = await settle(attempt)
    const again = !signal.aborted && (tried < attempts || isThrottled(outcome))
    const least = again ? pause(outcome) : undefined
    const delay = (least ?? 0) + backoff(tried, random())
    if (least !== undefined && (await waited(delay, signal))) continue
    if ('value' in outcome) return outcome.value
    throw outcome.error
  }
}

/** Milliseconds to wait after so many attempts; `random` is below 1. */
export function backoff(tried: number, random: number): number {
  return random * Math.min(firstDelay * 2 ** (tried - 1), longestDelay)
}

async function settle<T>(attempt: () => Promise<T>): Promise<Outcome<T>> {
  try {
    return { value: await attempt() }
  } catch (error) {
    return { error }
  }
}

async function waited(delay: number, signal: AbortSignal): Promise<boolean> {
  try {
    await sleep(delay, undefined, { signal })
    return true
  } catch {
    return false
  }
}

/** As long as any deadline; a timer takes no more than 24.8 days, and would fire at once. */
const longestPause = 24 * 3_600_000

/** Milliseconds of a Retry-After header: seconds or a date; 0 when it is neither. */
export function retryAfter(header: string | undefined, now = Date.now()): number {
  if (header === undefined) return 0
  const milliseconds = /^\d+$/.test(header) ? Number(header) * 1000 : Date.parse(header) - now
  return milliseconds > 0 ? Math.min(milliseconds, longestPause) : 0
}
