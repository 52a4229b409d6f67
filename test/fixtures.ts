/** The tiny static programs that the tests run, built from test/fixtures when they are needed. */
import { execFileSync } from 'node:child_process'
import { statSync } from 'node:fs'
import { join } from 'node:path'

const sources = join(import.meta.dirname, 'fixtures')
export const fixtureDirectory = join(import.meta.dirname, '..', 'build', 'fixtures')

function changedAt(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0
}

/** The path of a fixture program: `fixture('prints-signals')`. */
export function fixture(name: string): string {
  const program = join(fixtureDirectory, name)
  if (changedAt(program) < changedAt(join(sources, `${name}.c`)))
    execFileSync(join(sources, 'build'), [fixtureDirectory, name], { stdio: 'inherit' })
  return program
}
