/** Containers run by runc, with the namespaces, capabilities and seccomp rules of Docker. */
import { chmodSync, copyFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fixture } from '../fixtures.ts'
import { placeBinary, run, type RunOptions, type Outcome, temporaryDirectory } from '../runs.ts'
import { seccompProfile } from './seccomp.ts'

export const dockerCapabilities = [
  ...['CHOWN', 'DAC_OVERRIDE', 'FSETID', 'FOWNER', 'MKNOD', 'NET_RAW', 'SETGID', 'SETUID'],
  ...['SETFCAP', 'SETPCAP', 'NET_BIND_SERVICE', 'SYS_CHROOT', 'KILL', 'AUDIT_WRITE'],
].map(name => `CAP_${name}`)

export interface Container {
  /** 65532 unless said otherwise. */
  uid?: number
  /** None unless said otherwise. */
  capabilities?: readonly string[]
  /** Bytes of memory, swap included. */
  memory?: number
  env?: Readonly<Record<string, string>>
  /** The fixture programs in the root, beside /confide. */
  programs?: readonly string[]
  /** A directory of the host to be seen, read-only, as /run/secrets. */
  secrets?: string
  /** Share the host's network, to reach a server there. */
  hostNetwork?: boolean
}

const maskedPaths = ['acpi', 'kcore', 'keys', 'latency_stats', 'timer_list', 'sched_debug', 'scsi']
const readonlyPaths = ['bus', 'fs', 'irq', 'sys', 'sysrq-trigger']

function mountsOf({ secrets }: Container): object[] {
  const plain = ['nosuid', 'noexec', 'nodev']
  const mount = (destination: string, type: string, source: string, options: string[]) => {
    return { destination, type, source, options }
  }
  const shm = [...plain, 'mode=1777', 'size=65536k']
  return [
    mount('/proc', 'proc', 'proc', plain),
    mount('/dev', 'tmpfs', 'tmpfs', ['nosuid', 'strictatime', 'mode=755', 'size=65536k']),
    mount('/dev/shm', 'tmpfs', 'shm', shm),
    ...(secrets ? [mount('/run/secrets', 'bind', secrets, ['rbind', 'ro'])] : []),
  ]
}

function configOf(command: readonly string[], container: Container): object {
  const { uid = 65532, capabilities = [], memory, env = {}, hostNetwork = false } = container
  const held = uid === 0 ? capabilities : []
  const namespaces = ['mount', 'ipc', 'uts', 'pid', ...(hostNetwork ? [] : ['network'])]
  const limit = memory === undefined ? {} : { memory: { limit: memory, swap: memory } }
  return {
    ociVersion: '1.0.2',
    process: {
      user: { uid, gid: uid, umask: 0o022 },
      args: command,
      env: Object.entries({ PATH: '/', ...env }).map(([name, value]) => `${name}=${value}`),
      cwd: '/',
      capabilities: { bounding: capabilities, effective: held, permitted: held },
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 1024, soft: 1024 }],
      noNewPrivileges: true,
    },
    root: { path: 'rootfs', readonly: true },
    hostname: 'container',
    mounts: mountsOf(container),
    linux: {
      namespaces: namespaces.map(type => ({ type })),
      resources: { devices: [{ allow: false, access: 'rwm' }], ...limit },
      seccomp: seccompProfile(capabilities),
      maskedPaths: maskedPaths.map(name => `/proc/${name}`),
      readonlyPaths: readonlyPaths.map(name => `/proc/${name}`),
    },
  }
}

/** An otherwise empty root with /confide and these fixture programs. */
export function makeRoot(directory: string, programs: readonly string[]): string {
  const root = join(directory, 'rootfs')
  mkdirSync(root)
  placeBinary(root)
  for (const program of programs) {
    copyFileSync(fixture(program), join(root, program))
    chmodSync(join(root, program), 0o755)
  }
  return root
}

/** What runc needs to start `command`: the prefix, to be run in `cwd`. */
export function makeContainer(
  t: TestContext,
  command: readonly string[],
  container: Container,
): { command: string[]; cwd: string } {
  const cwd = temporaryDirectory(t)
  makeRoot(cwd, container.programs ?? [])
  writeFileSync(join(cwd, 'config.json'), JSON.stringify(configOf(command, container)))
  const state = join(cwd, 'state')
  return { command: ['runc', '--root', state, 'run', basename(cwd)], cwd }
}

export async function runContainer(
  t: TestContext,
  command: readonly string[],
  container: Container,
  options: RunOptions = {},
): Promise<Outcome> {
  const { command: words, cwd } = makeContainer(t, command, container)
  return await run(words, { ...options, cwd })
}

/** A directory of files that a container may see as /run/secrets. */
export function secretDirectory(t: TestContext, files: Readonly<Record<string, string>>): string {
  const directory = temporaryDirectory(t)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text)
  return directory
}
