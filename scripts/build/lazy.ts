/**
 * Modules that load what they stand for at the first use of a member, not when they are imported.
 *
 * Their members must be known when they are written: esbuild's interop lists them at import time,
 * so a Proxy would load everything at once (measured).
 */
import { readFile } from 'node:fs/promises'
import { builtinModules, createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'

/** Measured cost of a load: https 19 ms, crypto 4.6, http2 2.1, zlib 1.9, child_process 1.4. */
const LAZY_BUILTINS: readonly string[] = [
  'zlib',
  'child_process',
  'fs/promises',
  'os',
  'crypto',
  'http2',
  'https',
  'tls',
]

/**
 * Parts of age-encryption that most files don't need: passkeys and post-quantum recipients, and
 * the curve for machines without X25519 in WebCrypto. Measured: 80 ms and 10 MB to load.
 */
const LAZY_MODULES: readonly string[] = [
  '@noble/curves/ed25519.js',
  '@noble/curves/nist.js',
  '@noble/post-quantum/hybrid.js',
]

type Members = Readonly<Record<string, unknown>>

export function isBuiltin(path: string): boolean {
  return path.startsWith('node:') || builtinModules.includes(path)
}

/** Builtins are named node:… throughout; the slow ones load at the first call into them. */
export const builtins: Plugin = {
  name: 'builtins',
  setup(builder) {
    builder.onResolve({ filter: /.*/ }, ({ path, kind }) => {
      if (kind === 'entry-point' || !isBuiltin(path)) return undefined
      const name = path.replace(/^node:/, '')
      // import() of a builtin is lazy already.
      if (!LAZY_BUILTINS.includes(name) || kind === 'dynamic-import') {
        return { path: `node:${name}`, external: true }
      }
      return { path: name, namespace: 'lazy-builtin' }
    })
    builder.onLoad({ filter: /.*/, namespace: 'lazy-builtin' }, ({ path }) => {
      // The Node that builds tells the members: the embedded one is the same version.
      const members = createRequire(import.meta.url)(`node:${path}`) as Members
      return { contents: lazyBuiltin(path, members), loader: 'js' }
    })
  },
}

export const lazyModules: Plugin = {
  name: 'lazy-modules',
  setup(builder) {
    const inside = { lazy: true }
    builder.onResolve({ filter: /^@noble\// }, async ({ path, pluginData, ...rest }) => {
      if (!LAZY_MODULES.includes(path) || pluginData === inside) return undefined
      const found = await builder.resolve(path, { ...rest, pluginData: inside })
      return { path: found.path, namespace: 'lazy-module' }
    })
    builder.onLoad({ filter: /.*/, namespace: 'lazy-module' }, async ({ path }) => {
      const members = (await import(pathToFileURL(path).href)) as Members
      const load = `const get = () => require(${JSON.stringify(path)})`
      return { contents: `${load}\n${getters(Object.keys(members))}`, resolveDir: '/' }
    })
  },
}

function lazyBuiltin(name: string, members: Members): string {
  const names = Object.keys(members).filter(key => key !== 'default')
  const wrapped = names.filter(key => isPlainFunction(key, members[key]))
  return `
    let loaded
    const get = () => (loaded ??= process.getBuiltinModule(${JSON.stringify(name)}))
    for (const key of ${JSON.stringify(wrapped)}) exports[key] = (...rest) => get()[key](...rest)
    ${getters(names.filter(key => !wrapped.includes(key)))}`
}

function getters(names: readonly string[]): string {
  return `for (const key of ${JSON.stringify(names)}) {
    Object.defineProperty(exports, key, { enumerable: true, get: () => get()[key] })
  }`
}

const FUNCTION_KEYS = new Set<string | symbol>(['length', 'name', 'prototype'])

/**
 * A function can be wrapped, and so be taken apart by `const { createHash } = require('crypto')`
 * without a load. Classes (a wrapper has another prototype) and functions with members of their
 * own (util.promisify.custom) are read when they are asked for.
 */
function isPlainFunction(key: string, value: unknown): boolean {
  if (typeof value !== 'function' || !/^[a-z]/.test(key)) return false
  return Reflect.ownKeys(value).every(own => FUNCTION_KEYS.has(own))
}

/**
 * ffi-rs looks for its library in the file system, by platform and libc. Ours is embedded:
 * everything above its last resort is cut, and the library comes from where the spine says.
 */
export const embeddedFfi: Plugin = {
  name: 'embedded-ffi',
  setup(builder) {
    builder.onLoad({ filter: /\/ffi-rs\/index\.js$/ }, async ({ path }) => {
      const source = await readFile(path, 'utf8')
      const cut = source.indexOf('if (!nativeBinding)')
      if (cut < 0) throw new Error('ffi-rs has changed: its loader is not where it was')
      const load =
        'const loadError = null, library = { exports: {} };' +
        'process.dlopen(library, process.env.CONFIDE_FFI);' +
        'const nativeBinding = library.exports;\n'
      return { contents: load + source.slice(cut), loader: 'js' }
    })
  },
}
