import { ConfideError } from '../../leaf/errors.ts'
import type { FetchContext } from '../provider.ts'
import { readFile } from './file.ts'

/**
 * The text of a file that a setting names: a key, a token, a certificate.
 *
 * Fails as 'configuration', and never as 'missing', which `optional` and `default=` would forgive:
 * a secret that is optional does not make the key to it optional.
 */
export async function readSettingsFile(
  path: string,
  source: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return (await readFile(path, signal)).toString()
  } catch (error) {
    throw unreadable(error, path, source)
  }
}

/** The same for a file in a customary place, which nobody has promised: undefined without one. */
export async function readCustomaryFile(
  path: string,
  source: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await readFile(path, signal)).toString()
  } catch (error) {
    if (error instanceof ConfideError && error.kind === 'missing') return undefined
    throw unreadable(error, path, source)
  }
}

function unreadable(error: unknown, path: string, source: string): unknown {
  if (!(error instanceof ConfideError)) return error
  const { kind, hint, message } = error
  // What is no path may be the credential itself, given to the wrong variable.
  const what = path.startsWith('/') ? `${path} (${source})` : `the file that ${source} names`
  return new ConfideError(`cannot read ${what}: ${message}`, {
    kind: kind === 'temporary' ? kind : 'configuration',
    ...(hint !== undefined && { hint }),
  })
}

/**
 * The value of a variable that has a twin for the path of a file.
 *
 * A reference in it is not resolved, and mostly meant as that path.
 */
export function variableBesideFile(name: string, context: FetchContext): string | undefined {
  try {
    return context.variable(name)
  } catch (error) {
    if (!(error instanceof ConfideError)) throw error
    throw new ConfideError(error.message, {
      kind: error.kind,
      hint: `set ${name}_FILE=/path instead`,
    })
  }
}
