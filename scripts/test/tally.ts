/** Counts what passed and prints one line for each file, and every failure in full. */

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export class Tally {
  #passed = 0
  #failed = 0
  #skipped = 0

  /** A file of tests, a check or a program: its name, what became of it, what it said. */
  add(name: string, counts: Counts, seconds: number, details: readonly string[] = []): void {
    this.#passed += counts.passed
    this.#failed += counts.failed
    this.#skipped += counts.skipped
    const mark = counts.failed > 0 ? 'FAIL' : 'ok'
    console.log(`${mark.padEnd(5)}${name.padEnd(48)} ${sentence(counts)}  ${seconds.toFixed(1)} s`)
    if (counts.failed > 0) for (const detail of details) console.log(indent(detail))
  }

  /** Nothing that ran is no success. */
  get succeeded(): boolean {
    return this.#failed === 0 && this.#passed > 0
  }

  /** The line that the run closes with. */
  get closing(): string {
    return sentence({ passed: this.#passed, failed: this.#failed, skipped: this.#skipped })
  }
}

function sentence({ passed, failed, skipped }: Counts): string {
  const rest = skipped > 0 ? `, ${skipped} skipped` : ''
  return `${passed} passed, ${failed} failed${rest}`
}

function indent(text: string): string {
  return text.trimEnd().replaceAll(/^/gm, '     ')
}
