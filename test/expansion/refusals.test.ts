import assert from 'node:assert/strict'
import { test } from 'node:test'
import { app, expand } from './expand.ts'

const told = 'cannot expand APP from path:/app: '

const refusals: [json: string, options: string, error: string, hint: RegExp][] = [
  [
    'hunter2',
    'prefix=',
    'data: %the secret is not JSON, so it has no members',
    /leave prefix= out/,
  ],
  [
    '["hunter2"]',
    'prefix=',
    'data: %the secret is JSON but not an object, so it has no members',
    /prefix=/,
  ],
  ['{}', 'prefix=A_', 'missing: %the object has no members', /\?optional/],
  ['{"a":null}', 'prefix=A_', 'missing: %the member for A_A is null', /&optional/],
  ['{"a":"\\ud800"}', 'prefix=A_', 'data: %A_A: it is not valid Unicode', /base64/],
  [
    '{"a":"hunter2!"}',
    'prefix=A_&decode=base64',
    'data: %A_A: the secret is not base64',
    /decode=/,
  ],
  ['{"1x":"v"}', 'prefix=', 'data: %1X is no name of a variable', /prefix=APP_/],
  [
    '{"":"v"}',
    'prefix=',
    'data: %the name that one of its members gives is no name of a variable',
    /prefix=APP_/,
  ],
  [
    '{"a/b":1,"a_b":2}',
    'prefix=A_',
    'configuration: %A_A_B would be set by two of its members',
    /rename/,
  ],
  [
    '{"a":1,"a":2}',
    'prefix=A_',
    'configuration: %A_A would be set by two of its members',
    /rename/,
  ],
  [
    '{"a":1,"A":2}',
    'prefix=A_',
    'configuration: %A_A would be set by two of its members',
    /rename/,
  ],
  [
    '{"tls":1,"tls_file":2}',
    'prefix=A_&as=fd',
    'configuration: %A_TLS_FILE would be set by two of its members',
    /rename/,
  ],
]
for (const [json, options, error, hint] of refusals) {
  test(`${json} with ${options} is refused: ${error}`, () => {
    const { errors, hints, variables } = app(json, options)
    assert.deepEqual(errors, [error.replace('%', told)])
    assert.match(hints[0] ?? '', hint)
    assert.deepEqual(variables, [])
  })
}

const away = 'move it out of that secret, or choose a prefix such as prefix=APP_'

const perilous: [prefix: string, member: string, name: string, delivery: string][] = [
  ['', 'path', 'PATH', 'env'],
  ['', 'path', 'PATH', 'fd'],
  ['LD_', 'preload', 'LD_PRELOAD', 'env'],
  ['ld_', 'preload', 'ld_PRELOAD', 'env'],
  ['NODE_', 'options', 'NODE_OPTIONS', 'env'],
  ['N', 'ode/options', 'NODE_OPTIONS', 'env'],
  ['', 'bash.env', 'BASH_ENV', 'env'],
  ['http_', 'proxy', 'http_PROXY', 'env'],
  ['', 'PATH_FILE', 'PATH_FILE', 'env'],
  ['', 'python path', 'PYTHON_PATH', 'env'],
]
for (const [prefix, member, name, delivery] of perilous) {
  test(`prefix=${prefix} cannot make ${name} of ${member} by ${delivery}`, () => {
    const { errors, hints, variables } = app(
      JSON.stringify({ [member]: '/evil' }),
      `prefix=${prefix}&as=${delivery}`,
    )
    const fault = `${name} changes how programs run, so it must be named on its own`
    assert.deepEqual(errors, [`data: ${told}${fault}`])
    assert.equal(hints[0], away)
    assert.deepEqual(variables, [])
  })
}

test('the variable that a descriptor sets counts as well', () => {
  const made = app('{"config":"/evil"}', 'prefix=AWS_&as=fd')
  assert.match(made.errors[0] ?? '', /AWS_CONFIG_FILE changes how programs run/)
  assert.equal(made.hints[0], away)
  assert.deepEqual(app('{"config":"x"}', 'prefix=AWS_').errors, [])
})

test('what confide reads is refused, too', () => {
  const { errors, hints } = app('{"age_identity":"x"}', 'prefix=CONFIDE_')
  assert.match(errors[0] ?? '', /CONFIDE_AGE_IDENTITY changes how programs run/)
  assert.equal(hints[0], away)
})

const clashes: [entries: string[], options: string, error: string][] = [
  [['APP_X=1'], 'prefix=APP_', 'APP_X is set already'],
  [['APP_X=1'], 'prefix=APP_&as=fd', 'APP_X is set already'],
  [['APP_X_FILE=1'], 'prefix=APP_&as=fd', 'APP_X_FILE is set already'],
  [['APP_X=literal:1'], 'prefix=APP_', 'APP_X is set already'],
  [['APP_X=path:/x'], 'prefix=APP_', 'APP_X is set already'],
  [['APP_X=path:/x?as=fd'], 'prefix=APP_', 'APP_X is set already'],
  [['B=path:/b?name=APP_X'], 'prefix=APP_', 'APP_X is set for B, too'],
  [['APP_X='], 'prefix=APP_', 'APP_X is set already'],
  [['APP=1'], 'prefix=APP', 'APP is set already'],
  [['APP_X_FILE=/f'], 'prefix=APP_', 'APP_X would stand beside APP_X_FILE, which is set already'],
  [['APP_X_FD=3'], 'prefix=APP_', 'APP_X would stand beside APP_X_FD, which is set already'],
  [['APP_X_FD=3'], 'prefix=APP_&as=fd', 'APP_X would stand beside APP_X_FD, which is set already'],
  [
    ['B=path:/b?name=APP_X_FILE&as=fd'],
    'prefix=APP_',
    'APP_X would stand beside APP_X_FILE, which is set for B, too',
  ],
]
for (const [entries, options, error] of clashes) {
  test(`a member clashes with ${entries.join()} and ${options}`, () => {
    const member = options === 'prefix=APP' ? '' : 'x'
    const { errors, hints, variables } = app(JSON.stringify({ [member]: 'v' }), options, ...entries)
    assert.deepEqual(errors, [`configuration: ${told}${error}`])
    assert.match(hints[0] ?? '', /^unset \w+, or choose another prefix=$/)
    assert.ok(!variables.some(([, value]) => value === 'v'))
  })
}

