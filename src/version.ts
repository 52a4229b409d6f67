import type { Manifest } from 'confide:manifest'

/** `confide --version`. */
export function versionLine({ version }: Manifest): string {
  return `confide ${version}\n`
}

/** `confide --version --json`: everything that is inside the one file. */
export function versionJson({ version, commit, glibc, ffi, files, bundles }: Manifest): string {
  const inside = {
    confide: version,
    commit,
    node: process.versions.node,
    openssl: process.versions.openssl,
    glibc,
    'ffi-rs': ffi,
    files,
    // Reading them has V8 look at every code cache, so that the answer is about this very file.
    codeCache: bundles,
  }
  return `${JSON.stringify(inside, null, 2)}\n`
}
