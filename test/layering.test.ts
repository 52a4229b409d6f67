import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { test } from 'node:test'

const root = new URL('..', import.meta.url).pathname

/**
 * The order in which a secret travels. A layer imports itself and earlier ones, never later ones.
 *
 * A new file is a layer of its own until it is written down here, where it belongs.
 */
const layers: readonly (readonly string[])[] = [
  ['leaf'],
  ['environ', 'env-file'],
  ['sources', 'init-options', 'settings'],
  ['references'],
  ['plan'],
  ['inbox', 'native'],
  ['report', 'progress', 'deadline', 'certificates'],
  ['providers'],
  ['fetch', 'expansion'],
  ['deliveries'],
  ['resolution', 'launch'],
  ['commands', 'help', 'license', 'version', 'manifest'],
  ['cli'],
  ['main'],
]

/** `src/leaf/secret.ts` is in layer leaf, `src/plan.ts` in layer plan. */
function layerOf(path: string): number {
  const [, name = ''] = /^src\/([\w-]+)/.exec(path) ?? []
  return layers.findIndex(names => names.includes(name))
}

interface Source {
  readonly path: string
  readonly text: string
  /** Everything that is imported, statically, dynamically or for its types. */
  readonly imports: readonly string[]
}

/** The code without its comments. */
const without = (text: string) => text.replace(/\/\*[^]*?\*\/|\/\/.*/g, '')

