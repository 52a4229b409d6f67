/**
 * Bundles src/ and the npm packages that it uses.
 *
 * Each package becomes a bundle of its own with its own code cache: a run only pays for the
 * packages that it uses. Which ones there are, the source says itself.
 */
import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'
import { builtins, embeddedFfi, isBuiltin, lazyModules } from './lazy.ts'
import { entryOf, isApart, leftOut } from './parts.ts'

export interface Bundle {
  readonly name: string
  readonly code: Buffer
  /** Folders below node_modules whose files are part of it: their licences go along. */
  readonly packages: readonly string[]
}

/** Known to the bootstrap, not to npm: `confide:manifest`. */
const INTERNAL = 'confide:'

export async function bundleProgram(root: string, entry: string): Promise<Bundle[]> {
  const wanted = new Set<string>()
  const bundles = [await bundle(root, 'confide', entry, wanted)]
  // A package may load further ones on demand, so the set grows while we walk it.
  for (const name of wanted) bundles.push(await bundle(root, name, name, wanted))
  return bundles
}

async function bundle(
  root: string,
  name: string,
  entry: string,
  wanted: Set<string>,
): Promise<Bundle> {
  const parts = entryOf(entry)
  const result = await build({
    absWorkingDir: root,
    ...(parts === undefined
      ? { entryPoints: [entry] }
      : { stdin: { ...parts, resolveDir: root }, mainFields: ['module', 'main'] }),
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node26',
    format: 'cjs',
    minify: true,
    // The bootstrap reads sources as latin1, the cheapest way into V8.
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'error',
    banner: { js: '(function(exports,require,module){' },
    footer: { js: '})' },
    // An import() that stays one would need a loader that knows our bundles; require does.
    supported: { 'dynamic-import': false },
    plugins: [
      internalModules,
      leftOut,
      packagesApart(root, wanted),
      builtins,
      lazyModules,
      embeddedFfi,
    ],
  })
  const code = Buffer.from(result.outputFiles[0]?.contents ?? [])
  assertAscii(name, code)
  return { name, code, packages: packagesOf(Object.keys(result.metafile.inputs)) }
}

/** The bootstrap of the product, or of the image that makes the code caches. */
export async function bundleBootstrap(training: boolean): Promise<Buffer> {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('bootstrap.cjs', import.meta.url))],
    define: { TRAINING: String(training) },
    write: false,
    platform: 'node',
    target: 'node26',
    minify: true,
    logLevel: 'error',
  })
  return Buffer.from(result.outputFiles[0]?.contents ?? [])
}

function assertAscii(name: string, code: Buffer): void {
  const at = code.findIndex(byte => byte > 0x7f)
  if (at >= 0) throw new Error(`bundle ${name} is not ASCII at byte ${at}`)
}

function packagesOf(inputs: readonly string[]): string[] {
  const folders = inputs.map(input => /^node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input)?.[1])
  return [...new Set(folders.filter(folder => folder !== undefined))].sort()
}

const internalModules: Plugin = {
  name: 'internal-modules',
  setup(builder) {
    builder.onResolve({ filter: new RegExp(`^${INTERNAL}`) }, ({ path }) => {
      return { path, external: true }
    })
  },
}

/** Small, and every run needs it: a bundle of its own would only cost. */
const INLINE = 'ffi-rs'

/** Whether src names the package at its top or loads it by import(), it gets its own bundle. */
function packagesApart(root: string, wanted: Set<string>): Plugin {
  return {
    name: 'packages-apart',
    setup(builder) {
      builder.onResolve({ filter: /^[@a-z]/ }, ({ path, kind, importer }) => {
        const ours = importer.startsWith(`${root}/src/`)
        // A package's own bundle starts from a line that names it.
        if (isBuiltin(path) || path === INLINE || importer === '<stdin>') return undefined
        if (!ours && !isApart(path, kind === 'dynamic-import')) return undefined
        wanted.add(path)
        return { path, external: true }
      })
    },
  }
}
