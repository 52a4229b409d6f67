import type { Behaviour } from '../../servers/hostile-http.ts'
import type { Stage } from '../stage.ts'

/** Where confide is sent in one fault: variables that are added to those of the backend. */
export type Scene = Readonly<Record<string, string>>

/** Something that goes wrong, and that a report has to make sense of. */
export interface Fault {
  /** Of the golden file, test/vectors/faults/BACKEND/NAME.txt. */
  readonly name: string
  /** What has happened, as the first line of the golden file says it. */
  readonly situation: string
  /** For --timeout, 20s without it: 3s where the time has to run out. */
  readonly timeout?: '3s'
  /** Makes it happen, and answers with the environment that leads there. */
  arrange(stage: Stage, backend: FaultBackend): Scene | Promise<Scene>
}

/**
 * A provider that is sent to servers that fail, one file of this folder each.
 *
 * The faults of networks and servers are the same for all (../network-faults.ts); `faults` are
 * those in the provider's own words: what is refused, missing, or expired.
 */
export interface FaultBackend {
  readonly name: string
  /** A reference that `good` answers. It is the value of DB_PASSWORD. */
  readonly reference: string
  /** The settings that make the server at `address` the provider's, credentials among them. */
  environment(address: string): Scene
  /** Answers as the provider does when all is well; the value has the word canary in it. */
  readonly good: Behaviour
  readonly faults: readonly Fault[]
}
