/**
 * `npm run peers -- dumb-init|tini FOLDER [FILE]`: runs the tests that Yelp/dumb-init
 * or krallin/tini has for itself, from a checkout in FOLDER, against dist/confide (or FILE) under
 * that name. As root; pip fetches pytest and psutil the first time.
 *
 * In a pid namespace of its own: the suites count processes and zombies, and what a failed case
 * leaves behind ends with it. The checkout is copied, since tests write beside themselves.
 */
import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { root } from './build/ensure.ts'
import { installPython } from './python-package.ts'

interface Suite {
  /** What the tests call it, in a folder of its own. */
  readonly program: string
  readonly prepare: (copy: string, bin: string) => void
  readonly command: (python: string, copy: string) => readonly string[]
  readonly env: (copy: string, bin: string) => Readonly<Record<string, string>>
}

const standIns = join(import.meta.dirname, 'peers')

const suites: Readonly<Record<string, Suite>> = {
  'dumb-init': {
    program: 'dumb-init',
    prepare: () => {},
    command: python => [python, '-m', 'pytest', '-q', '--timeout=20', 'tests'],
    env: () => ({}),
  },
  tini: {
    program: 'tini',
    prepare: (copy, bin) => {
      const source = join(copy, 'test', 'sigconf', 'sigconf-test.c')
      execFileSync('gcc', ['-w', source, '-o', join(bin, 'sigconf-test')])
    },
    // It takes what is in its process group for not reaped, and PID 1 must not be in it.
    command: (python, copy) => [
      ...['setsid', '--wait', python],
      join(copy, 'test', 'run_inner_tests.py'),
    ],
    env: (copy, bin) => ({
      SOURCE_DIR: copy,
      BUILD_DIR: bin,
      FORCE_SUBREAPER: '1',
      PYTHONPATH: standIns,
    }),
  },
}

/** Its PID 1 must reap, or the suites take zombies for living processes. */
const namespace = [
  ...['--pid', '--fork', '--kill-child', '--mount-proc'],
  ...[join(root, 'dist', 'confide'), '--'],
]

function run(suite: Suite, folder: string, file: string): number {
  const directory = mkdtempSync(join(tmpdir(), 'confide-peers-'))
  try {
    const [copy, bin] = [join(directory, 'checkout'), join(directory, 'bin')]
    cpSync(folder, copy, { recursive: true })
    mkdirSync(bin)
    symlinkSync(file, join(bin, suite.program))
    suite.prepare(copy, bin)
    const packages = ['pytest==8.4.2', 'pytest-timeout==2.4.0', 'psutil==7.1.0']
    const scripts = join(installPython('peers-1', ...packages), 'bin')
    const words = suite.command(join(scripts, 'python3'), copy)
    const PATH = [bin, scripts, process.env['PATH']].join(delimiter)
    const env = { ...process.env, PATH, ...suite.env(copy, bin) }
    const command = [...namespace, ...words]
    const { status } = spawnSync('unshare', command, { cwd: copy, env, stdio: 'inherit' })
    return status ?? 1
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
}

const [name = '', folder, file = join(root, 'dist', 'confide')] = process.argv.slice(2)
const suite = suites[name]
if (suite === undefined || folder === undefined) {
  console.error('usage: npm run peers -- dumb-init|tini FOLDER [FILE]')
  process.exitCode = 64
} else {
  process.exitCode = run(suite, resolve(folder), resolve(file))
}
