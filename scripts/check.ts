/** `npm run check`: what reads the sources without running them. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './build/ensure.ts'
import { generate } from './registry.ts'
import { Tally } from './test/tally.ts'

interface Check {
  readonly name: string
  readonly run: () => string | undefined | Promise<string | undefined>
}

const binaries = join(root, 'node_modules', '.bin')
const native = ['make', '-s', '-C', 'native', `OUTPUT=${join(root, 'build', 'native', 'check')}`]

/** Each answers with what is wrong, or with nothing. */
const checks: readonly Check[] = [
  { name: 'types (tsc)', run: () => complaint(join(binaries, 'tsc'), '--noEmit') },
  {
    name: 'promises (oxlint)',
    run: () => complaint(join(binaries, 'oxlint'), '--type-aware', 'src'),
  },
  { name: 'layout (biome)', run: () => complaint(join(binaries, 'biome'), 'ci') },
  { name: 'generated files (registry)', run: outdatedFiles },
  { name: 'C analysers (make analyze)', run: () => complaint(...native, 'analyze') },
  { name: 'frame reader (make fuzz)', run: () => complaint(...native, 'fuzz') },
]

export async function runChecks(tally: Tally): Promise<void> {
  for (const { name, run } of checks) {
    const start = performance.now()
    const wrong = await run()
    const failed = wrong === undefined ? 0 : 1
    const seconds = (performance.now() - start) / 1000
    tally.add(name, { passed: 1 - failed, failed, skipped: 0 }, seconds, [wrong ?? ''])
  }
}

function complaint(...command: readonly string[]): string | undefined {
  const [file = '', ...rest] = command
  const { status, stdout, stderr, error } = spawnSync(file, rest, { cwd: root, encoding: 'utf8' })
  if (error !== undefined) return error.message
  return status === 0 ? undefined : `${stdout}${stderr}`
}

async function outdatedFiles(): Promise<string | undefined> {
  const outdated = [...(await generate())]
    .filter(([path, text]) => readFileSync(join(root, path), 'utf8') !== text)
    .map(([path]) => path)
  return outdated.length === 0 ? undefined : `run npm run registry: ${outdated.join(', ')}`
}

if (import.meta.main) {
  const tally = new Tally()
  await runChecks(tally)
  console.log(tally.closing)
  process.exitCode = tally.succeeded ? 0 : 1
}
