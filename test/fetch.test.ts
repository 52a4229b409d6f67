import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { Deadline } from '../src/deadline.ts'
import { deliveries } from '../src/deliveries/index.ts'
import { makeEntry } from '../src/environ.ts'
import { type Fetched, fetchAll } from '../src/fetch.ts'
import { ConfideError, type FailureKind } from '../src/leaf/errors.ts'
import { SecretValue } from '../src/leaf/secret.ts'
import { makePlan } from '../src/plan.ts'
import type { FetchContext, Provider } from '../src/providers/provider.ts'
import { forgetConcealed, redact } from '../src/report.ts'
import type { Reference } from '../src/references/reference.ts'
import { readSettings } from '../src/settings.ts'
import { keyed, path } from './references/schemes.ts'

type Answer = (reference: Reference, context: FetchContext) => unknown

/** A provider that answers each reference with what `answer` returns or throws. */
function provider(scheme: typeof path, answer: Answer) {
  const calls: string[][] = []
  const made: Provider = {
    ...scheme,
    parse: text => scheme.parse(text),
    summary: '',
    examples: [],
    bootstrap: [],
    credentials: [],
    variables: [],
    async fetch(references, context) {
      calls.push(references.map(reference => reference.text))
      const answers = references.map(async reference => await answer(reference, context))
      return (await Promise.all(answers)) as SecretValue[]
    },
  }
  return { made, calls }
}

const secret = (text: string) => new SecretValue(Buffer.from(text))
const refusal = (kind: FailureKind) => new ConfideError('it said no', { kind, hint: 'ask nicely' })

interface Run {
  fetched: Fetched
  lines: string[]
  values: Record<string, string | undefined>
  errors: string[]
}

async function fetch(
  variables: Readonly<Record<string, string>>,
  providers: readonly Provider[],
  deadline = Deadline.in(60_000),
): Promise<Run> {
  const environ = Object.entries(variables).map(([name, value]) => makeEntry(name, value))
  const settings = readSettings(new Map(), environ)
  const facts = {
    reserved: [],
    descriptorLimit: -1,
    mostDescriptors: -1,
    procMounted: true,
    startedAsRoot: false,
  }
  const plan = makePlan(environ, settings, providers, deliveries, facts)
  const lines: string[] = []
  const log = {
    warn: (line: string) => lines.push(line),
    debug: (line: string) => lines.push(line),
  }
  const readDescriptor = (descriptor: number) => Promise.resolve(Buffer.from(`from ${descriptor}`))
  const fetched = await fetchAll(plan, providers, { deadline, log, readDescriptor })
  const values = [...fetched.values].map(([item, value]) => {
    return [item.variable, value?.reveal(bytes => Buffer.from(bytes).toString())]
  })
  const errors = fetched.failures.map(({ error }) => `${error.kind}: ${error.message}`)
  return { fetched, lines, values: Object.fromEntries(values), errors }
}

const echo = provider(path, ({ locator }) => secret(`<${locator}>`)).made

test('each variable gets the secret of its reference', async () => {
  const { values, errors } = await fetch({ A: 'path:/a', B: 'path:/b', C: 'plain' }, [echo])
  assert.deepEqual(values, { A: '</a>', B: '</b>' })
  assert.deepEqual(errors, [])
})

test('text around inline references stays', async () => {
  const { values } = await fetch({ A: 'x${path:/a}y${path:/b}z' }, [echo])
  assert.deepEqual(values, { A: 'x</a>y</b>z' })
})

test('the same reference is fetched once, also with different options', async () => {
  const { made, calls } = provider(path, () => secret('c2VjcmV0'))
  const { values } = await fetch(
    { A: 'path:/a', B: 'path:/a?decode=base64', C: '${path:/a?optional}!', D: 'path:/a' },
    [made],
  )
  assert.deepEqual(calls, [['path:/a']])
  assert.deepEqual(values, { A: 'c2VjcmV0', B: 'secret', C: 'c2VjcmV0!', D: 'c2VjcmV0' })
})

