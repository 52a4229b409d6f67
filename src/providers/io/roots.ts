import { ConfideError } from '../../leaf/errors.ts'
import type { FetchContext } from '../provider.ts'

/**
 * Trusts the certificates of NODE_EXTRA_CA_CERTS, SSL_CERT_FILE and SSL_CERT_DIR in every TLS
 * connection from now on, besides Node's own roots. Each provider calls it before it connects.
 */
export async function trustExtraRoots(context: FetchContext): Promise<void> {
  const extra = await context.certificates()
  if (extra.length === 0) return
  const { getCACertificates, setDefaultCACertificates } = await import('node:tls')
  try {
    setDefaultCACertificates([...new Set([...getCACertificates('default'), ...extra])])
  } catch (cause) {
    throw new ConfideError('an extra root certificate is not valid PEM', {
      kind: 'configuration',
      hint: 'look at the files of NODE_EXTRA_CA_CERTS, SSL_CERT_FILE and SSL_CERT_DIR',
      cause,
    })
  }
}
