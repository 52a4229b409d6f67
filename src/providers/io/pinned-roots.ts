import type { SecureContext } from 'node:tls'
import { ConfideError } from '../../leaf/errors.ts'

/**
 * A context that believes exactly the authorities in `pem`.
 *
 * Throws 'configuration' for what holds none; `variable` names where it came from.
 */
export async function pinnedRoots(pem: string, variable: string): Promise<SecureContext> {
  const { createSecureContext } = await import('node:tls')
  const { X509Certificate } = await import('node:crypto')
  try {
    // Alone, a context takes what is cut off for an empty list, and then trusts nobody.
    if (new X509Certificate(pem).raw.length > 0) return createSecureContext({ ca: pem })
  } catch {
    // OpenSSL's message is of no use to anyone.
  }
  throw new ConfideError(`${variable} holds no certificate in PEM form`, {
    kind: 'configuration',
    hint: 'it begins with -----BEGIN CERTIFICATE-----',
  })
}
