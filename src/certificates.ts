import { X509Certificate } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf } from './leaf/system-error.ts'
import type { Log } from './report.ts'

/** Certificates with a place, for warnings. */
interface Bundle {
  readonly path: string
  readonly text: string
}

/**
 * The PEM certificates of NODE_EXTRA_CA_CERTS, SSL_CERT_FILE and SSL_CERT_DIR, each once.
 *
 * They come on top of the default roots. What can't be read or parsed is warned about and left
 * out, as Node and OpenSSL do: a provider that needs it will say so.
 */
export function readCertificates(
  variable: (name: string) => string | undefined,
  log: Log,
): readonly string[] {
  const certificates = new Set<string>()
  for (const name of ['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR']) {
    for (const path of (variable(name) ?? '').split(name === 'SSL_CERT_DIR' ? ':' : '\0')) {
      if (path === '') continue
      try {
        const bundles = name === 'SSL_CERT_DIR' ? readFolder(path) : [readBundle(path)]
        for (const bundle of bundles) addTo(certificates, bundle, log)
      } catch (error) {
        log.warn(`cannot read ${path} of ${name}: ${reasonOf(error)}`)
      }
    }
  }
  return [...certificates]
}

function readBundle(path: string): Bundle {
  return { path, text: readFileSync(path, 'latin1') }
}

/** Every file, since people put plain .crt and .pem files there, too; subfolders are no files. */
function readFolder(folder: string): Bundle[] {
  const bundles: Bundle[] = []
  for (const name of readdirSync(folder).sort()) {
    try {
      bundles.push(readBundle(join(folder, name)))
    } catch {
      // A dangling link or a subfolder: OpenSSL does not look at those either.
    }
  }
  return bundles
}

const block = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

function addTo(certificates: Set<string>, { path, text }: Bundle, log: Log): void {
  for (const [certificate] of text.matchAll(block)) {
    try {
      certificates.add(new X509Certificate(certificate).toString())
    } catch {
      log.warn(`${path} has a certificate that cannot be parsed`)
    }
  }
}