for (const member of ['x_file', 'x_fd']) {
  test(`a member ${member} clashes with the variable X that programs know beside it`, () => {
    const name = `APP_${member.toUpperCase()}`
    for (const taken of ['APP_X=1', 'APP_X=path:/x', 'APP_X=path:/x?as=fd']) {
      const { errors } = app(JSON.stringify({ [member]: 'v' }), 'prefix=APP_', taken)
      const own = taken.endsWith('fd') && member === 'x_file' ? name : undefined
      const fault = `${own ?? `${name} would stand beside APP_X, which`} is set`
      assert.equal(errors.length, 1)
      assert.equal(errors[0]?.indexOf(`configuration: ${told}${fault}`), 0)
    }
  })
}

test('two members of one secret cannot be twins, by env either', () => {
  const { errors, hints } = app('{"tls":1,"tls_file":2}', 'prefix=A_')
  const fault = 'A_TLS_FILE and A_TLS would be set by two of its members'
  assert.deepEqual(errors, [`configuration: ${told}${fault}`])
  assert.equal(hints[0], 'rename one of them')
})

test('a name that merely begins like another is free', () => {
  const { errors } = app('{"x":1}', 'prefix=APP_', 'APP_X_FILES=1', 'APP_XFILE=1', 'APP_X_FD_2=1')
  assert.deepEqual(errors, [])
})

test('thousands of members with one name are refused at once', () => {
  const started = performance.now()
  const { errors } = app(`{${Array.from({ length: 20_000 }, () => '"a":1').join()}}`, 'prefix=A_')
  assert.equal(errors.length, 1)
  assert.ok(performance.now() - started < 2000)
})

test('two secrets cannot make the same variable, whichever comes first', () => {
  const entries = ['A=path:/a?prefix=X_', 'B=path:/b?prefix=X_']
  const { errors, variables } = expand(entries, { A: '{"a":1,"b":2}', B: '{"b":3}' })
  assert.deepEqual(errors, ['configuration: cannot expand B from path:/b: X_B is set for A, too'])
  assert.deepEqual(variables, [
    ['X_A', '1'],
    ['X_B', '2'],
  ])
  const twice = expand(['A=path:/a?prefix=X_', 'A=path:/a?prefix=X_'], { A: '{"a":1}' })
  assert.deepEqual(twice.errors, [
    'configuration: cannot expand A from path:/a: X_A is set for A, too',
  ])
})

test('a member may have the name of the variable that held the reference', () => {
  assert.deepEqual(app('{"app":"x"}', 'prefix=').variables, [['APP', 'x']])
})

test('more members than descriptors are the error that more secrets are', () => {
  const members = (count: number) =>
    JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, at) => [`k${at}`, at])))
  const run = (count: number, deliver = 'fd') =>
    expand(
      ['A=path:/a', 'APP=path:/app?prefix=APP_'],
      { A: 'a', APP: members(count) },
      {
        deliver,
        descriptorLimit: 64,
      },
    )
  assert.equal(run(43).variables.length, 44)
  assert.throws(() => run(44), {
    kind: 'configuration',
    message: /more descriptors than the limit/,
  })
  assert.equal(run(44, 'env').variables.length, 45)
})

test('the first faults are told, and how many there are more', () => {
  const members = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`k${at}`, null]))
  const { errors } = app(JSON.stringify(members), 'prefix=A_')
  assert.equal(errors.length, 6)
  assert.equal(errors[4], `missing: ${told}the member for A_K4 is null`)
  assert.equal(errors[5], `missing: ${told}and so on, 4 more`)
})

test('failures keep the order of the environment', () => {
  const entries = ['B=path:wrong', 'APP=path:/app?prefix=', 'C=path:wrong']
  const { expanded } = expand(entries, { APP: '[]' })
  assert.deepEqual(
    expanded.failures.map(({ variable }) => variable),
    ['B', 'APP', 'C'],
  )
})

test('a name that no program looks for is refused without a word of it', () => {
  const named = (length: number) => app(JSON.stringify({ ['x'.repeat(length)]: 'v' }), 'prefix=A_')
  assert.deepEqual(named(253).errors, [])
  assert.deepEqual(named(254).errors, [
    `data: ${told}a member has a name of more than 255 characters`,
  ])
})

test('a fault that several members share is told once', () => {
  const long = (digit: string) => `x${digit.repeat(70)}`
  const { errors } = app(JSON.stringify({ [long('1')]: null, [long('2')]: null }), 'prefix=A_')
  assert.deepEqual(errors, [`missing: ${told}a member is null`])
})