test('variables that share a secret have copies: one can be wiped before the other', async () => {
  const { fetched } = await fetch({ A: 'path:/a', B: 'path:/a' }, [echo])
  const [one, other] = [...fetched.values.values()]
  one?.[Symbol.dispose]()
  assert.equal(
    other?.reveal(bytes => Buffer.from(bytes).toString()),
    '</a>',
  )
})

test('answers are kept out of all that is printed, and wiped when nothing more is', async () => {
  const bytes = Buffer.from('aHVudGVyMjI=')
  await fetch({ A: 'path:/a?decode=base64' }, [provider(path, () => new SecretValue(bytes)).made])
  assert.equal(redact('aHVudGVyMjI= is hunter22'), '[secret] is [secret]')
  forgetConcealed()
  assert.ok(bytes.every(byte => byte === 0))
})

test('no secret blanks what all know of this run, and no other is shown', async () => {
  const answers: Readonly<Record<string, string>> = {
    'path:/region': 'eu-west-1',
    'path:/other': 'prod/data base',
    'path:/name': 'DB_PASSWORD',
    'path:/real': 'hunter22',
    'path:/default': 'swordfish-1',
  }
  const variables = {
    AWS_REGION: 'eu-west-1',
    HOST_TOKEN: 'hvs.token',
    DB_PASSWORD: 'path:/prod/data%20base/password',
    WRONG: 'path:wrong/one?default=swordfish-2',
    LAST: 'path:/x?default=swordfish-1',
    ...Object.fromEntries(Object.keys(answers).map((text, at) => [`V${at}`, text])),
  }
  const { made } = provider(path, ({ text }, context) => {
    context.conceal('hvs.token')
    return secret(answers[text] ?? 'hunter23')
  })
  await fetch(variables, [made])
  const plain = 'DB_PASSWORD from path:/prod/data%20base/password in eu-west-1: no prod/data base'
  assert.equal(redact(plain), plain)
  for (const text of ['hunter22', 'hunter23', 'swordfish-1', 'hvs.token']) {
    assert.equal(redact(`${plain}: ${text}`), `${plain}: [secret]`)
  }
  forgetConcealed()
})

test('a provider can keep its credentials out of all that is printed', async () => {
  const answer: Answer = (_, context) => {
    context.conceal('hvs.token')
    return secret('x')
  }
  await fetch({ A: 'path:/a' }, [provider(path, answer).made])
  assert.equal(redact('hvs.token'), '[secret]')
})

test('each provider is asked once, and all at the same time', async () => {
  const { promise: bothAsked, resolve } = Promise.withResolvers<void>()
  let asked = 0
  const answer = async () => {
    if (++asked === 3) resolve()
    await bothAsked
    return secret('x')
  }
  const one = provider(path, answer)
  const other = provider(keyed, answer)
  const variables = { A: 'path:/a', B: 'keyed:b#k', C: 'path:/c' }
  const { values } = await fetch(variables, [one.made, other.made])
  assert.deepEqual(values, { A: 'x', B: 'x', C: 'x' })
  assert.deepEqual([one.calls, other.calls], [[['path:/a', 'path:/c']], [['keyed:b#k']]])
})

test('all failures are reported, in environ order, with reference, cause and hint', async () => {
  const { made } = provider(path, ({ locator }) =>
    locator === '/ok' ? secret('x') : refusal('permission'),
  )
  const variables = { C: 'path:/c', A: 'path:/ok', X: 'path:wrong', B: '${path:/b}${path:/d}' }
  const { errors, fetched, values } = await fetch(variables, [made])
  assert.deepEqual(errors, [
    'permission: cannot fetch C from path:/c: it said no',
    'data: wrong reference in X: not absolute',
    'permission: cannot fetch B from path:/b: it said no',
    'permission: cannot fetch B from path:/d: it said no',
  ])
  assert.equal(fetched.failures[0]?.error.hint, 'ask nicely')
  assert.deepEqual(values, { A: 'x' })
})

