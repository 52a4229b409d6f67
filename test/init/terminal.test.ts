import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { fixture } from '../fixtures.ts'
import { nothingRunsWith, onlyChildOf } from '../processes.ts'
import { binary, type Run, start } from '../runs.ts'
import { promise } from './modes.ts'

const confide = `${binary} --`

/** Run a line of sh on a terminal of its own; what the terminal shows is its stdout. */
function onTerminal(line: string, env: Readonly<Record<string, string>>): Run {
  const command = ['script', '--quiet', '--return', '--command', line, '/dev/null']
  return start(command, { env: { ...env, SHELL: '/bin/sh' }, input: 'later' })
}

promise('a command on a terminal is in its foreground and can read it', async ({ env }) => {
  using terminal = onTerminal(`exec ${confide} ${fixture('prints-terminal')}`, env)
  await terminal.line(/^foreground=1/)
  terminal.type('hello\n')
  await terminal.line(/^typed hello/)
  assert.equal((await terminal.ended).status, 0)
})

promise('Ctrl-C reaches the command exactly once', async ({ env }) => {
  using terminal = onTerminal(`exec ${confide} ${fixture('prints-signals')}`, env)
  await terminal.line(/^ready/)
  terminal.type('\x03')
  await terminal.line(/signal 2 /)
  const init = await onlyChildOf(terminal.pid)
  process.kill(init, 'SIGUSR1')
  await terminal.line(/^signal 10 /)
  process.kill(init, 'SIGTERM')
  const { stdout } = await terminal.ended
  assert.deepEqual(stdout.toString().match(/signal \d+/g), ['signal 2', 'signal 10', 'signal 15'])
})

promise('started in the background it does not take the terminal away', async ({ env }) => {
  const line = `set -m; ${confide} ${fixture('prints-terminal')} & wait; echo over`
  using terminal = onTerminal(line, env)
  await terminal.line(/^foreground=0/)
  await terminal.line(/^over/)
})

promise('the terminal is given back when the command has ended', async ({ env }) => {
  using terminal = onTerminal(`${confide} true; ${fixture('prints-terminal')}`, env)
  await terminal.line(/^foreground=1/)
  terminal.type('hello\n')
  await terminal.line(/^typed hello/)
})

promise('Ctrl-Z stops the job as the shell sees it, and fg goes on with it', async ({ env }) => {
  const job = `sh -c "echo ready; read word; echo got \\$word"`
  const line = `set -m; ${confide} ${job}; echo stopped $?; fg >/dev/null; echo over`
  using terminal = onTerminal(line, env)
  await terminal.line(/^ready/)
  terminal.type('\x1a')
  await terminal.line(/stopped 148/)
  terminal.type('hello\n')
  await terminal.line(/^got hello/)
  await terminal.line(/^over/)
})

promise('Ctrl-Z where no shell could go on with the job does not stop it', async ({ env }) => {
  const job = `sh -c "echo ready; read word; echo got \\$word"`
  using terminal = onTerminal(`exec ${confide} ${job}`, env)
  await terminal.line(/^ready/)
  terminal.type('\x1a')
  terminal.type('hello\n')
  await terminal.line(/got hello/)
})

promise('the end of the terminal ends the command', async ({ env }) => {
  const marker = randomUUID()
  using terminal = onTerminal(`exec ${confide} ${fixture('waits')} ${marker}`, env)
  await terminal.line(/^ready/)
  terminal.signal('SIGKILL')
  await nothingRunsWith(marker)
})
