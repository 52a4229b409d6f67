const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

const longest = 24 * 3_600_000

/** The milliseconds of "30", "1.5s", "200ms", "2m" or "1h"; undefined for others and > 24h. */
export function parseDuration(text: string): number | undefined {
  const [, digits, unit = 's'] = /^(\d+(?:\.\d{1,6})?)(ms|s|m|h)?$/.exec(text) ?? []
  const milliseconds = Number(digits) * (units[unit] ?? Number.NaN)
  return milliseconds >= 0 && milliseconds <= longest ? milliseconds : undefined
}

/** "250 ms" below a second, else seconds with at most one decimal: "1.5 s", "30 s". */
export function formatDuration(milliseconds: number): string {
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`
  return `${Math.round(milliseconds / 100) / 10} s`
}
