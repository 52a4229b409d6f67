import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { test } from 'node:test'
import { evaluate } from './evaluate.ts'

const href = new URL('../src/progress.ts', import.meta.url).href

/** Waits that long for one provider, and says when it is done. */
const script = (milliseconds: number) => `
  const { watchProgress } = await import(${JSON.stringify(href)})
  const progress = watchProgress({ providers: ['vault'] })
  await new Promise(resolve => setTimeout(resolve, ${milliseconds}))
  progress.stop()
  process.getBuiltinModule('node:fs').writeSync(2, 'done')`

/** On a pseudo-terminal, which script(1) of util-linux makes. */
function onTerminal(milliseconds: number): string {
  const words = [process.execPath, '--input-type=module', '-e', script(milliseconds)]
  const command = words.map(word => `'${word.replaceAll("'", "'\\''")}'`).join(' ')
  const { stdout } = spawnSync('script', ['-q', '-e', '-c', command, '/dev/null'], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  return stdout
}

test('on a terminal a wait of more than half a second is told, and taken back', () => {
  assert.equal(onTerminal(900), 'confide: waiting for vault …\r\u001b[Kdone')
})

test('what is faster is not told', () => {
  assert.equal(onTerminal(0), 'done')
})

test('where stderr is no terminal nothing is told', () => {
  const { stderr } = evaluate(script(700), { modules: {} })
  assert.equal(stderr, 'done')
})

test('the watch alone keeps no process alive', () => {
  const { stderr } = evaluate(
    `(await import(${JSON.stringify(href)})).watchProgress({ providers: [] })`,
    {
      modules: {},
    },
  )
  assert.equal(stderr, '')
})
