/** Bakes our scripts into Node's executable (a "single executable application"). */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Architecture } from './toolchain.ts'

export interface BakeInput {
  readonly architecture: Architecture
  /** The stripped Node of that architecture. */
  readonly node: string
  readonly bootstrap: Buffer
  readonly assets: ReadonlyMap<string, Buffer>
  /** Node's own options, for each start. */
  readonly options: readonly string[]
  readonly output: string
  /** Who bakes: pkg, or Node itself, which is faster and can bake for another architecture. */
  readonly baker: 'pkg' | 'node'
  /** A folder for scratch files. */
  readonly scratch: string
}

/**
 * Training and product must agree on these, or V8 refuses the code cache. The young generation
 * starts large enough that a resolver's short life needs hardly any collection.
 */
export const NODE_OPTIONS: readonly string[] = [
  '--no-warnings',
  '--disable-sigusr1',
  '--min-semi-space-size=16',
  '--max-semi-space-size=32',
]

interface SeaConfig {
  readonly main: string
  readonly disableExperimentalSEAWarning: boolean
  readonly useCodeCache: boolean
  readonly execArgv: readonly string[]
  readonly execArgvExtension: 'none'
  readonly assets: Readonly<Record<string, string>>
}

/** Says in a Node executable, followed by `:0` or `:1`, whether it carries a program. */
const FUSE = `NODE_SEA_${'FUSE'}_fce680ab2cc467b6e072b8b5df1996b2`

export async function bake(input: BakeInput): Promise<Buffer> {
  const folder = await mkdtemp(join(input.scratch, 'bake-'))
  try {
    const config = await writeInputs(folder, input)
    if (input.baker === 'pkg') await bakeWithPkg(folder, config, input)
    else await bakeWithNode(folder, config, input)
  } finally {
    await rm(folder, { recursive: true })
  }
  const baked = readFileSync(input.output)
  assertBaked(baked, readFileSync(input.node))
  return baked
}

async function writeInputs(folder: string, input: BakeInput): Promise<SeaConfig> {
  const { bootstrap, assets, options } = input
  await writeFile(join(folder, 'confide.cjs'), bootstrap)
  const paths: Record<string, string> = {}
  let count = 0
  for (const [name, bytes] of assets) {
    const path = join(folder, `asset-${count}`)
    count += 1
    await writeFile(path, bytes)
    paths[name] = path
  }
  return {
    // Node records this path in the file, so it must not tell where we build.
    main: '../confide.cjs',
    disableExperimentalSEAWarning: true,
    useCodeCache: true,
    execArgv: options,
    execArgvExtension: 'none',
    assets: paths,
  }
}

interface Target {
  readonly platform: string
  readonly arch: string
  readonly nodeRange: string
  readonly output: string
}

type PkgSea = (
  entry: string,
  options: { targets: Target[]; nodePath: string; seaConfig: SeaConfig },
) => Promise<void>

/**
 * pkg's own command line would download a Node; its programmatic entry takes ours.
 * It works in a folder that it makes below TMPDIR, one level deeper than the bootstrap.
 */
async function bakeWithPkg(folder: string, seaConfig: SeaConfig, input: BakeInput): Promise<void> {
  const require = createRequire(import.meta.url)
  const { default: sea } = require('@yao-pkg/pkg/lib-es5/sea.js') as { default: PkgSea }
  const output = join(folder, 'image')
  const target = { platform: 'linux', arch: input.architecture, nodeRange: 'node26', output }
  const { TMPDIR: temporary } = process.env
  process.env['TMPDIR'] = folder
  const log = console.log
  console.log = () => {}
  try {
    await sea(join(folder, 'confide.cjs'), { targets: [target], nodePath: input.node, seaConfig })
  } finally {
    console.log = log
    if (temporary === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = temporary
  }
  await rename(output, input.output)
}

/** A code cache made here would be refused by a Node of another architecture. */
async function bakeWithNode(folder: string, config: SeaConfig, input: BakeInput): Promise<void> {
  const image = join(folder, 'image')
  const useCodeCache = input.architecture === process.arch
  const own = {
    ...config,
    main: 'confide.cjs',
    useCodeCache,
    executable: input.node,
    output: image,
  }
  const path = join(folder, 'sea.json')
  await writeFile(path, JSON.stringify(own))
  await promisify(execFile)(process.execPath, ['--build-sea', path], { cwd: folder })
  await rename(image, input.output)
}

/** pkg before 6.23 reported success and left a bare Node behind. */
function assertBaked(baked: Buffer, bare: Buffer): void {
  if (baked.equals(bare)) throw new Error('the baked image equals the bare Node')
  if (!baked.includes(`${FUSE}:1`)) throw new Error("the baked image's fuse is not flipped")
}
