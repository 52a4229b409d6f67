/** One measured figure, and how the figures are shown. */
export interface Figure {
  readonly what: string
  readonly value: string
  /** The promise, in words; none for a figure that only informs. */
  readonly bound?: string
  readonly holds?: boolean
}

/** One of several numbers of a figure, and what it may be at most. */
export interface Measure {
  readonly value: number
  readonly limit?: number | undefined
  readonly unit: string
}

/** Numbers of one thing; it holds when each of them does. */
export function bounded(what: string, ...measures: readonly Measure[]): Figure {
  const limited = measures.filter(({ limit }) => limit !== undefined)
  const value = measures.map(({ value, unit }) => inUnit(value, unit)).join(', ')
  if (limited.length === 0) return { what, value }
  return {
    what,
    value,
    bound: limited.map(({ limit = 0, unit }) => `≤ ${inUnit(limit, unit)}`).join(', '),
    holds: limited.every(({ value, limit = 0 }) => value <= limit),
  }
}

function inUnit(value: number, unit: string): string {
  const number = unit === 's' ? value.toFixed(2) : Number(value.toFixed(1))
  const name = value === 1 ? unit.replace(/(?<=\w)s$/, '') : unit
  return `${number} ${name}`.trimEnd()
}

/** A table in Markdown that reads well on a terminal, too. */
export function renderTable(figures: readonly Figure[]): string {
  const rows = figures.map(({ what, value, bound, holds }) => {
    return [what, value, bound ?? '', holds === undefined ? '' : holds ? 'yes' : 'NO']
  })
  const all = [['', 'measured', 'promised', 'holds'], ...rows]
  const widths = [0, 1, 2, 3].map(column => Math.max(...all.map(row => row[column]?.length ?? 0)))
  const line = (row: readonly string[]) => {
    return `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`
  }
  const rule = `|${widths.map(width => '-'.repeat(width + 2)).join('|')}|`
  const [head = [], ...body] = all.map(line)
  return [head, rule, ...body].join('\n')
}
