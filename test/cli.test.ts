/**
 * Script tests: each test/cli/*.txt holds cases that read as a terminal session.
 *
 *     # a sentence, the promise            begins a case, in an empty directory of its own
 *     file NAME                            the following "| " lines are written to NAME
 *     $ VAR=value confide -- command       run by /bin/sh; "> " lines continue it
 *     status 66                            0 unless said otherwise
 *     stdout is TEXT | is empty | matches RE | lacks RE         (stderr is empty unless spoken of)
 *
 * "is" without a text compares with the "| " lines that follow; a final newline does not count.
 */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { fixture, fixtureDirectory } from './fixtures.ts'
import { PATH, placeBinary, run, temporaryDirectory, type Outcome } from './runs.ts'

interface Expectation {
  stream: 'stdout' | 'stderr' | 'status'
  verb: string
  text: string
  line: number
}
type Step =
  | { kind: 'file'; name: string; text: string }
  | { kind: 'command'; script: string; expected: Expectation[]; line: number }
interface Case {
  title: string
  steps: Step[]
}

const directory = join(import.meta.dirname, 'cli')
const programs = mkdtempSync(join(tmpdir(), 'confide-cli-'))
after(() => rmSync(programs, { recursive: true, force: true }))

function parseLine(current: Case, line: string, number: number): void {
  const step = current.steps.at(-1)
  const [word = '', verb = '', ...rest] = line.split(' ')
  if (line.startsWith('file ')) {
    current.steps.push({ kind: 'file', name: line.slice(5), text: '' })
  } else if (line.startsWith('$ ')) {
    const script = line.slice(2)
    current.steps.push({ kind: 'command', script, expected: [], line: number })
  } else if (line.startsWith('> ') && step?.kind === 'command') {
    step.script += `\n${line.slice(2)}`
  } else if (line === '|' || line.startsWith('| ')) {
    const block = step?.kind === 'file' ? step : step?.expected.at(-1)
    if (block) block.text += `${line.slice(2)}\n`
  } else if ((word === 'stdout' || word === 'stderr') && step?.kind === 'command') {
    step.expected.push({ stream: word, verb, text: rest.join(' '), line: number })
  } else if (word === 'status' && step?.kind === 'command') {
    step.expected.push({ stream: 'status', verb: 'is', text: verb, line: number })
  } else {
    throw new Error(`line ${number} is not understood: ${line}`)
  }
}

function parseCases(text: string): Case[] {
  const cases: Case[] = []
  for (const [index, line] of text.split('\n').entries()) {
    const current = cases.at(-1)
    if (line.startsWith('# ')) cases.push({ title: line.slice(2), steps: [] })
    else if (line.trim() !== '' && current) parseLine(current, line, index + 1)
  }
  return cases
}

function check({ stream, verb, text, line }: Expectation, outcome: Outcome): void {
  const actual = String(outcome[stream]).replace(/\n$/, '')
  const { status, stderr } = outcome
  const where = `line ${line}: ${stream} of a command that ended with ${status}:\n${stderr}`
  if (verb === 'matches') assert.match(actual, new RegExp(text, 'm'), where)
  else if (verb === 'lacks') assert.doesNotMatch(actual, new RegExp(text, 'm'), where)
  else if (verb === 'is' && text === 'empty') assert.equal(actual, '', where)
  else if (verb === 'is') assert.equal(actual, text.replace(/\n$/, ''), where)
  else throw new Error(`line ${line}: no such expectation: ${stream} ${verb}`)
}

function withDefaults(expected: readonly Expectation[], line: number): Expectation[] {
  const spokenOf = new Set(expected.map(({ stream }) => stream))
  const all = [...expected]
  if (!spokenOf.has('stderr')) all.push({ stream: 'stderr', verb: 'is', text: 'empty', line })
  if (!spokenOf.has('status')) all.push({ stream: 'status', verb: 'is', text: '0', line })
  return all
}

async function play({ steps }: Case, cwd: string): Promise<void> {
  const env = { PATH: `${programs}:${fixtureDirectory}:${PATH}`, HOME: cwd, LC_ALL: 'C' }
  for (const step of steps) {
    if (step.kind === 'file') {
      mkdirSync(join(cwd, step.name, '..'), { recursive: true })
      writeFileSync(join(cwd, step.name), step.text)
      continue
    }
    const outcome = await run(['/bin/sh', '-c', step.script], { cwd, env })
    for (const expectation of withDefaults(step.expected, step.line)) check(expectation, outcome)
  }
}

placeBinary(programs)
for (const name of ['prints-environment', 'prints-descriptors', 'exits-with']) fixture(name)
for (const file of readdirSync(directory)
  .filter(name => name.endsWith('.txt'))
  .sort()) {
  for (const script of parseCases(readFileSync(join(directory, file), 'utf8'))) {
    test(`${file.replace('.txt', '')}: ${script.title}`, async t => {
      await play(script, temporaryDirectory(t))
    })
  }
}
