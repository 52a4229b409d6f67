/** Docker's default seccomp profile, reduced to one machine and one set of capabilities. */
import { readFileSync } from 'node:fs'
import { release } from 'node:os'
import { join } from 'node:path'

interface Conditions {
  arches?: readonly string[]
  caps?: readonly string[]
  minKernel?: string
}

interface Rule {
  names: readonly string[]
  action: string
  args?: readonly object[] | null
  errnoRet?: number
  includes?: Conditions
  excludes?: Conditions
}

interface Profile {
  defaultAction: string
  defaultErrnoRet?: number
  archMap: readonly { architecture: string; subArchitectures: readonly string[] | null }[]
  syscalls: readonly Rule[]
}

/** As package.json's `npm test` fetches it, from the module that Docker itself uses. */
const profilePath = join(import.meta.dirname, '..', '..', 'build', 'moby-default.json')

const machine =
  process.arch === 'arm64'
    ? { name: 'arm64', seccomp: 'SCMP_ARCH_AARCH64' }
    : { name: 'amd64', seccomp: 'SCMP_ARCH_X86_64' }

function kernelIsAtLeast(wanted: string): boolean {
  const [major = 0, minor = 0] = release().split(/[.-]/).map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = wanted.split('.').map(Number)
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)
}

/** What each condition says: Docker includes a rule when all hold, and drops it when any does. */
function answersOf(conditions: Conditions | undefined, held: readonly string[]): boolean[] {
  const { arches, caps, minKernel } = conditions ?? {}
  const answers: boolean[] = []
  if (arches?.length) answers.push(arches.includes(machine.name))
  if (caps?.length) answers.push(caps.some(name => held.includes(name)))
  if (minKernel) answers.push(kernelIsAtLeast(minKernel))
  return answers
}

/** The `linux.seccomp` member of an OCI configuration, filtered as dockerd does it. */
export function seccompProfile(capabilities: readonly string[]): object {
  const profile = JSON.parse(readFileSync(profilePath, 'utf8')) as Profile
  const { defaultAction, defaultErrnoRet, archMap } = profile
  const own = archMap.find(({ architecture }) => architecture === machine.seccomp)
  const rules = profile.syscalls.filter(rule => {
    const isWanted = answersOf(rule.includes, capabilities).every(Boolean)
    return isWanted && !answersOf(rule.excludes, capabilities).some(Boolean)
  })
  return {
    defaultAction,
    ...(defaultErrnoRet === undefined ? {} : { defaultErrnoRet }),
    architectures: [machine.seccomp, ...(own?.subArchitectures ?? [])],
    syscalls: rules.map(({ names, action, args, errnoRet }) => ({
      names,
      action,
      ...(args?.length ? { args } : {}),
      ...(errnoRet === undefined ? {} : { errnoRet }),
    })),
  }
}
