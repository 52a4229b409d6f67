import { spawnSync } from 'node:child_process'

interface Surroundings {
  /** Modules below the root, by the name that their exports get. */
  readonly modules: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  readonly input?: string
}

/** Runs a few words of JavaScript in a process of its own, for what exits or writes to stdio. */
export function evaluate(script: string, { modules, env = {}, input = '' }: Surroundings) {
  const imports = Object.entries(modules).map(([name, path]) => {
    const { href } = new URL(`../${path}`, import.meta.url)
    return `import * as ${name} from ${JSON.stringify(href)}\n`
  })
  const rest = ['--input-type=module', '-e', imports.join('') + script]
  const { status, stdout, stderr } = spawnSync(process.execPath, rest, {
    env,
    input,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  return { status, stdout, stderr }
}
