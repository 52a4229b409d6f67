import { deliveries } from '../../src/deliveries/index.ts'
import { parseEnviron } from '../../src/environ.ts'
import { expandAll } from '../../src/expansion.ts'
import { SecretValue } from '../../src/leaf/secret.ts'
import { makePlan, type SecretItem } from '../../src/plan.ts'
import { countAfter } from '../../src/plan/descriptors.ts'
import { readSettings } from '../../src/settings.ts'
import { schemes } from '../references/schemes.ts'

const ordinaryFacts = {
  reserved: [0, 1, 2],
  descriptorLimit: 1024,
  mostDescriptors: 4096,
  procMounted: true,
  startedAsRoot: false,
}

/** What comes of an environment when the secret of each reference is the text in `secrets`. */
export function expand(
  entries: readonly string[],
  secrets: Readonly<Record<string, string | undefined>>,
  { deliver = 'env', ...facts }: Partial<typeof ordinaryFacts> & { deliver?: string } = {},
) {
  const block = Buffer.from(entries.map(entry => `${entry}\0`).join(''))
  const environ = parseEnviron(block, entries.length)
  const settings = readSettings(new Map([['deliver', [deliver]]]), environ)
  const all = { ...ordinaryFacts, ...facts }
  const plan = makePlan(environ, settings, schemes, deliveries, all)
  const values = new Map<SecretItem, SecretValue | undefined>()
  for (const item of plan.items) {
    if (item.kind !== 'secret') continue
    const text = secrets[item.variable]
    values.set(item, text === undefined ? undefined : new SecretValue(Buffer.from(text)))
  }
  const lines: string[] = []
  const log = {
    warn: (line: string) => lines.push(line),
    debug: (line: string) => lines.push(line),
  }
  const fetched = { values, failures: plan.failures, defaulted: new Set<SecretItem>() }
  const nextNumber = countAfter(plan, settings.fdBase, all)
  const expanded = expandAll(plan, fetched, deliveries, nextNumber, log)
  const variables = [...expanded.values].map(([item, value]) => {
    return [item.variable, value?.reveal(bytes => Buffer.from(bytes).toString())] as const
  })
  const errors = expanded.failures.map(({ error }) => `${error.kind}: ${error.message}`)
  const hints = expanded.failures.map(({ error }) => error.hint)
  return { expanded, fetched, variables, errors, hints, lines, plan }
}

/** The same for one variable APP beside others. */
export const app = (json: string, options = 'prefix=APP_', ...more: string[]) =>
  expand([`APP=path:/app?${options}`, ...more], { APP: json })
