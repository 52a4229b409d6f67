/** One line for each step of a build, as it ends: what, how long. */
export async function step<T>(name: string, work: () => Promise<T> | T): Promise<T> {
  const start = performance.now()
  const result = await work()
  const seconds = ((performance.now() - start) / 1000).toFixed(1)
  say(`  ${name.padEnd(44)}${seconds.padStart(6)} s`)
  return result
}

export function say(line: string): void {
  process.stderr.write(`${line}\n`)
}
