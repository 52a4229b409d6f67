import { makeEntry } from '../src/environ.ts'
import type { Inbox } from '../src/inbox.ts'

/** What the spine would tell about an ordinary process with these variables. */
export function inboxWith(
  variables: Readonly<Record<string, string>> = {},
  changes: Partial<Inbox> = {},
): Inbox {
  return {
    socket: -1,
    deadline: 0n,
    procMounted: true,
    descriptorLimit: 1024,
    mostDescriptors: 4096,
    stackLimit: -1,
    argumentBytes: 0,
    argumentCount: 0,
    startedAsRoot: false,
    operand: 1,
    commandOwner: undefined,
    reserved: [0, 1, 2],
    environ: Object.entries(variables).map(([name, value]) => makeEntry(name, value)),
    words: [],
    ...changes,
  }
}
