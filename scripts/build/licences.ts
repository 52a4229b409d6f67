/** Collects the licences of what is embedded; they travel inside the file. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Toolchain } from './toolchain.ts'

/** Debian's packages of the embedded libraries; musl is the spine's own C library. */
function systemPackages({ architecture }: Toolchain): readonly string[] {
  const names = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1']
  const suffix = architecture === process.arch ? '' : `-${architecture}-cross`
  return ['musl', ...names.map(name => `${name}${suffix}`)]
}

export function collectLicences(
  root: string,
  toolchain: Toolchain,
  node: string,
  packages: readonly string[],
): Buffer {
  const files: readonly (readonly [string, string])[] = [
    ['confide', join(root, 'LICENSE')],
    ['node', join(node, 'LICENSE')],
    ...systemPackages(toolchain).map(name => [name, `/usr/share/doc/${name}/copyright`] as const),
    ...packages.map(name => [name, licenceFile(join(root, 'node_modules', name))] as const),
  ]
  // GCC's libraries share one text of 68 kB.
  const namesByText = new Map<string, string[]>()
  for (const [name, path] of files) {
    const text = existsSync(path) ? readFileSync(path, 'utf8') : `see the source of ${name}\n`
    namesByText.set(text, [...(namesByText.get(text) ?? []), name])
  }
  const sections = [...namesByText].map(([text, names]) => `==== ${names.join(', ')}\n${text}`)
  return Buffer.from(sections.join('\n'))
}

function licenceFile(folder: string): string {
  const file = readdirSync(folder).find(name => /^(licen[cs]e|copying)/i.test(name))
  return join(folder, file ?? 'LICENSE')
}
