import { formatDuration } from './leaf/duration.ts'

/**
 * How long a provider may take to say what it has, once it was told that the time is over.
 * The spine waits 150 ms for our report before it kills (native/resolve.c, REPORT_TIME).
 */
const grace = 50

/** The one deadline of all that is fetched. */
export class Deadline {
  /** The whole time, for messages: "30 s". */
  readonly text: string
  readonly #end: bigint
  #controller: AbortController | undefined
  #isOver = false

  /** `end` is on the clock of `process.hrtime`; `total` in milliseconds is only for messages. */
  constructor(end: bigint, total: number) {
    this.#end = end
    this.text = formatDuration(total)
  }

  /** A deadline that many milliseconds from now. */
  static in(total: number): Deadline {
    return new Deadline(process.hrtime.bigint() + BigInt(Math.ceil(total * 1e6)), total)
  }

  get isOver(): boolean {
    return this.#isOver
  }

  /** Made when first asked for: local references don't wait, and to load it takes 0.4 ms. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#isOver) this.#controller.abort(new Error('the deadline has passed'))
    return this.#controller.signal
  }

  /** Waits for `work`, which must not reject, up to the deadline and the grace behind it. */
  async wait(work: Promise<unknown>): Promise<void> {
    const left = Math.max(0, Number(this.#end - process.hrtime.bigint()) / 1e6)
    const timers: NodeJS.Timeout[] = []
    const over = new Promise<void>(resolve => {
      const end = () => {
        this.#isOver = true
        this.#controller?.abort(new Error('the deadline has passed'))
        timers.push(setTimeout(resolve, grace))
      }
      timers.push(setTimeout(end, left))
    })
    await Promise.race([work, over])
    for (const timer of timers) clearTimeout(timer)
  }
}
