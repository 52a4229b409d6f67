/**
 * `npm run bench [-- --record] [-- --quick]`: the promised figures, each beside its bound.
 *
 * Times are medians of interleaved blocks in one run, as ratios, because machines differ and a
 * shared one changes from minute to minute. --record writes docs/performance.md; --quick leaves
 * out zstd's slowest level.
 */
import { writeFileSync } from 'node:fs'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { measureMemory } from './bench/memory.ts'
import { measureSize } from './bench/size.ts'
import { type Figure, renderTable } from './bench/table.ts'
import { measureTimes } from './bench/times.ts'
import { ensureBuilt, root } from './build/ensure.ts'
import { withWorkloads } from './build/workloads.ts'

const { values } = parseArgs({
  options: { record: { type: 'boolean' }, quick: { type: 'boolean' } },
})
// With these, every program that touches TLS reads more certificates: not what is measured.
for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR']) {
  delete process.env[name]
}
const { path } = await ensureBuilt(process.arch === 'arm64' ? 'arm64' : 'x64')
const figures: Figure[] = await withWorkloads(join(root, 'build'), async workloads => {
  const times = await measureTimes(path, workloads, values.quick === true ? 3 : 8)
  return [...times, ...(await measureMemory(path, workloads))]
})
figures.push(...measureSize(path, values.quick !== true))
console.log(renderTable(figures))
if (values.record === true) record(figures)
process.exitCode = figures.every(({ holds }) => holds !== false) ? 0 : 1

function record(measured: readonly Figure[]): void {
  const [processor] = cpus()
  const machine = `${cpus().length} × ${processor?.model ?? 'unknown'}, Node ${process.version}`
  const text = `# Performance

Written by \`npm run bench -- --record\`; measured on ${new Date().toISOString().slice(0, 10)}, on
${machine}.

Times are medians of interleaved blocks within one run; the machine is shared, so the ratios mean
more than the milliseconds. The Vault of these figures is a stand-in that speaks plain HTTP.

${renderTable(measured)}
`
  writeFileSync(join(root, 'docs', 'performance.md'), text)
}
