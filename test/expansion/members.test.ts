import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { isPerilous } from '../../src/leaf/perilous.ts'
import { isMember } from '../../src/plan/members.ts'
import { forgetConcealed, redact } from '../../src/report.ts'
import { app, expand } from './expand.ts'

test('each member becomes a variable, in the order of the text', () => {
  const { variables, errors } = app('{"user":"u","10":1.10,"2":true,"db/pass-word":{"a":[1]}}')
  assert.deepEqual(errors, [])
  assert.deepEqual(variables, [
    ['APP_USER', 'u'],
    ['APP_10', '1.10'],
    ['APP_2', 'true'],
    ['APP_DB_PASS_WORD', '{"a":[1]}'],
  ])
})

const names: [prefix: string, member: string, variable: string][] = [
  ['APP_', 'db/password', 'APP_DB_PASSWORD'],
  ['APP_', 'camelCase', 'APP_CAMELCASE'],
  ['APP_', '_x_', 'APP__X_'],
  ['APP_', '--x..y ', 'APP___X__Y_'],
  ['APP_', '', 'APP_'],
  ['APP_', 'ß', 'APP__'],
  ['APP_', 'ıſ\u212a', 'APP____'],
  ['APP_', 'é', 'APP__'],
  ['APP_', '😀', 'APP__'],
  ['APP_', '1', 'APP_1'],
  ['app_', 'x', 'app_X'],
  ['', 'db', 'DB'],
  ['', '-db', '_DB'],
]
for (const [prefix, member, variable] of names) {
  test(`prefix=${prefix} makes ${variable} of ${JSON.stringify(member)}`, () => {
    const { variables, errors } = app(JSON.stringify({ [member]: 'x' }), `prefix=${prefix}`)
    assert.deepEqual(errors, [])
    assert.deepEqual(variables, [[variable, 'x']])
  })
}

test('for any names, the variables are those of letters, digits and _, or it is refused', () => {
  const members = fc.dictionary(fc.string({ unit: 'binary' }), fc.constant('hunter2'))
  fc.assert(
    fc.property(members, fc.constantFrom('', 'A_', '_'), (object, prefix) => {
      const { variables, errors, expanded } = app(JSON.stringify(object), `prefix=${prefix}`)
      const isRefused = errors.length > 0
      assert.equal(variables.length, isRefused ? 0 : Object.keys(object).length)
      assert.equal(new Set(variables.map(([name]) => name)).size, variables.length)
      for (const [variable] of variables) {
        assert.match(variable, /^[A-Z_][A-Z0-9_]*$/)
        assert.ok(!isPerilous(variable))
      }
      assert.doesNotMatch(inspect(expanded.failures, { depth: Infinity }), /hunter2/)
    }),
  )
})

test('each is delivered as the reference says, with numbers behind all others', () => {
  const { expanded, lines } = expand(
    [
      'A=path:/a',
      'APP=path:/app?prefix=APP_&mode=0440&owner=70',
      'B=path:/b',
      'C=path:/c?prefix=C_',
    ],
    { A: 'a', APP: '{"x":1,"y":2}', B: 'b', C: '{"z":3}' },
    { deliver: 'fd', reserved: [21, 24] },
  )
  const found = [...expanded.values.keys()].map(item => {
    const { number, variable, mode, owner } = item.request
    return [variable, number, mode, owner?.uid]
  })
  assert.deepEqual(found, [
    ['A', 20, 0o400, undefined],
    ['APP_X', 23, 0o440, 70],
    ['APP_Y', 25, 0o440, 70],
    ['B', 22, 0o400, undefined],
    ['C_Z', 26, 0o400, undefined],
  ])
  assert.deepEqual(lines, [
    'APP_X: from APP by fd 23',
    'APP_Y: from APP by fd 25',
    'C_Z: from C by fd 26',
  ])
})

test('an environment without a prefix is handed on as it is', () => {
  const { expanded, fetched } = expand(['A=path:/a'], { A: 'a' })
  assert.equal(expanded, fetched)
})

test('optional forgives what is missing, and nothing else', () => {
  assert.deepEqual(app('{}', 'prefix=A_&optional').variables, [['APP', undefined]])
  assert.deepEqual(app('{"a":null}', 'prefix=A_&optional').variables, [['APP', undefined]])
  assert.deepEqual(app('{"a":null,"b":1}', 'prefix=A_&optional').variables, [['A_B', '1']])
  const { lines } = app('{}', 'prefix=A_&optional')
  assert.deepEqual(lines, ['APP: path:/app has no members, the variable is left out'])
  for (const [json, error] of [
    ['[]', /^data: /],
    ['{"1":1}', /^data: .*no name of a variable/],
    ['{"a":"\\ud800"}', /^data: .*A: it is not valid Unicode/],
    ['{"path":null}', /^data: .*PATH changes how programs run/],
    ['{"a":1,"a":2}', /^configuration: /],
  ] as const) {
    assert.match(app(json, 'prefix=&optional').errors[0] ?? '', error)
  }
  const missing = expand(['APP=path:/app?prefix=A_&optional'], { APP: undefined })
  assert.deepEqual(missing.variables, [['APP', undefined]])
})

test('decode= is for each member', () => {
  const { variables } = app('{"a":"aGk=","b":"eW8="}', 'prefix=A_&decode=base64')
  assert.deepEqual(variables, [
    ['A_A', 'hi'],
    ['A_B', 'yo'],
  ])
})

test('members come from the place of their reference, and know it', () => {
  const { expanded, plan } = app('{"x":1,"y":2}', 'prefix=A_', 'Z=1')
  for (const item of expanded.values.keys()) {
    assert.ok(isMember(item))
    assert.equal(item.index, 0)
    assert.equal(item.from, 'APP')
    assert.equal(item.prefix, undefined)
  }
  assert.deepEqual(
    plan.items.map(({ variable }) => variable),
    ['APP'],
  )
})

test('the secret that was taken apart is wiped, its members are kept out of all lines', () => {
  const { fetched } = app('{"a":"correct-horse","b":"Y29ycmVjdC1iYXR0ZXJ5"}', 'prefix=A_')
  const [whole] = fetched.values.values()
  assert.ok(whole?.reveal(bytes => bytes.every(byte => byte === 0)))
  assert.equal(redact('the correct-horse'), 'the [secret]')
  app('{"b":"Y29ycmVjdC1iYXR0ZXJ5"}', 'prefix=A_&decode=base64')
  assert.equal(redact('a correct-battery'), 'a [secret]')
  forgetConcealed()
})
