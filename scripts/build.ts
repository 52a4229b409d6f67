/**
 * `npm run build [-- --arch x64|arm64] [--force] [--quiet]`: makes dist/confide, or for another
 * architecture dist/confide-ARCH. Quiet is about a build that was not needed.
 */
import { relative } from 'node:path'
import { parseArgs } from 'node:util'
import { ensureBuilt, root } from './build/ensure.ts'
import type { Architecture } from './build/toolchain.ts'

const { values } = parseArgs({
  options: {
    arch: { type: 'string' },
    force: { type: 'boolean', default: false },
    quiet: { type: 'boolean', default: false },
  },
})
const architecture = values.arch ?? process.arch
if (!isArchitecture(architecture)) {
  console.error(`build: error: unknown architecture ${architecture}: write x64 or arm64`)
  process.exit(64)
}
try {
  const { path, fresh } = await ensureBuilt(architecture, { force: values.force })
  if (!fresh && !values.quiet) console.error(`${relative(root, path)} is up to date`)
} catch (error) {
  console.error(`build: error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}

function isArchitecture(name: string): name is Architecture {
  return name === 'x64' || name === 'arm64'
}