const sources: Source[] = globSync('src/**/*.ts', { cwd: root })
  .sort()
  .map(path => {
    const text = readFileSync(join(root, path), 'utf8')
    const statements = text.matchAll(/^(?:import|export|\}) ?(?:[^'\n]*\bfrom )?'([^']+)'$/gm)
    const calls = without(text).matchAll(
      /\b(?:import|require|getBuiltinModule)\(\s*['"]([^'"]+)['"]/g,
    )
    const imports = [...statements, ...calls].map(([, specifier = '']) => specifier)
    return { path, text, imports }
  })

const importsOf = ({ path, imports }: Source) =>
  imports
    .filter(specifier => specifier.startsWith('.'))
    .map(specifier => normalize(join(dirname(path), specifier)))

const packagesOf = ({ imports }: Source) =>
  imports.filter(specifier => !specifier.startsWith('.') && !specifier.startsWith('node:'))

test('the guard sees the imports of a file, also over several lines and on demand', () => {
  const main = sources.find(({ path }) => path === 'src/main.ts')
  assert.ok(main !== undefined && importsOf(main).includes('src/cli.ts'))
  const cli = sources.find(({ path }) => path === 'src/cli.ts')
  assert.ok(cli !== undefined && packagesOf(cli).includes('commander'))
  const fetch = sources.find(({ path }) => path === 'src/fetch.ts')
  assert.ok(fetch !== undefined && importsOf(fetch).includes('src/certificates.ts'))
})

for (const source of sources) {
  const { path, text, imports } = source

  test(`${path} imports only what comes before it`, () => {
    assert.notEqual(layerOf(path), -1, 'a new layer: add it to the list, where it belongs')
    for (const target of importsOf(source)) {
      assert.ok(layerOf(target) <= layerOf(path), `${target} comes later`)
    }
  })

  test(`${path} reads plaintext only if it delivers it`, () => {
    const isAllowed = path.startsWith('src/deliveries/') || path === 'src/leaf/secret.ts'
    assert.ok(isAllowed || !/\breveal\b/.test(without(text)))
  })

  test(`${path} names Node's own modules as such`, () => {
    const bare = packagesOf(source).filter(name => process.getBuiltinModule(name) !== undefined)
    assert.deepEqual(bare, [])
  })

  if (/^src\/(references\/|plan[./])/.test(path)) {
    test(`${path} does no I/O and never sees a secret`, () => {
      assert.deepEqual(
        imports.filter(specifier => !specifier.startsWith('.')),
        [],
      )
      assert.doesNotMatch(without(text), /\b(process|Buffer|fetch\(|setTimeout|console)\b/)
      assert.ok(!importsOf(source).includes('src/leaf/secret.ts'))
    })
  }

  test(`${path} ends the process only if it is main.ts`, () => {
    const ends = /\bprocess\.(exit|reallyExit|abort|kill)\(|\bprocess\.exitCode\b|\bleave\(/
    // Ctrl-C typed into a hidden question has to look like one to whoever waits for us.
    const code = without(text).replace("process.kill(process.pid, 'SIGINT')", '')
    // Kills programs that were started for us.
    if (path === 'src/providers/io/started-programs.ts') return
    const isDefinition = path === 'src/native.ts' && !/process\.(exit|kill)/.test(code)
    assert.ok(path === 'src/main.ts' || isDefinition || !ends.test(code))
  })

  test(`${path} reads nothing from Node's own environment but what the spine puts there`, () => {
    const allowed = ['CONFIDE_MODE', 'CONFIDE_FFI', 'CONFIDE_SHIM']
    // It writes there, for the SDK to find.
    if (path === 'src/providers/aws/environment.ts') return
    for (const [, rest = ''] of without(text).matchAll(/process\.env\b(.*)/g)) {
      const [, name = rest] = /^\['(\w+)'\]/.exec(rest) ?? []
      assert.ok(['src/main.ts', 'src/native.ts'].includes(path) && allowed.includes(name), name)
    }
  })

  test(`${path} prints through leaf/terminal.ts alone`, () => {
    const isTerminal = path === 'src/leaf/terminal.ts' || path === 'src/commands/io.ts'
    assert.ok(isTerminal || !/\bconsole\.|process\.std(out|err)\b/.test(without(text)))
  })
}

/** Who may load which package; a provider's parts count as the provider. */
const importers: Readonly<Record<string, RegExp>> = {
  'ffi-rs': /^src\/native\.ts$/,
  commander: /^src\/cli\.ts$/,
  '@aws-sdk/client-secrets-manager': /^src\/providers\/aws\/secrets\.ts$/,
  '@aws-sdk/client-ssm': /^src\/providers\/aws\/parameters\.ts$/,
  '@aws-sdk/credential-provider-http': /^src\/providers\/aws\/credentials\.ts$/,
  '@aws-sdk/credential-provider-ini': /^src\/providers\/aws\/credentials\.ts$/,
  '@aws-sdk/credential-provider-web-identity': /^src\/providers\/aws\/credentials\.ts$/,
  '@aws-sdk/nested-clients/sts': /^src\/providers\/aws\/session\.ts$/,
  '@smithy/credential-provider-imds': /^src\/providers\/aws\/credentials\.ts$/,
  'node-vault': /^src\/providers\/vault[./]/,
  'age-encryption': /^src\/(providers\/sealed[./]|commands\/(seal|keygen|recipients)\.ts$)/,
  yaml: /^src\/providers\/sealed[./]/,
  'confide:manifest': /^src\/(main|cli|version)\.ts$/,
}

test('each package has its one importer', () => {
  for (const source of sources) {
    for (const name of packagesOf(source)) {
      assert.match(source.path, importers[name] ?? /^$/, `${source.path} imports ${name}`)
    }
  }
})

test('packages that are not needed in every run are loaded on demand', () => {
  for (const { path, text } of sources) {
    for (const [statement, name = ''] of text.matchAll(/^import [^;]*? from '([^.'][^']*)'/gm)) {
      if (name.startsWith('node:') || name === 'ffi-rs') continue
      assert.match(statement, /^import type /, `${path} imports ${name} at once`)
    }
  }
})

/** What every container pays for: each of these took a measurable time to load. */
const slow = ['fs/promises', 'crypto', 'http', 'https', 'net', 'tls', 'url', 'tty', 'zlib', 'os']

test('what runs for a local reference loads no slow module', () => {
  const reached = new Set(['src/main.ts'])
  for (const path of reached) {
    const source = sources.find(candidate => candidate.path === path)
    const statements = source?.text.matchAll(/^import (?!type )[^;]*? from '([^']+)'/gm) ?? []
    for (const [, specifier = ''] of statements) {
      if (specifier.startsWith('.')) reached.add(normalize(join(dirname(path), specifier)))
      const isSlow = slow.some(name => specifier === `node:${name}`)
      const isProvider = path.startsWith('src/providers/') && specifier === 'node:crypto'
      assert.ok(!isSlow || isProvider, `${path} imports ${specifier}`)
    }
  }
  assert.ok(reached.has('src/providers/secretfile.ts'))
  assert.ok(!reached.has('src/cli.ts'))
})
