import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { rootCertificates } from 'node:tls'
import { readCertificates } from '../src/certificates.ts'

const folder = mkdtempSync(join(tmpdir(), 'confide-certificates-'))
after(() => rmSync(folder, { recursive: true }))

const [one = '', two = '', three = ''] = rootCertificates

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return join(folder, name)
}

const fingerprint = (certificate: string) => new X509Certificate(certificate).fingerprint256
const fingerprints = (...certificates: string[]) => certificates.map(fingerprint)

function read(variables: Readonly<Record<string, string>>) {
  const warnings: string[] = []
  const log = { warn: (line: string) => warnings.push(line), debug: () => {} }
  const found = readCertificates(name => variables[name], log)
  return { found: found.map(fingerprint), warnings }
}

test('without variables there is nothing to add', () => {
  assert.deepEqual(read({}), { found: [], warnings: [] })
  assert.deepEqual(read({ SSL_CERT_FILE: '', SSL_CERT_DIR: '' }), { found: [], warnings: [] })
})

test('files with several certificates and text between them are taken apart', () => {
  const path = file('bundle.pem', `# one\n${one}\nCommon Name: two\n${two}\n`)
  assert.deepEqual(read({ SSL_CERT_FILE: path }).found, fingerprints(one, two))
})

test('all three variables count, and each certificate once', () => {
  const certificates = join(folder, 'certs')
  mkdirSync(certificates)
  writeFileSync(join(certificates, 'three.crt'), three)
  symlinkSync('three.crt', join(certificates, '1234abcd.0'))
  symlinkSync('nowhere', join(certificates, 'dangling.0'))
  mkdirSync(join(certificates, 'subfolder'))
  const { found, warnings } = read({
    NODE_EXTRA_CA_CERTS: file('extra.pem', one),
    SSL_CERT_FILE: file('file.pem', one + two),
    SSL_CERT_DIR: `${certificates}:${certificates}`,
  })
  assert.deepEqual(found, fingerprints(one, two, three))
  assert.deepEqual(warnings, [])
})

test('what cannot be read is warned about, and the rest is taken', () => {
  const { found, warnings } = read({
    NODE_EXTRA_CA_CERTS: join(folder, 'nothing.pem'),
    SSL_CERT_FILE: file('good.pem', two),
    SSL_CERT_DIR: join(folder, 'no-folder'),
  })
  assert.deepEqual(found, fingerprints(two))
  assert.equal(warnings.length, 2)
  assert.match(
    warnings[0] ?? '',
    /^cannot read .*nothing\.pem of NODE_EXTRA_CA_CERTS: no such file$/,
  )
  assert.match(warnings[1] ?? '', /^cannot read .*no-folder of SSL_CERT_DIR: no such file$/)
})

test('a certificate that is none is warned about, and its neighbours are taken', () => {
  const broken = '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n'
  const { found, warnings } = read({ SSL_CERT_FILE: file('mixed.pem', broken + one) })
  assert.deepEqual(found, fingerprints(one))
  assert.match(warnings[0] ?? '', /mixed\.pem has a certificate that cannot be parsed/)
})
