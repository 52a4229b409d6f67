/**
 * Everything that can go wrong between confide and a server, and what people then read.
 *
 * test/vectors/faults/BACKEND/NAME.txt is a golden file for each fault: the situation, the exit
 * code and stderr, with ports, folders and times replaced by words. CONFIDE_WRITE_VECTORS=1 writes
 * them anew; each is to be read by a person, who must know from it what to do.
 */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, test } from 'node:test'
import { confide, type Outcome } from '../runs.ts'
import { json, reset } from '../servers/hostile-http.ts'
import type { FaultBackend, Scene } from './backends/backend.ts'
import { networkFaults } from './network-faults.ts'
import { Stage } from './stage.ts'

const vectors = join(import.meta.dirname, '..', 'vectors', 'faults')
const isWriting = process.env['CONFIDE_WRITE_VECTORS'] === '1'

const folder = join(import.meta.dirname, 'backends')
const files = readdirSync(folder).filter(name => name !== 'backend.ts')
const backends = await Promise.all(
  files.map(async name => {
    const { backend } = (await import(join(folder, name))) as { backend: FaultBackend }
    return backend
  }),
)

/** What differs from run to run, and from machine to machine. */
function normalize(stderr: string, directory: string): string {
  return (
    stderr
      .replaceAll(directory, 'DIRECTORY')
      .replace(/\b(127\.0\.0\.1|localhost):\d+/g, (_, host) => `${host}:PORT`)
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d UTC/g, 'NOW')
      // Faults are played at the same time, and the server counts the users that they make.
      .replace(/\buser\/user-\d+/g, 'user/user-N')
      .replace('the name server does not answer (EAI_AGAIN)', 'no such host (ENOTFOUND)')
  )
}

function golden(situation: string, status: Outcome['status'], stderr: string): string {
  const lines = stderr.trimEnd().split('\n')
  return `# ${situation}\nstatus ${status}\n${lines.map(line => `| ${line}\n`).join('')}`
}

for (const backend of backends) {
  const faults = [...networkFaults, ...backend.faults]

  describe(`${backend.name}: nothing is started and the report is as it was read when`, {
    concurrency: 3,
  }, () => {
    for (const fault of faults) {
      test(fault.situation, async t => {
        const stage = new Stage(t)
        const scene = await fault.arrange(stage, backend)
        const marker = join(stage.directory, 'started')
        const env = { DB_PASSWORD: backend.reference, ...scene }
        const words = ['--timeout', fault.timeout ?? '20s', '--', 'touch', marker]
        const [outcome, verbose] = await Promise.all([
          confide(words, { env }),
          confide(['-v', ...words], { env }),
        ])
        assert.ok(!existsSync(marker), 'the command was started')
        assertSilent(outcome, scene)
        assertSilent(verbose, scene)
        assert.equal(verbose.status, outcome.status)
        const text = normalize(outcome.stderr, stage.directory)
        const path = join(vectors, backend.name, `${fault.name}.txt`)
        const report = golden(fault.situation, outcome.status, text)
        if (isWriting) write(path, report)
        assert.equal(report, readFileSync(path, 'utf8'))
      })
    }
  })

  test(`${backend.name}: there is no golden file without its fault`, () => {
    const names = faults.map(({ name }) => `${name}.txt`).sort()
    assert.deepEqual(readdirSync(join(vectors, backend.name)).sort(), names)
  })

  for (const [name, trouble] of Object.entries({ 'a 500': json(500, {}), 'a reset': reset })) {
    test(`${backend.name}: ${name} is forgotten when the next answer is good`, async t => {
      const stage = new Stage(t)
      const address = await stage.http((request, response, count) => {
        return (count === 1 ? trouble : backend.good)(request, response, count)
      })
      const env = { DB_PASSWORD: backend.reference, ...backend.environment(address) }
      const outcome = await confide(['--', 'sh', '-c', 'cat $DB_PASSWORD_FILE'], { env })
      assert.equal(outcome.stderr, '')
      assert.match(outcome.stdout.toString(), /canary/)
    })
  }
}

/** Secrets, credentials and all that servers say here have that word in them. */
function assertSilent({ stdout, stderr }: Outcome, scene: Scene): void {
  assert.equal(stdout.toString(), '')
  assert.doesNotMatch(stderr, /canary/i)
  const token = scene['VAULT_TOKEN']
  if (token) assert.ok(!stderr.includes(token), 'the token is shown')
}

function write(path: string, text: string): void {
  mkdirSync(join(path, '..'), { recursive: true })
  writeFileSync(path, text)
}
