/** Installs Python packages that the tests need, each into a virtual environment of its own. */
import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const build = join(import.meta.dirname, '..', 'build')

/**
 * The folder build/NAME, a virtual environment with these requirements; the first call downloads.
 *
 * It was moved after pip had filled it, so the scripts in its bin/ don't start: run
 * bin/python3 -m MODULE instead.
 */
export function installPython(name: string, ...requirements: readonly string[]): string {
  const folder = join(build, name)
  const python = join(folder, 'bin', 'python3')
  if (existsSync(python)) return folder
  // It is a link to the machine's Python, which dangles once that Python has gone.
  if (lstatSync(python, { throwIfNoEntry: false })) rmSync(folder, { recursive: true })
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  const run = (program: string, ...words: string[]) => {
    execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  try {
    run('python3', '-m', 'venv', unfinished)
    const pip = join(unfinished, 'bin', 'pip')
    run(pip, 'install', '-q', '--disable-pip-version-check', ...requirements)
    renameSync(unfinished, folder)
  } catch (error) {
    rmSync(unfinished, { recursive: true, force: true })
    // Somebody else may have been faster, which is as good.
    if (!existsSync(python)) throw error
  }
  return folder
}
