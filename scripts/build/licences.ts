/** Collects the licences of what is embedded; they travel inside the file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Toolchain } from './toolchain.ts'

/** Debian's packages that the embedded libraries and the spine's own C library come from. */
function systemPackages({ architecture }: Toolchain): readonly string[] {
  const names = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1']
  if (architecture === process.arch) return ['musl', ...names]
  return names.map(name => `${name}-${architecture}-cross`)
}

export function collectLicences(
  root: string,
  toolchain: Toolchain,
  node: string,
  packages: readonly string[],
): Buffer {
  const parts = [
    section('confide', join(root, 'LICENSE')),
    section('node', join(node, 'LICENSE')),
    ...systemPackages(toolchain).map(name => section(name, `/usr/share/doc/${name}/copyright`)),
    ...packages.map(name => section(name, licenceFile(join(root, 'node_modules', name)))),
  ]
  return Buffer.from(parts.join('\n'))
}

function section(name: string, path: string): string {
  const title = `==== ${name} ${'='.repeat(90 - name.length)}\n`
  return title + (existsSync(path) ? readFileSync(path, 'utf8') : `see the source of ${name}\n`)
}

function licenceFile(folder: string): string {
  const file = readdirSync(folder).find(name => /^(licen[cs]e|copying)/i.test(name))
  return join(folder, file ?? 'LICENSE')
}
