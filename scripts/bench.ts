/**
 * `npm run bench [-- --record] [-- --quick] [-- --file PATH]`: the promised figures, each beside
 * its bound.
 *
 * Times are medians of interleaved blocks in one run, as ratios, because machines differ and a
 * shared one changes from minute to minute. --record writes docs/performance.md; --quick measures
 * less often and leaves out zstd's slowest level; --file measures another file than dist/confide.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { Backend } from './bench/backend.ts'
import { measureMany } from './bench/many.ts'
import { measureMemory } from './bench/memory.ts'
import { measureSize } from './bench/size.ts'
import { type Figure, renderTable } from './bench/table.ts'
import { measureTimes } from './bench/times.ts'
import { ensureBuilt, root } from './build/ensure.ts'
import { step } from './build/progress.ts'
import { withWorkloads } from './build/workloads.ts'

const { values } = parseArgs({
  options: {
    record: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    file: { type: 'string' },
  },
})
const { quick } = values
// With these, every program that touches TLS reads more certificates: not what is measured.
for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR']) {
  delete process.env[name]
}
const path = await fileToMeasure()
const scratch = join(root, 'build')
const figures = await Backend.with(scratch, async backend => {
  return await withWorkloads(scratch, async workloads => {
    const ofOne = quick ? { blocks: 4, runs: 3 } : { blocks: 16, runs: 5 }
    const ofMany = quick ? { blocks: 1, runs: 3 } : { blocks: 3, runs: 5 }
    return [
      ...(await step('time with one reference', () => {
        return measureTimes(path, workloads, backend, ofOne)
      })),
      ...(await step('time with many', () => measureMany(path, backend, ofMany))),
      ...(await step('measure memory', () => measureMemory(path, workloads, backend))),
    ]
  })
})
figures.push(...(await step('compress the file', () => measureSize(path, !quick))))
console.log(renderTable(figures))
if (values.record) record(figures)
process.exitCode = figures.every(({ holds }) => holds !== false) ? 0 : 1

async function fileToMeasure(): Promise<string> {
  if (values.file !== undefined) return resolve(values.file)
  return (await ensureBuilt(process.arch === 'arm64' ? 'arm64' : 'x64')).path
}

function record(measured: readonly Figure[]): void {
  const [processor] = cpus()
  const machine = `${cpus().length} × ${processor?.model ?? 'unknown'}, Node ${process.version}`
  const text = `# Performance

Written by \`npm run bench -- --record\`; measured on ${new Date().toISOString().slice(0, 10)}, on
${machine}.

Times are medians of interleaved blocks within one run; the machine is shared, so the ratios mean
more than the milliseconds. Vault and AWS are stand-ins on the same machine, over plain HTTP where
TLS is not named; they answer at once where no time is named. Connections are all that were opened.

${renderTable(measured)}
`
  writeFileSync(join(root, 'docs', 'performance.md'), text)
}
