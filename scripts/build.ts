/** `npm run build [-- --arch x64|arm64] [--force]`: makes dist/confide or dist/confide-ARCH. */
import { parseArgs } from 'node:util'
import { ensureBuilt } from './build/ensure.ts'
import type { Architecture } from './build/toolchain.ts'

const { values } = parseArgs({
  options: { arch: { type: 'string' }, force: { type: 'boolean', default: false } },
})
const architecture = values.arch ?? process.arch
if (!isArchitecture(architecture)) {
  console.error(`build: error: unknown architecture ${architecture}: write x64 or arm64`)
  process.exit(64)
}
const { path, fresh } = await ensureBuilt(architecture, { force: values.force })
if (!fresh) console.error(`${path} is up to date`)

function isArchitecture(name: string): name is Architecture {
  return name === 'x64' || name === 'arm64'
}
