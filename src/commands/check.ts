import { options } from '../leaf/options.ts'
import { printable, write } from '../leaf/terminal.ts'
import { composeLaunch, nowhere } from '../launch.ts'
import { referencesOf, type LiteralItem, type Plan, type SecretItem } from '../plan.ts'
import { report } from '../report.ts'
import { type Resolution, resolveAll } from '../resolution.ts'
import type { Subcommand } from './command.ts'

const help = `Usage:
    confide check [options]

Fetch every secret that a command would get, and say what came of it: the
variable, its provider, the size in bytes and the outcome, never a value.
Nothing is started. The exit code is that of the first failure.

Options:
    --json      Print a JSON array instead of a table
    and all options of confide that choose variables and deliveries

Example:
    $ DB_PASSWORD=vault:secret/data/app#password confide check
    DB_PASSWORD  vault  20 bytes  ok
`

/** One variable with what came of it. */
interface Row {
  readonly variable: string
  /** All that its value names, in order; empty for literal text or a wrong reference. */
  readonly provider: string
  readonly delivery: string | null
  /** Bytes; null where there is no value. */
  readonly size: number | null
  readonly outcome: string
}

/** Tells whether everything can be fetched and delivered, without starting anything. */
export const check: Subcommand = {
  name: 'check',
  help,
  options: options.filter(({ role, name }) => role !== 'cli' || name === 'json'),

  async run(surroundings) {
    const resolution = await resolveAll(surroundings)
    const sizes = new Map([...resolution.values].map(([item, value]) => [item, value?.size]))
    const { failures } = composeLaunch(resolution, surroundings.inbox, process.ppid, nowhere)
    // Reversed, so that of several failures of one variable the first stays.
    const byIndex = new Map(failures.toReversed().map(failure => [failure.index, failure]))
    const rows = makeRows(resolution, sizes, byIndex)
    write(1, surroundings.given.has('json') ? `${JSON.stringify(rows, null, 2)}\n` : print(rows))
    return failures.length === 0 ? 0 : report(failures.map(failure => failure.error))
  },
}

function makeRows(
  { plan }: Resolution,
  sizes: ReadonlyMap<SecretItem, number | undefined>,
  failures: ReadonlyMap<number, { error: { kind: string } }>,
): Row[] {
  const rows: Row[] = []
  const items = new Map(plan.items.map(item => [item.index, item]))
  for (const [index, { name: variable }] of plan.environ.entries()) {
    const failure = failures.get(index)
    const item = items.get(index)
    if (item === undefined && failure === undefined) continue
    const size = item?.kind === 'secret' ? (sizes.get(item) ?? null) : sizeOf(item)
    const delivery = item?.kind === 'secret' ? item.delivery : null
    const outcome = failure === undefined ? (size === null ? 'left out' : 'ok') : failure.error.kind
    rows.push({ variable, provider: providerOf(item), delivery, size, outcome })
  }
  return rows
}

function sizeOf(item: LiteralItem | undefined): number | null {
  return item === undefined ? null : Buffer.byteLength(item.text)
}

function providerOf(item: Plan['items'][number] | undefined): string {
  if (item?.kind === 'literal') return 'literal'
  const references = item === undefined ? [] : referencesOf(item)
  return [...new Set(references.map(reference => reference.provider))].join(',')
}

function print(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no references\n'
  const cells = rows.map(({ variable, provider, size, outcome }) => [
    printable(variable),
    provider === '' ? '-' : provider,
    size === null ? '-' : `${size} bytes`,
    outcome,
  ])
  const widths = [0, 1, 2].map(column => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  const lines = cells.map(row => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return lines.map(line => `${line.trimEnd()}\n`).join('')
}
