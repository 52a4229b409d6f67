/** `npm start`: builds confide if need be, and shows on real secrets what it does and costs. */
import { spawnSync, type SpawnSyncOptions } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { styleText } from 'node:util'

const SECRETS = { DB_PASSWORD: 'correct horse battery staple', API_TOKEN: 'tok_51H8xGq3vZ' }
const AS_PID_ONE = ['unshare', '--pid', '--fork', '--kill-child', '--mount-proc']
const PATH = process.env['PATH'] ?? '/usr/bin:/bin'

/** Reads its secrets as any program would, then tells what the other processes' environ holds. */
const COMMAND = `
for name in ${Object.keys(SECRETS).join(' ')}; do
  eval "file=\\$\${name}_FILE"
  printf 'got\\t%s\\t%s\\t%s\\n' $name $file "$(cat $file)"
done
printf 'weight\\t%s kB\\n' $(grep VmRSS /proc/$PPID/status | tr -dc 0-9)
for process in /proc/[0-9]*; do
  printf 'environ\\t%s\\t' $process
  tr '\\0\\n' '\\1\\2' 2>/dev/null < $process/environ
  echo
done 2>/dev/null`

type Variables = Readonly<Record<string, string>>

function main(confide: string): void {
  const folder = mkdtempSync(join(tmpdir(), 'confide-demo-'))
  try {
    demonstrate(confide, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function demonstrate(confide: string, folder: string): void {
  const variables = sealSecrets(confide, folder)
  const file = join(folder, 'secrets.age')
  title('two secrets, sealed with age')
  say(`confide seal --recipient age1… > ${file}  (${statSync(file).size} bytes)`)
  for (const name of Object.keys(SECRETS)) say(`export ${name}=${variables[name]}`)

  const isPidOne = spawnSync(AS_PID_ONE[0] ?? '', [...AS_PID_ONE.slice(1), 'true']).status === 0
  const command = [...(isPidOne ? AS_PID_ONE : []), confide, '--', 'sh', '-c', COMMAND]
  const output = run(command, variables).toString()
  const rows = output.split('\n').map(line => line.split('\t'))
  title(`confide -- sh …${isPidOne ? ', as PID 1' : ''}`)
  showSecrets(rows, output)

  title('what it costs')
  showCosts(confide, variables, rows, isPidOne)
}

/** The product's own commands, as a person would use them. */
function sealSecrets(confide: string, folder: string): Variables {
  const identity = run([confide, 'keygen'], {})
  const identityFile = join(folder, 'identity')
  writeFileSync(identityFile, identity, { mode: 0o600 })
  const recipient = /^# public key: (\S+)/m.exec(identity.toString())?.[1] ?? ''
  const input = JSON.stringify(SECRETS)
  const sealed = run([confide, 'seal', '--recipient', recipient], {}, { input })
  writeFileSync(join(folder, 'secrets.age'), sealed)
  const references = Object.keys(SECRETS).map(name => {
    return [name, `sealed:${join(folder, 'secrets.age')}#${name}`]
  })
  return { ...Object.fromEntries(references), CONFIDE_AGE_IDENTITY_FILE: identityFile }
}

function showSecrets(rows: readonly string[][], output: string): void {
  const processes = rows.filter(([kind]) => kind === 'environ')
  const entries = processes.flatMap(([, , environ = '']) => environ.split('\x01'))
  say(`${''.padEnd(14)}${'the command reads'.padEnd(32)}/proc/*/environ shows`)
  for (const [kind, name = '', , value = ''] of rows) {
    if (kind !== 'got') continue
    const shown = entries.find(entry => entry.startsWith(`${name}_FILE=`)) ?? 'nothing'
    say(`${name.padEnd(14)}${styleText('green', value.padEnd(32))}${shown}`)
  }
  const read = output.slice(output.indexOf('\nenviron\t'))
  const found = Object.values(SECRETS).filter(secret => read.includes(secret)).length
  say(`${processes.length} processes searched for the values: ${found === 0 ? 'none has' : found}`)
}

function showCosts(
  confide: string,
  variables: Variables,
  rows: readonly string[][],
  isPidOne: boolean,
): void {
  const weight = rows.find(([kind]) => kind === 'weight')?.[1] ?? ''
  const sealed = milliseconds([confide, '--', 'true'], variables)
  const plain = milliseconds([confide, '--', 'true'], {})
  const node = milliseconds([process.execPath, '-e', '0'], {})
  say(`${'both secrets, from start to end'.padEnd(34)}${sealed}   (node -e 0 alone:${node})`)
  say(`${'without a reference'.padEnd(34)}${plain}`)
  say(`${`memory of ${isPidOne ? 'PID 1' : 'confide'} meanwhile`.padEnd(34)}${weight.padStart(8)}`)
}

/** The median of a few runs; the first one after a build waits for the disk. */
function milliseconds(command: readonly string[], variables: Variables): string {
  run(command, variables)
  const times = Array.from({ length: 7 }, () => {
    const start = performance.now()
    run(command, variables)
    return performance.now() - start
  })
  const median = times.sort((a, b) => a - b)[3] ?? 0
  return `${median.toFixed(median < 10 ? 1 : 0).padStart(5)} ms`
}

function run(
  command: readonly string[],
  variables: Variables,
  options: SpawnSyncOptions = {},
): Buffer {
  const [file = '', ...rest] = command
  const env = { PATH, ...variables }
  const { status, stdout, stderr } = spawnSync(file, rest, { ...options, env })
  if (status !== 0) throw new Error(`${command.slice(0, 2).join(' ')} failed: ${stderr.toString()}`)
  return Buffer.from(stdout)
}

function title(text: string): void {
  console.log(`\n${styleText('bold', text)}`)
}

function say(text: string): void {
  console.log(`  ${text}`)
}

// In a process of its own: after a build ours would be so large that each fork takes 15 ms.
const build = join(import.meta.dirname, 'build.ts')
const { status } = spawnSync(process.execPath, [build, '--quiet'], { stdio: 'inherit' })
try {
  if (status !== 0) throw new Error('there is nothing to show without a build')
  main(join(import.meta.dirname, '..', 'dist', 'confide'))
} catch (error) {
  console.error(`start: error: ${error instanceof Error ? error.message : String(error)}`)
  process.exitCode = 1
}
