import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { resolveAll } from '../src/resolution.ts'
import { evaluate } from './evaluate.ts'
import { inboxWith } from './inboxes.ts'

const folder = mkdtempSync(join(tmpdir(), 'confide-resolution-'))
after(() => rmSync(folder, { recursive: true }))

function file(name: string, content: string): string {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

const secret = file('secret', 'hunter2')

async function resolve(variables: Record<string, string>, given: Record<string, string> = {}) {
  return await resolveAll({
    inbox: inboxWith(variables),
    given: new Map(Object.entries(given).map(([name, value]) => [name, [value]])),
    readDescriptor: () => Promise.resolve(new Uint8Array()),
  })
}

test('from variables to secrets', async () => {
  const { values, failures, plan } = await resolve({ A: `secretfile:${secret}`, B: '1' })
  assert.deepEqual(failures, [])
  assert.deepEqual(
    [...values.values()].map(value => value?.size),
    [7],
  )
  assert.deepEqual(plan.providers, ['secretfile'])
})

test('env files add variables, references among them', async () => {
  const path = file('app.env', `FROM_FILE=secretfile:${secret}\nA=2\n`)
  const { plan, values } = await resolve({ A: '1' }, { 'env-file': path })
  assert.deepEqual(
    plan.environ.map(({ name }) => name),
    ['A', 'FROM_FILE'],
  )
  assert.equal(values.size, 1)
})

test('a wrong setting ends it before anything is fetched', async () => {
  await assert.rejects(resolve({ A: `secretfile:${secret}` }, { timeout: 'soon' }), {
    kind: 'usage',
  })
})

test('with the spine its deadline counts, without it the setting', async () => {
  const inbox = inboxWith({ A: `secretfile:${secret}` }, { socket: 5, deadline: 1n })
  const { failures } = await resolveAll({
    inbox,
    given: new Map(),
    readDescriptor: () => Promise.resolve(new Uint8Array()),
  })
  // The file was read at once: a deadline that has passed takes nothing away that is there.
  assert.deepEqual(failures, [])
})

test('--verbose says what is fetched from where and how it is delivered, never a value', () => {
  const variables = {
    A: `secretfile:${secret}`,
    B: 'literal:x',
    C: `secretfile:${secret}?as=env&optional`,
  }
  const script = `
    const inbox = i.inboxWith(${JSON.stringify(variables)})
    await r.resolveAll({ inbox, given: new Map([['verbose', ['']]]), readDescriptor: () => 0 })`
  const { stdout, stderr } = evaluate(script, {
    modules: { r: 'src/resolution.ts', i: 'test/inboxes.ts' },
  })
  assert.equal(stdout, '')
  assert.match(stderr, /^confide: debug: A: secretfile:\/.* by fd 20$/m)
  assert.match(stderr, /^confide: debug: B: literal text$/m)
  assert.match(stderr, /^confide: debug: C: secretfile:\/.* by env$/m)
  assert.match(stderr, /^confide: debug: secretfile: 1 reference in \d+\.\d ms$/m)
  assert.doesNotMatch(stderr, /hunter2/)
})

test('--verbose says what becomes several variables, and which', () => {
  const members = file('members.json', '{"login":"hunter2","pass/word":"hunter3"}')
  const variables = {
    A: `secretfile:${members}?prefix=A_`,
    B: `secretfile:${members}?prefix=&as=env`,
    C: `secretfile:${secret}`,
  }
  const script = `
    const inbox = i.inboxWith(${JSON.stringify(variables)})
    const given = new Map([['verbose', ['']]])
    const { values } = await r.resolveAll({ inbox, given, readDescriptor: () => 0 })
    console.log([...values.keys()].map(({ variable }) => variable).join())`
  const { stdout, stderr } = evaluate(script, {
    modules: { r: 'src/resolution.ts', i: 'test/inboxes.ts' },
  })
  assert.equal(stdout, 'A_LOGIN,A_PASS_WORD,LOGIN,PASS_WORD,C\n')
  assert.match(stderr, /^confide: debug: A: secretfile:\S+ by fd, several variables, prefix A_$/m)
  assert.match(stderr, /^confide: debug: B: secretfile:\S+ by env, several variables, no prefix$/m)
  assert.match(stderr, /^confide: debug: A_LOGIN: from A by fd 21$/m)
  assert.match(stderr, /^confide: debug: A_PASS_WORD: from A by fd 22$/m)
  assert.match(stderr, /^confide: debug: PASS_WORD: from B by env$/m)
  assert.doesNotMatch(stderr, /hunter/)
})

test('a setting in an env file, and what was hardly meant, are told', async () => {
  const path = file('settings.env', 'CONFIDE_ONLY=A\n')
  await assert.rejects(resolve({}, { 'env-file': path }), { kind: 'configuration' })
  await resolve({ CONFIDE_ONLY: 'A' }, { 'env-file': path })
  const script = `
    const inbox = i.inboxWith({ CONFIDE_AGE_IDENTIY: '1', CONFIDE_PID: '1' })
    await r.resolveAll({ inbox, given: new Map([['except', ['X']]]), readDescriptor: () => 0 })`
  const { stderr } = evaluate(script, {
    modules: { r: 'src/resolution.ts', i: 'test/inboxes.ts' },
  })
  assert.match(stderr, /^confide: warning: --except=X matches no variable$/m)
  assert.match(stderr, /^confide: warning: CONFIDE_AGE_IDENTIY .* CONFIDE_AGE_IDENTITY\?$/m)
})