const missing = provider(path, () => refusal('missing')).made

test('optional leaves a missing variable out, and an inline one empty', async () => {
  const variables = { A: 'path:/a?optional', B: 'x${path:/b?optional}y', C: '${path:/c?optional}' }
  const { values, errors } = await fetch(variables, [missing])
  assert.deepEqual(values, { A: undefined, B: 'xy', C: '' })
  assert.deepEqual(errors, [])
})

test('what is missing is said with --verbose, and which values have a default', async () => {
  const variables = {
    A: 'path:/a?optional',
    B: 'x${path:/b?optional}',
    C: 'path:/c?default=x',
    D: 'path:/d?default=',
  }
  const { lines, fetched } = await fetch(variables, [missing])
  assert.deepEqual(lines.slice(1), [
    'A: path:/a is missing, the variable is left out',
    'B: path:/b is missing, nothing stands in its place',
    'C: path:/c is missing, its default is used',
    'D: path:/d is missing, its default is used',
  ])
  assert.deepEqual(
    [...fetched.defaulted].map(({ variable }) => variable),
    ['C', 'D'],
  )
  const { fetched: there } = await fetch(variables, [echo])
  assert.equal(there.defaulted.size, 0)
})

test('default stands in for a missing secret, and is not decoded', async () => {
  const variables = {
    A: 'path:/a?default=b%20c',
    B: '${path:/b?default=}',
    C: 'path:/c?default=x&decode=base64',
  }
  const { values } = await fetch(variables, [missing])
  assert.deepEqual(values, { A: 'b c', B: '', C: 'x' })
})

for (const kind of ['permission', 'unavailable', 'temporary', 'data', 'system'] as const) {
  test(`a failure of kind ${kind} is forgiven neither by optional nor by default`, async () => {
    const { made } = provider(path, () => refusal(kind))
    const { errors } = await fetch({ A: 'path:/a?optional', B: 'path:/b?default=x' }, [made])
    assert.equal(errors.length, 2)
  })
}

test('what is not base64 is an error that does not show it', async () => {
  const { made } = provider(path, () => secret('hunter2!'))
  const { errors, fetched } = await fetch({ A: 'path:/a?decode=base64' }, [made])
  assert.deepEqual(errors, ['data: cannot fetch A from path:/a: the secret is not base64'])
  assert.doesNotMatch(inspect(fetched, { depth: Infinity }), /hunter2/)
})

test('what has a prefix is not decoded as a whole', async () => {
  const { made } = provider(path, () => secret('{"a":"c2VjcmV0"}'))
  const { values } = await fetch({ A: 'path:/a?prefix=A_&decode=base64' }, [made])
  assert.deepEqual(values, { A: '{"a":"c2VjcmV0"}' })
})

test('one reference may be a text and an object of names, each fetched once', async () => {
  const answer = ({ asObject }: Reference) => secret(asObject ? '{"a":1}' : 'a: 1')
  const { made, calls } = provider(path, answer)
  const variables = { A: 'path:/a?prefix=A_', B: 'path:/a', C: 'path:/a?prefix=C_', D: 'path:/a' }
  const { values } = await fetch(variables, [made])
  assert.deepEqual(values, { A: '{"a":1}', B: 'a: 1', C: '{"a":1}', D: 'a: 1' })
  assert.deepEqual(calls, [['path:/a', 'path:/a']])
})

test('an error that a provider throws is that of all its references', async () => {
  const { made } = provider(path, () => {
    throw refusal('configuration')
  })
  const { errors } = await fetch({ A: 'path:/a', B: 'path:/b' }, [made])
  assert.deepEqual(errors, [
    'configuration: cannot fetch A from path:/a: it said no',
    'configuration: cannot fetch B from path:/b: it said no',
  ])
})

test('a fault in a provider is named without its message', async () => {
  const { made } = provider(path, () => {
    throw Object.assign(new TypeError('hunter2'), { code: 'ERR_X' })
  })
  const { errors, fetched } = await fetch({ A: 'path:/a' }, [made])
  assert.deepEqual(errors, ['bug: cannot fetch A from path:/a: a fault in path: ERR_X'])
  assert.doesNotMatch(inspect(fetched, { depth: Infinity }), /hunter2/)
})

