/** A Docker engine of the test's own: private network, mounts, processes and data. */
import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { type Outcome, type Run, run, start, temporaryDirectory } from '../runs.ts'
import { until } from '../until.ts'

/** Runs one docker command against the engine. */
export type Docker = (words: readonly string[]) => Promise<Outcome>

/** Nothing is pulled and no packet is routed, so the engine needs no network and no firewall. */
const settings = {
  'log-level': 'warn',
  bridge: 'none',
  iptables: false,
  'exec-opts': ['native.cgroupdriver=cgroupfs'],
}

export async function privateDocker(
  t: TestContext,
  more: Readonly<Record<string, unknown>> = {},
): Promise<Docker> {
  const directory = temporaryDirectory(t)
  const socket = join(directory, 'docker.sock')
  const config = join(directory, 'daemon.json')
  writeFileSync(config, JSON.stringify({ ...settings, ...more }))
  for (const name of ['data', 'exec']) mkdirSync(join(directory, name))
  const engine = start(
    [
      ...['unshare', '--net', '--mount', '--pid', '--fork', '--kill-child', '--mount-proc'],
      ...['dockerd', '--config-file', config, '--host', `unix://${socket}`],
      ...['--data-root', join(directory, 'data'), '--exec-root', join(directory, 'exec')],
      ...['--pidfile', join(directory, 'pid')],
    ],
    { within: 300_000 },
  )
  t.after(() => stop(engine))
  const env = { DOCKER_HOST: `unix://${socket}`, HOME: directory }
  // By its whole path: another client may come first in PATH, too new for this engine.
  const docker: Docker = words => run(['/usr/bin/docker', ...words], { env })
  await until('the Docker engine to answer', async () => {
    return existsSync(socket) && (await docker(['version'])).status === 0
  })
  return docker
}

/** Its namespaces end with it, and with them everything that it started or mounted. */
async function stop(engine: Run): Promise<void> {
  engine[Symbol.dispose]()
  await engine.ended.catch(() => {})
}
