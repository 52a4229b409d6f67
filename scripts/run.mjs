/**
 * `node scripts/run.mjs TASK [ARG…]`: sets up what the task needs, then runs scripts/TASK.ts
 * with the Node that npm installs. Plain JavaScript, because the machine's own Node may be 20.
 */
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Debian's packages. Node itself needs libatomic1, which a slim image lacks. */
const NODE = ['libatomic1']
const BUILD = [...NODE, 'binutils', 'gcc', 'libc6-dev', 'make', 'musl-tools']
const CROSS = [
  'gcc-aarch64-linux-gnu',
  'libc6-dev-arm64-cross',
  'libatomic1-arm64-cross',
  'libstdc++6-arm64-cross',
  'qemu-user-static',
]
const BENCH = [...BUILD, 'hyperfine', 'time', 'tini', 'zstd']
const CHECK = [...BUILD, 'clang', 'cppcheck', 'libclang-rt-14-dev']
const TEST = [
  ...new Set([...CHECK, ...CROSS, ...BENCH]),
  'busybox-static',
  'docker.io',
  'gdb',
  'git',
  // For one download; a Go from elsewhere does as well.
  ...(hasCommand('go') ? [] : ['golang-go']),
  'iproute2',
  'openssl',
  'procps',
  'python3-venv',
  'runc',
  'strace',
]

function hasCommand(name) {
  return (process.env.PATH ?? '').split(':').some(folder => existsSync(join(folder, name)))
}

function packagesFor(task, rest) {
  if (task === 'build') return rest.includes('arm64') ? [...BUILD, ...CROSS] : BUILD
  return { start: BUILD, bench: BENCH, check: CHECK, test: TEST }[task] ?? NODE
}

function main([task, ...rest]) {
  const script = join(root, 'scripts', `${task}.ts`)
  if (task === undefined || !existsSync(script)) fail(`no such task: ${task}`)
  installPackages(packagesFor(task, rest))
  if (!isInstalled()) installModules()
  const node = join(root, 'node_modules', `node-linux-${process.arch}`, 'bin', 'node')
  if (!existsSync(node)) fail(`npm has no Node for this machine (${process.arch})`)
  supervise(spawn(node, [script, ...rest], { stdio: 'inherit' }))
}

function installPackages(wanted) {
  const query = spawnSync('dpkg-query', ['-W', '-f=${Package} ${db:Status-Status}\n', ...wanted])
  // Without dpkg this is no Debian: a missing tool will then say so by its own name.
  if (query.error) return
  const lines = query.stdout.toString().split('\n')
  const missing = wanted.filter(name => !lines.includes(`${name} installed`))
  if (missing.length === 0) return
  const install = ['install', '-y', '-q', '--no-install-recommends', ...missing]
  if (process.getuid() !== 0) {
    fail(`packages are missing; as root, run: apt-get ${install.join(' ')}`)
  }
  console.error(`installing ${missing.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  // A package list that is missing or outdated shows as a failure: only then it is fetched.
  const first = spawnSync('apt-get', install, { env, stdio: 'ignore' })
  if (first.status === 0) return
  check(spawnSync('apt-get', ['update', '-q'], { env, stdio: ['ignore', 2, 2] }), 'apt-get update')
  check(spawnSync('apt-get', install, { env, stdio: ['ignore', 2, 2] }), 'apt-get install')
}

/** npm notes in node_modules what it installed; that must be what package-lock.json asks for. */
function isInstalled() {
  const note = join(root, 'node_modules', '.package-lock.json')
  if (!existsSync(note)) return false
  const installed = readPackages(note)
  const wanted = readPackages(join(root, 'package-lock.json'))
  for (const [path, { version, optional }] of Object.entries(wanted)) {
    if (path !== '' && installed[path]?.version !== version && !optional) return false
  }
  return Object.keys(installed).every(path => path in wanted)
}

function readPackages(path) {
  return JSON.parse(readFileSync(path, 'utf8')).packages
}

function installModules() {
  console.error('installing npm packages')
  const rest = ['ci', '--ignore-scripts', '--loglevel=error', '--no-progress']
  check(spawnSync('npm', rest, { cwd: root, stdio: ['ignore', 2, 2] }), 'npm ci')
}

/** Ctrl-C reaches both of us; any other end of ours is passed on, and its end becomes ours. */
function supervise(child) {
  process.on('SIGINT', () => {})
  for (const signal of ['SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      child.kill(signal)
    })
  }
  child.on('error', error => {
    fail(error.message)
  })
  child.on('exit', (status, signal) => {
    process.exit(status ?? 128 + constants.signals[signal])
  })
}

function check({ error, status }, what) {
  if (error || status !== 0) fail(`${what} failed (${error?.message ?? `status ${status}`})`)
}

function fail(message) {
  console.error(`run: error: ${message}`)
  process.exit(1)
}

main(process.argv.slice(2))