test('too few outcomes are a fault of the provider', async () => {
  const made: Provider = { ...echo, fetch: async () => [] }
  const { errors } = await fetch({ A: 'path:/a' }, [made])
  assert.match(errors[0] ?? '', /^bug: .*gave no outcome/)
})

test('at the deadline what is still pending is temporary, and what is there stays', async () => {
  const slow = provider(keyed, () => new Promise(() => {})).made
  const variables = { A: 'keyed:a#k', B: 'path:/b', C: 'keyed:c#k?optional' }
  const deadline = new Deadline(process.hrtime.bigint() + 10_000_000n, 30_000)
  const { errors, values, fetched } = await fetch(variables, [echo, slow], deadline)
  assert.deepEqual(errors, [
    'temporary: cannot fetch A from keyed:a#k: no answer within the time limit of 30 s',
    'temporary: cannot fetch C from keyed:c#k: no answer within the time limit of 30 s',
  ])
  assert.deepEqual(values, { B: '</b>' })
  assert.match(fetched.failures[0]?.error.hint ?? '', /--timeout/)
})

test('a provider that hears the deadline says what it has', async () => {
  const { made } = provider(keyed, async ({ locator }, { signal }) => {
    if (locator === 'fast') return secret('x')
    await new Promise(resolve => signal.addEventListener('abort', resolve))
    return refusal('temporary')
  })
  const variables = { A: 'keyed:fast#k', B: 'keyed:slow#k' }
  const { errors, values } = await fetch(variables, [made], Deadline.in(10))
  assert.deepEqual(errors, ['temporary: cannot fetch B from keyed:slow#k: it said no'])
  assert.deepEqual(values, { A: 'x' })
})

test('a provider that dies of the abort counts as without an answer', async () => {
  const { made } = provider(path, async (_, { signal }) => {
    await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)))
  })
  const { errors } = await fetch({ A: 'path:/a' }, [made], Deadline.in(10))
  assert.deepEqual(errors, [
    'temporary: cannot fetch A from path:/a: no answer within the time limit of 10 ms',
  ])
})

test('a provider reads variables, but not one that is itself a reference', async () => {
  const { made } = provider(path, (_, { variable }) =>
    secret(`${variable('ADDRESS')} ${variable('NOTHING')} ${variable('TOKEN')}`),
  )
  const plain = await fetch({ A: 'path:/a', ADDRESS: 'http://x', TOKEN: 't' }, [made])
  assert.deepEqual(plain.values, { A: 'http://x undefined t' })
  const literal = await fetch({ A: 'path:/a', TOKEN: 'literal:path:t' }, [made])
  assert.deepEqual(literal.values, { A: 'undefined undefined path:t' })
  const wrong = await fetch({ A: 'path:/a', TOKEN: 'path:wrong' }, [made])
  assert.match(wrong.errors[0] ?? '', /^configuration: .*TOKEN is itself a reference/)
  const { errors } = await fetch({ A: 'path:/a', TOKEN: '${keyed:t#k}' }, [
    made,
    { ...echo, ...keyed },
  ])
  assert.match(errors[0] ?? '', /^configuration: .*TOKEN is itself a reference/)
})

test('a provider can read descriptors and certificates, warn and debug', async () => {
  const { made } = provider(path, async (_, context) => {
    context.warn('a warning')
    context.debug('a detail')
    assert.deepEqual(await context.certificates(), [])
    return new SecretValue(await context.readDescriptor(5))
  })
  const { values, lines } = await fetch({ A: 'path:/a' }, [made])
  assert.deepEqual(values, { A: 'from 5' })
  assert.deepEqual(lines.slice(0, 2), ['a warning', 'a detail'])
  assert.match(lines[2] ?? '', /^path: 1 reference in \d/)
})
