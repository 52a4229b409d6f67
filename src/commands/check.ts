import { closeSync } from 'node:fs'
import { isatty } from 'node:tty'
import { type ConfideError, exitCodeOf } from '../leaf/errors.ts'
import type { FailureKind } from '../leaf/exit-codes.ts'
import { options } from '../leaf/options.ts'
import { print, printable } from '../leaf/terminal.ts'
import type { DeliveryHost } from '../deliveries/delivery.ts'
import { composeLaunch, nowhere } from '../launch.ts'
import { referencesOf, type LiteralItem, type Plan } from '../plan.ts'
import { isMember } from '../plan/members.ts'
import { redact, report } from '../report.ts'
import { type Resolution, resolveAll, type Surroundings } from '../resolution.ts'
import type { Subcommand } from './command.ts'
import { withoutDefault } from '../references/without-default.ts'

const help = `Usage:
    confide check [options]

Fetch every secret that a command would get, and say what came of it: the
variable, its provider, the size in bytes and the outcome, never a value.
Nothing is started. The exit code is that of the first failure.

Options:
    --json      Print a JSON array instead of a table; when nothing could be
                checked, an object with "error", "hint" and "exitCode"
    and all options of confide that choose variables and deliveries

The outcome is ok, with prefix= and all names that the variable becomes behind
it, default (the secret is missing, its default is used), left out (missing, but
optional), or what is wrong: missing, denied, unreachable, too late, invalid,
misconfigured, system error or bug.

Example:
    $ DB_PASSWORD=vault:secret/data/app#password confide check
    DB_PASSWORD  vault  20 bytes  ok
`

/** One variable with what came of it. */
interface Row {
  readonly variable: string
  /** All that its value names, in order; empty for literal text or a wrong reference. */
  readonly provider: string
  /** The references in the value, without their options. */
  readonly reference: string | null
  readonly delivery: string | null
  /** Bytes, of all members together; null where there is no value. */
  readonly size: number | null
  /** The variables that its members become, where it has a prefix. */
  readonly becomes: readonly string[] | null
  readonly outcome: string
  readonly message: string | null
  readonly hint: string | null
  readonly exitCode: number
}

/** The kinds of failure in words that need no table. */
const outcomes: Readonly<Record<FailureKind, string>> = {
  usage: 'misconfigured',
  data: 'invalid',
  missing: 'missing',
  unavailable: 'unreachable',
  bug: 'bug',
  system: 'system error',
  temporary: 'too late',
  permission: 'denied',
  configuration: 'misconfigured',
}

/** Tells whether everything can be fetched and delivered, without starting anything. */
export const check: Subcommand = {
  name: 'check',
  help,
  options: options.filter(({ role, name }) => role !== 'cli' || name === 'json'),

  async run(surroundings) {
    const resolution = await resolveAll(surroundings)
    // Before they are delivered, which overwrites them.
    const results = resultsOf(resolution)
    const { failures } = composeLaunch(
      resolution,
      surroundings.inbox,
      process.ppid,
      trial(surroundings),
    )
    // Reversed, so that of several failures of one variable the first stays.
    const byIndex = new Map(failures.toReversed().map(failure => [failure.index, failure]))
    const rows = makeRows(resolution, results, byIndex)
    print(surroundings.given.has('json') ? `${JSON.stringify(rows, null, 2)}\n` : tableOf(rows))
    return failures.length === 0 ? 0 : report(failures.map(failure => failure.error))
  },
}

/** What came of one variable, before anything is delivered. */
interface Result {
  readonly size: number | null
  readonly becomes: readonly string[] | null
}

/** By the index of the variable's entry. */
function resultsOf({ values }: Resolution): ReadonlyMap<number, Result> {
  const results = [...Map.groupBy(values, ([item]) => item.index)].map(([index, group]) => {
    const sizes = group.flatMap(([, value]) => value?.size ?? [])
    const members = group.map(([item]) => item).filter(isMember)
    const size = sizes.length === 0 ? null : sizes.reduce((sum, one) => sum + one)
    const becomes = members.length === 0 ? null : members.map(({ variable }) => variable)
    return [index, { size, becomes }] as const
  })
  return new Map(results)
}

/** Memory files are really made, and given to their owners, as only that shows what fails. */
function trial({ sealedMemfd }: Surroundings): DeliveryHost {
  if (sealedMemfd === undefined) return nowhere
  return {
    sealedMemfd(...request) {
      closeSync(sealedMemfd(...request))
      return -1
    },
  }
}

function makeRows(
  { plan, defaulted }: Resolution,
  results: ReadonlyMap<number, Result>,
  failures: ReadonlyMap<number, { error: ConfideError }>,
): Row[] {
  const rows: Row[] = []
  const items = new Map(plan.items.map(item => [item.index, item]))
  for (const [index, { name: variable }] of plan.environ.entries()) {
    const error = failures.get(index)?.error
    const item = items.get(index)
    if (item === undefined && error === undefined) continue
    const result = results.get(index) ?? { size: null, becomes: null }
    const size = item?.kind === 'secret' ? result.size : sizeOf(item)
    const delivery = item?.kind === 'secret' ? item.delivery : null
    const usesDefault = item?.kind === 'secret' && defaulted.has(item)
    const fine = size === null ? 'left out' : usesDefault ? 'default' : 'ok'
    rows.push({
      variable,
      provider: providerOf(item),
      reference: referenceOf(item),
      delivery,
      size,
      becomes: error === undefined ? result.becomes : null,
      outcome: error === undefined ? fine : outcomes[error.kind],
      message: error === undefined ? null : redact(error.message),
      hint: error?.hint === undefined ? null : redact(error.hint),
      exitCode: error === undefined ? 0 : exitCodeOf(error.kind),
    })
  }
  return rows
}

function referenceOf(item: Plan['items'][number] | undefined): string | null {
  const references = item === undefined ? [] : referencesOf(item)
  return references.map(({ text }) => withoutDefault(text)).join(', ') || null
}

function sizeOf(item: LiteralItem | undefined): number | null {
  return item === undefined ? null : Buffer.byteLength(item.text)
}

function providerOf(item: Plan['items'][number] | undefined): string {
  if (item?.kind === 'literal') return 'literal'
  const references = item === undefined ? [] : referencesOf(item)
  return [...new Set(references.map(reference => reference.provider))].join(',')
}

/** A heading only for people: scripts that read the columns have none to skip. */
const headings = [['VARIABLE', 'PROVIDER', 'SIZE', 'OUTCOME']]

function tableOf(rows: readonly Row[]): string {
  if (rows.length === 0) return 'no references\n'
  const body = rows.map(({ variable, provider, size, outcome, becomes }) => [
    printable(variable),
    provider === '' ? '-' : provider,
    size === null ? '-' : `${size} ${size === 1 ? 'byte' : 'bytes'}`,
    becomes === null ? outcome : `${outcome}: ${becomes.map(printable).join(', ')}`,
  ])
  const cells = isatty(1) ? [...headings, ...body] : body
  const widths = [0, 1, 2].map(column => Math.max(...cells.map(row => row[column]?.length ?? 0)))
  const lines = cells.map(row => row.map((cell, at) => cell.padEnd(widths[at] ?? 0)).join('  '))
  return lines.map(line => `${line.trimEnd()}\n`).join('')
}
