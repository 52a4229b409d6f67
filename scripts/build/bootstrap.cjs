/**
 * What Node runs first in the one file: it hands our bundles a `require` that knows the bundles.
 *
 * Each bundle is two raw assets, its source and V8's code cache made by a training run
 * (train.ts). esbuild has kept the sources ASCII, so latin1 is the cheapest way into V8.
 *
 * In a training image (TRAINING, set by bundle.ts), the asset `training` names the folder that the
 * code caches go to.
 */
'use strict'

const sea = require('node:sea')
const { Script } = require('node:vm')

const assets = new Set(sea.getAssetKeys())
const scripts = new Map()
const exported = new Map()

function scriptOf(name) {
  let script = scripts.get(name)
  if (script === undefined) {
    const source = Buffer.from(sea.getRawAsset(`${name}.js`)).latin1Slice()
    const cache = `${name}.cache`
    const cachedData = assets.has(cache) ? Buffer.from(sea.getRawAsset(cache)) : undefined
    script = new Script(source, { filename: `${name}.js`, cachedData })
    scripts.set(name, script)
  }
  return script
}

function load(name) {
  let module = exported.get(name)
  if (module === undefined) {
    module = { exports: {} }
    exported.set(name, module)
    scriptOf(name).runInThisContext()(module.exports, requireBundle, module)
  }
  return module.exports
}

function requireBundle(name) {
  if (name === 'confide:manifest') return manifest
  return assets.has(`${name}.js`) ? load(name) : process.getBuiltinModule(name)
}

function cacheStatus(name) {
  const { cachedDataRejected } = scriptOf(name)
  if (cachedDataRejected === undefined) return 'none'
  return cachedDataRejected ? 'rejected' : 'accepted'
}

let facts
const readFacts = () => (facts ??= JSON.parse(sea.getAsset('manifest.json', 'utf8')))
const bundleNames = () =>
  [...assets].filter(key => key.endsWith('.js')).map(key => key.slice(0, -'.js'.length))

const manifest = {
  get version() {
    return readFacts().version
  },
  get commit() {
    return readFacts().commit
  },
  get glibc() {
    return readFacts().glibc
  },
  get ffi() {
    return readFacts().ffi
  },
  get files() {
    return readFacts().files
  },
  /** By name: whether V8 took the code cache. Bundles that were not run are compiled for this. */
  get bundles() {
    return Object.fromEntries(bundleNames().map(name => [name, cacheStatus(name)]))
  },
  /** Called by the program right before it ends without Node's own exit; for the training. */
  leaving: undefined,
}

if (TRAINING) {
  const folder = sea.getAsset('training', 'utf8')
  const exit = process.reallyExit
  manifest.leaving = () => {
    const { writeFileSync } = process.getBuiltinModule('node:fs')
    for (const name of exported.keys()) {
      const file = `${folder}/${name.replaceAll('/', '+')}.cache`
      writeFileSync(file, scripts.get(name).createCachedData())
    }
  }
  process.reallyExit = status => {
    manifest.leaving()
    exit.call(process, status)
  }
}

load('confide')
