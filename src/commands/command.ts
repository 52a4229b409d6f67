import type { Option } from '../leaf/options.ts'
import type { Surroundings } from '../resolution.ts'

/** A subcommand. One file exports one, named as the file is. */
export interface Subcommand {
  readonly name: string
  /** What `confide NAME --help` prints. */
  readonly help: string
  /** What it takes; `--help` is understood by all. */
  readonly options: readonly Option[]
  /**
   * Does the work and returns the exit code.
   *
   * `surroundings.given` has what the command line gave for `options`. Results go to stdout,
   * everything else to stderr. Throws a ConfideError for what ends it.
   */
  run(surroundings: Surroundings): Promise<number>
}
