import assert from 'node:assert/strict'
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { fixture } from '../fixtures.ts'
import { binary, run } from '../runs.ts'
import { provideSources } from './sources.ts'

const { directory, sources } = provideSources()

/**
 * The calls that open for writing, create, rename or remove; without those that failed.
 * Memory files are made and changed by descriptor, with other calls.
 */
function writesIn(trace: string): string[] {
  const lines = trace.split('\n').filter(line => !/ = -1 E/.test(line))
  const opensToWrite = /\bopen(at2?)?\(.*O_(WRONLY|RDWR|CREAT|TRUNC|APPEND|TMPFILE)/
  const names = 'creat|chmod|fchmodat|l?chown|fchownat|mkdir|rename|link|symlink|unlink|rmdir|mknod'
  const changes = new RegExp(`\\b(${names}|truncate)\\w*\\(`)
  return lines
    .filter(line => opensToWrite.test(line) || changes.test(line))
    .filter(line => !line.includes('"/dev/null"'))
}

test('the search for writes finds them', async () => {
  const log = join(directory, 'trace-of-writes')
  const script = 'cd "$0"; mkdir d; echo x > d/f; chmod 700 d/f; mv d/f d/g; ln -s g d/l; rm -r d'
  await run(['strace', '-f', '-o', log, '-e', 'trace=file,desc', 'sh', '-c', script, directory])
  const calls = new Set(
    writesIn(readFileSync(log, 'latin1')).map(line => /\w+(?=\()/.exec(line)?.[0]),
  )
  for (const kind of ['mkdir', 'open', 'chmod', 'rename', 'symlink', 'unlink']) {
    assert.ok(
      [...calls].some(call => call?.includes(kind)),
      kind,
    )
  }
})

test('from start to end no file is opened for writing, created, renamed or removed', async () => {
  for (const [index, { name, env }] of sources.entries()) {
    const log = join(directory, `trace-${index}`)
    const tracer = ['strace', '-f', '-o', log, '-e', 'trace=file,desc']
    const command = [binary, '-v', '--', fixture('reads-secret'), 'X']
    const { status, stderr } = await run([...tracer, ...command], { env })
    assert.equal(status, 0, stderr)
    const trace = readFileSync(log, 'latin1')
    assert.match(trace, /memfd_create\(/)
    assert.deepEqual(writesIn(trace), [], name)
  }
})

test('with a writable home and working directory nothing is left in either', async () => {
  const home = join(directory, 'home')
  mkdirSync(home)
  for (const { env } of sources) {
    const where = { ...env, HOME: home, TMPDIR: home, XDG_CACHE_HOME: home }
    await run([binary, '-vv', '--', 'true'], { env: where, cwd: home })
    await run([binary, 'check'], { env: where, cwd: home })
  }
  const { stdout } = await run(['find', home, '-mindepth', '1'])
  assert.equal(stdout.toString(), '')
})
