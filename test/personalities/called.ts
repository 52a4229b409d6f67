/** The binary under the name of another init, as an image or `docker run --init` calls it. */
import { symlinkSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { binary, temporaryDirectory } from '../runs.ts'

export function called(t: TestContext, name: string): string {
  const place = join(temporaryDirectory(t), name)
  symlinkSync(binary, place)
  return place
}

/** Two processes of one group; the first prints every signal, the second only waits. */
export const group = (fixture: (name: string) => string): string[] => [
  'sh',
  '-c',
  `trap '' USR1 TERM; ${fixture('prints-signals')} 10 & wait $!`,
]
