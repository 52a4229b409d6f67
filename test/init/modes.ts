/** What holds for the command holds whether or not there was a secret to fetch. */
import { type TestContext, test } from 'node:test'

export interface Mode {
  name: string
  /** What makes confide work in this way. */
  env: Readonly<Record<string, string>>
  references: number
}

const modes: readonly Mode[] = [
  { name: 'without a reference', env: {}, references: 0 },
  {
    name: 'with a reference',
    env: { SECRET: `secretfile:${import.meta.filename}` },
    references: 1,
  },
]

/** One promise, tested in every mode. */
export function promise(
  sentence: string,
  body: (mode: Mode, t: TestContext) => Promise<void>,
): void {
  for (const mode of modes) test(`${sentence}, ${mode.name}`, async t => await body(mode, t))
}
