import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { evaluate } from './evaluate.ts'

const root = new URL('..', import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'confide-native-'))
const shim = join(folder, 'libconfideshim.so')
before(() => {
  execFileSync('make', ['-s', '-C', 'native', `OUT=${folder}`, shim], { cwd: root })
})
after(() => rmSync(folder, { recursive: true }))

/** Runs words of JavaScript that have the exports of native.ts as `n`, and `fs`. */
function run(script: string, input = '', env: Record<string, string> = { CONFIDE_SHIM: shim }) {
  const modules = { n: 'src/native.ts' }
  return evaluate(`import fs from 'node:fs'\n${script}`, { modules, env, input })
}

const printed = (script: string, input?: string): unknown => {
  const { stdout, stderr } = run(
    `console.log(JSON.stringify(await (async () => { ${script} })()))`,
    input,
  )
  assert.equal(stderr, '')
  return JSON.parse(stdout)
}

for (const size of [0, 1, 4095, 4096, 65_537, 1_048_576, 8_388_608]) {
  test(`${size} bytes arrive in a memory file, at its start, unchanged`, () => {
    const script = `
      const bytes = Buffer.alloc(${size}); for (let i = 0; i < ${size}; i++) bytes[i] = i * 7
      const fd = n.sealedMemfd(bytes, 0o400, -1, -1)
      return fs.readFileSync(fd).equals(bytes) && bytes.every((byte, i) => byte === (i * 7) % 256)`
    assert.equal(printed(script), true)
  })
}

test('a memory file has the mode that was asked for, and is closed on exec', () => {
  const script = `
    const fd = n.sealedMemfd(Buffer.from('x'), 0o440, -1, -1)
    const flags = fs.readFileSync('/proc/self/fdinfo/' + fd, 'utf8').match(/flags:\\s*(\\d+)/)[1]
    return [(fs.fstatSync(fd).mode & 0o7777).toString(8), (parseInt(flags, 8) & 0o2000000) !== 0]`
  assert.deepEqual(printed(script), ['440', true])
})

test('a memory file can be neither written, grown nor shrunk', () => {
  const script = `
    const fd = n.sealedMemfd(Buffer.from('secret'), 0o600, -1, -1)
    const codes = []
    for (const change of [
      () => fs.writeSync(fd, 'x', 0),
      () => fs.ftruncateSync(fd, 0),
      () => fs.ftruncateSync(fd, 99),
    ]) {
      try { change(); codes.push('done') } catch (error) { codes.push(error.code) }
    }
    return codes`
  assert.deepEqual(printed(script), ['EPERM', 'EPERM', 'EPERM'])
})

test('a message on what is no socket is an error of kind system with the name of the errno', () => {
  const script = `
    try { n.send(fs.openSync('/dev/null'), Buffer.from('x'), -1) }
    catch (error) { return [error.kind, error.message] }`
  assert.deepEqual(printed(script), ['system', 'cannot hand over to the spine (ENOTSOCK)'])
})

/** Opens a file with this content and reads it as a descriptor, in a process of its own. */
function readingOf(content: string): unknown {
  const path = join(folder, 'content')
  writeFileSync(path, content)
  return printed(`
    const fd = fs.openSync(${JSON.stringify(path)})
    try {
      const bytes = await n.readDescriptor(fd)
      return [bytes.length, String(bytes.slice(0, 9))]
    }
    catch (error) { return [error.kind, error.message.replace(/\\d+/, 'N')] }`)
}

test('everything that an inherited descriptor has is read', () => {
  assert.deepEqual(readingOf('an identity'), [11, 'an identi'])
  assert.deepEqual(readingOf('x'.repeat(200_000)), [200_000, 'xxxxxxxxx'])
  const piped = execFileSync('sh', [
    '-c',
    'printf piped | "$0" "$@"',
    process.execPath,
    ...evaluated,
  ])
  assert.equal(piped.toString(), 'piped\n')
})

/** The words that print what comes on stdin, which spawn(3) of Node would make a socket. */
const evaluated = [
  '-e',
  `import('${new URL('src/native.ts', root).href}')
    .then(async n => console.log(String(await n.readDescriptor(0))))`,
]

test('a descriptor that is not open, or gives too much, is an error of kind configuration', () => {
  const script = `
    try { await n.readDescriptor(987) } catch (error) { return [error.kind, error.message] }`
  const message = 'descriptor 987 is not one that confide can read'
  assert.deepEqual(printed(script), ['configuration', message])
  const tooMuch = ['configuration', 'descriptor N gives more than 1 MiB']
  assert.deepEqual(readingOf('x'.repeat(1_048_577)), tooMuch)
})

test('what Node has open itself, and what never ends, is refused instead of waited for', () => {
  const script = `
    import('node:net').then(net => net.createServer().listen(0))
    await new Promise(resolve => setTimeout(resolve, 100))
    const writeOnly = fs.openSync('/dev/null', 'w')
    const outcomes = {}
    const numbers = fs.readdirSync('/proc/self/fd').map(Number)
    for (const fd of [...numbers, writeOnly]) {
      let kind = ''
      try { kind = fs.readlinkSync('/proc/self/fd/' + fd).replace(/:?\\[\\d+\\]/, '') } catch {}
      if (!/^(anon_inode:.*|socket|\\/)$/.test(kind) && fd !== writeOnly) continue
      try { await n.readDescriptor(fd); outcomes[kind] = 'read' }
      catch (error) { outcomes[kind] = error.message.replace(/\\d+/, 'N') }
    }
    setTimeout(() => process.exit(), 0)
    console.log(JSON.stringify(outcomes))`
  const { stdout } = run(script)
  const outcomes = JSON.parse(stdout) as Record<string, string>
  assert.ok(Object.keys(outcomes).length >= 4, stdout)
  for (const [kind, outcome] of Object.entries(outcomes)) {
    assert.equal(outcome, 'descriptor N is not one that confide can read', kind)
  }
})

test('outside the spine there is no inbox', () => {
  const script = 'try { n.readInbox() } catch (error) { return [error.kind, error.message] }'
  assert.deepEqual(printed(script), ['system', 'cannot read what the spine hands in (ENODATA)'])
})

test('leave ends the process at once with the status', () => {
  const { status, stdout } = run(`process.on('exit', () => console.log('late')); n.leave(42)`)
  assert.equal(status, 42)
  assert.equal(stdout, '')
})

test('without the spine it says that it is a part of confide', () => {
  const { stderr } = run('n.readInbox()', '', {})
  assert.match(stderr, /this program runs only as a part of confide/)
})
