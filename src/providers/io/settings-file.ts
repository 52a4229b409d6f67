import { ConfideError } from '../../leaf/errors.ts'
import { readFile } from './file.ts'

/**
 * The text of a file that a setting names: a key, a token, a certificate.
 *
 * Never fails as 'missing', which `optional` and `default=` would forgive: a secret that is
 * optional does not make the key to it optional.
 */
export async function readSettingsFile(
  path: string,
  source: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return (await readFile(path, signal)).toString()
  } catch (error) {
    if (!(error instanceof ConfideError)) throw error
    const { kind, hint, message } = error
    throw new ConfideError(`cannot read ${path} (${source}): ${message}`, {
      kind: kind === 'missing' ? 'configuration' : kind,
      ...(hint !== undefined && { hint }),
    })
  }
}

/** The same for a file in a customary place, which nobody has promised: undefined without one. */
export async function readCustomaryFile(
  path: string,
  source: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await readSettingsFile(path, source, signal)
  } catch (error) {
    if (error instanceof ConfideError && error.kind === 'configuration') return undefined
    throw error
  }
}
