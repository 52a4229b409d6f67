/** One measured figure, and how the figures are shown. */
export interface Figure {
  readonly what: string
  readonly value: string
  /** The promise, in words; none for a figure that only informs. */
  readonly bound?: string
  readonly holds?: boolean
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
