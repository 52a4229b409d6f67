/** src/cli.ts: what the words of a command line mean. cli.test.ts runs the program itself. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { parseOptions, runCommandLine } from '../src/cli.ts'
import { inboxWith } from './inboxes.ts'

const given = async (...words: string[]) => Object.fromEntries(await parseOptions(words))

test('options are text, in both spellings, in order', async () => {
  assert.deepEqual(await given('--timeout', '5s', '--fd-base=30'), {
    timeout: ['5s'],
    'fd-base': ['30'],
  })
  assert.deepEqual(await given('--env-file', 'a', '--env-file=b'), { 'env-file': ['a', 'b'] })
  assert.deepEqual(await given('--only=a', '--only', '-x'), { only: ['a', '-x'] })
})

test('a flag counts, also as letters behind one dash', async () => {
  assert.deepEqual(await given('-v', '--verbose', '-vv'), { verbose: ['', '', '', ''] })
  assert.deepEqual(await given('--fd-numbers'), { 'fd-numbers': [''] })
})

test('options end at -- and at the first operand', async () => {
  assert.deepEqual(await given('-v', '--', '-v'), { verbose: [''] })
  assert.deepEqual(await given('-v', 'command', '-v'), { verbose: [''] })
  assert.deepEqual(await given('-v', '-', '-v'), { verbose: [''] })
})

test('the value of an option may look like an option', async () => {
  assert.deepEqual(await given('--env-file', '-', '-v'), { 'env-file': ['-'], verbose: [''] })
})

const surroundings = {
  inbox: inboxWith(),
  readDescriptor: () => Promise.resolve(new Uint8Array()),
}

const faults: [words: string[], message: RegExp, hint: RegExp][] = [
  [[], /^no command was given$/, /--help/],
  [['--'], /^no command was given$/, /--help/],
  [['--timout', '3'], /^unknown option '--timout'$/, /^did you mean --timeout\?$/],
  [['--envfile=x'], /^unknown option '--envfile'$/, /^did you mean --env-file\?$/],
  [['--colour'], /^unknown option '--colour'$/, /--help/],
  [['-q'], /^unknown option '-q'$/, /--help/],
  [['--password=hunter2', 'x'], /^unknown option '--password'$/, /^see confide --help$/],
  [['-phunter2', 'x'], /^what --parent-death-signal gives is no signal$/, /TERM/],
  [['-vq'], /^unknown option '-q'$/, /--help/],
  [['--fd-numbers=1'], /^option --fd-numbers takes no value$/, /--help/],
  [['--timeout'], /^option --timeout needs a value$/, /--timeout DURATION/],
  [['--env-file'], /^option --env-file needs a value$/, /--env-file FILE/],
  [['--only', '--', 'true'], /^option --only needs a value$/, /--only GLOB/],
  [['--timeout', '--', 'true'], /^option --timeout needs a value$/, /--timeout DURATION/],
  [['--only=', 'true'], /^option --only needs a value$/, /--only GLOB/],
  [['--env-file', '', 'true'], /^option --env-file needs a value$/, /--env-file FILE/],
  [['check', '--except', '--'], /^option --except needs a value$/, /--except GLOB/],
  [['seal', '--output='], /^option --output needs a value$/, /--output FILE/],
  [['--timeout', 'soon', 'x'], /^--timeout=soon is not a duration$/, /30s/],
  [['--deliver=pigeon', 'x'], /^--deliver=pigeon is no such choice$/, /fd or env/],
  [['--keep-credentials', '--drop-credentials'], /cannot be used together$/, /default/],
  [['--json'], /^--json goes with --version or check$/, /confide check --json/],
  [['--json', 'echo'], /^--json goes with/, /check/],
  [['doctor'], /^"doctor" is reserved for a later version$/, /^confide -- doctor runs a program/],
  [['check', 'this'], /^check takes no arguments$/, /check --help/],
  [['check', '--colour'], /^unknown option '--colour'$/, /confide check --help/],
  [['check', '--jsn'], /^unknown option '--jsn'$/, /^did you mean --json\?$/],
  [['check', '--fd-base', '1'], /^--fd-base=1 must be 3 or more$/, /(?:)/],
  [['keygen', 'this'], /^keygen takes no arguments$/, /keygen --help/],
  [['help', 'echo'], /^there is no help for "echo"$/, /--help/],
  [['help', 'check', 'this'], /^help takes no arguments$/, /(?:)/],
]
for (const [words, message, hint] of faults) {
  test(`confide ${words.join(' ')}: ${message.source}`, async () => {
    await assert.rejects(
      runCommandLine(words, surroundings),
      (error: Error & { hint?: string }) => {
        assert.match(error.message, message)
        assert.match(error.hint ?? '', hint)
        assert.equal('kind' in error && error.kind, 'usage')
        return true
      },
    )
  })
}

test('a wrong variable is told, too, where it has a meaning', async () => {
  const inbox = inboxWith({ CONFIDE_VERBOSE: 'perhaps' })
  await assert.rejects(runCommandLine(['check'], { ...surroundings, inbox }), {
    kind: 'usage',
    message: 'CONFIDE_VERBOSE=perhaps is no number from 0 to 3',
  })
  await assert.rejects(runCommandLine(['seal'], { ...surroundings, inbox }), {
    message: /recipient/,
  })
})

test('a command that the spine should have run is a fault of ours', async () => {
  await assert.rejects(runCommandLine(['echo'], surroundings), { kind: 'bug' })
})
