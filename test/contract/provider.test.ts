/** What every provider promises, tried on each that the registry lists. */
import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { ConfideError } from '../../src/leaf/errors.ts'
import { SecretValue } from '../../src/leaf/secret.ts'
import { providers } from '../../src/providers/index.ts'
import type { Provider } from '../../src/providers/provider.ts'
import type { Reference } from '../../src/references/reference.ts'
import { contextOf, type TestContext } from '../servers/context.ts'
import type { Backend, StartBackend } from './backends/backend.ts'

/** Values of real programs that look like references of someone, and must stay as they are. */
const ordinary = [
  '',
  'file:./dev.db',
  'file:/app/config/',
  'k8s://https://10.0.0.1:443',
  'https://vault:8200/ui#/x',
  'vault:8200',
  'see vault:foo and issue #5',
  'postgres://user:password@host:5432/name#fragment',
  'arn:aws:iam::123456789012:role/name',
  'arn:aws:secretsmanager:*:*:secret:name-*',
  '$' + '{HOME}/secretfile',
  '{"a":"secretfile"}',
]

for (const provider of providers) {
  const { name } = provider
  const url = new URL(`./backends/${name}.ts`, import.meta.url)

  test(`${name}: its examples are references, and keep their text`, () => {
    assert.ok(provider.examples.length > 0)
    for (const example of provider.examples) {
      const reference = provider.parse(example)
      assert.ok(reference !== null, example)
      assert.equal(reference.text, example)
      assert.equal(reference.provider, name)
      assert.ok(startsWithMarker(provider, example))
    }
  })

  test(`${name}: its declarations fit together`, () => {
    assert.match(provider.summary, /^[a-z].*[^.]$/)
    for (const marker of provider.markers) assert.match(marker, /^[a-z][a-z0-9:-]*:$/)
    for (const credential of [...provider.bootstrap, ...provider.credentials]) {
      assert.ok(provider.variables.includes(credential), `${credential} is not among variables`)
    }
    assert.equal(new Set(provider.variables).size, provider.variables.length)
  })

  test(`${name}: ordinary values are not taken for references`, () => {
    for (const text of ordinary) assert.equal(provider.parse(text), null, text)
    for (const example of provider.examples) {
      for (const text of [` ${example}`, `x${example}`, example.toUpperCase()]) {
        assert.equal(provider.parse(text), null, text)
      }
    }
  })

  test(`${name}: any text is a reference, an ordinary value, or an error with a hint`, () => {
    const markers = fc.constantFrom(...provider.markers, '')
    const pieces = fc.constantFrom('/', '#', '?', '..', ' ', '\n', 'a', '1', '%', '$' + '{', '}')
    const rest = fc.array(fc.oneof(pieces, fc.string(), fc.string({ unit: 'binary' })))
    fc.assert(
      fc.property(markers, rest, (marker, parts) => {
        const text = marker + parts.join('')
        const reference = parseOrRefuse(provider, text)
        if (reference === null) return
        assert.equal(reference.text, text)
        assert.ok(startsWithMarker(provider, text))
      }),
      { numRuns: 2000 },
    )
  })

  test(`${name}: without set-up, each reference fails on its own and for a reason`, async () => {
    const references = provider.examples.map(example => mustParse(provider, example))
    // The machine that runs the tests may have an identity of its own.
    const variables = { AWS_EC2_METADATA_DISABLED: 'true' }
    const outcomes = await outcomesOf(provider, references, contextOf({ variables }))
    assert.equal(outcomes.length, references.length)
    for (const outcome of outcomes) {
      assert.ok(outcome instanceof ConfideError)
      assert.ok(outcome.hint, outcome.message)
      assert.notEqual(outcome.kind, 'bug')
    }
  })

  test(`${name}: nonsense in its variables is never shown`, async () => {
    const values = ['canary', '/canary\0', 'https://canary:canary@[', '-----BEGIN canary', '9999']
    for (const value of values) {
      const variables = Object.fromEntries(provider.variables.map(variable => [variable, value]))
      const context = contextOf({ variables, signal: AbortSignal.timeout(5000) })
      const references = provider.examples.map(example => mustParse(provider, example))
      const outcomes = await outcomesOf(provider, references, context)
      assert.ok(outcomes.every(outcome => outcome instanceof ConfideError))
      // A path is no secret, and has to be named.
      const shown = show(outcomes, context).replaceAll('/canary', '/…')
      assert.ok(!shown.includes('canary'), shown)
    }
  })

  test(`${name}: what it fetches`, { skip: !existsSync(url) }, async t => {
    const { startBackend } = (await import(url.href)) as { startBackend: StartBackend }
    const backend = await startBackend()
    t.after(() => backend.stop())
    const references = backend.secrets.map(([text]) => mustParse(provider, text))

    await t.test('comes in the order of the references, each with bytes of its own', async () => {
      for (const order of [references, references.toReversed(), [...references, ...references]]) {
        const outcomes = await outcomesOf(provider, order, contextOf(backend.world))
        const expected = order.map(({ text }) => backend.secrets.find(([key]) => key === text)?.[1])
        assert.deepEqual(outcomes.map(reveal), expected)
        for (const outcome of outcomes) {
          assert.ok(outcome instanceof SecretValue)
          outcome[Symbol.dispose]()
          // Wiping one must not wipe another: that shows as text of zeros in the next round.
          assert.equal(reveal(outcome).replaceAll('\0', ''), '')
        }
      }
    })

    await t.test('fails alone where it is missing', async () => {
      const missing = mustParse(provider, backend.missing)
      const [first] = references
      assert.ok(first !== undefined)
      const context = contextOf(backend.world)
      const outcomes = await outcomesOf(provider, [missing, first, missing], context)
      assert.equal(reveal(outcomes[1]), backend.secrets[0]?.[1])
      for (const outcome of [outcomes[0], outcomes[2]]) {
        assert.ok(outcome instanceof ConfideError)
        assert.equal(outcome.kind, 'missing')
        assert.ok(outcome.hint)
      }
    })

    await t.test('ends with the deadline', async () => {
      const world = { ...backend.world, signal: AbortSignal.abort() }
      const outcomes = await outcomesOf(provider, references, contextOf(world))
      for (const outcome of outcomes) {
        assert.ok(outcome instanceof ConfideError)
        assert.equal(outcome.kind, 'temporary')
      }
    })

    await t.test('is nowhere in what is printed', async () => {
      const context = contextOf(backend.world)
      const all = [...references, mustParse(provider, backend.missing)]
      const shown = show(await outcomesOf(provider, all, context), context)
      assertHidden(shown, backend)
    })
  })
}

function startsWithMarker({ markers }: Provider, text: string): boolean {
  return markers.some(marker => text.startsWith(marker))
}

function mustParse(provider: Provider, text: string): Reference {
  const reference = provider.parse(text)
  assert.ok(reference !== null, text)
  return reference
}

/** The reference, or null for an ordinary value and for a refusal that is as it should be. */
function parseOrRefuse(provider: Provider, text: string): Reference | null {
  try {
    return provider.parse(text)
  } catch (error) {
    assert.ok(error instanceof ConfideError, inspect(error))
    assert.equal(error.kind, 'data')
    assert.ok(error.hint)
    assert.ok(startsWithMarker(provider, text), 'only its own references can be wrong')
    return null
  }
}

/** A provider may throw what concerns all references; then it does for each. */
async function outcomesOf(
  provider: Provider,
  references: readonly Reference[],
  context: TestContext,
): Promise<readonly (SecretValue | ConfideError)[]> {
  try {
    return await provider.fetch(references, context)
  } catch (error) {
    assert.ok(error instanceof ConfideError, inspect(error))
    return references.map(() => error)
  }
}

function reveal(outcome: SecretValue | ConfideError | undefined): string {
  assert.ok(outcome instanceof SecretValue, inspect(outcome))
  return outcome.reveal(bytes => Buffer.from(bytes).toString())
}

/** Everything that could get into a report or a log. */
function show(outcomes: readonly unknown[], context: TestContext): string {
  const inspected = inspect(outcomes, { depth: null, showHidden: true, maxStringLength: null })
  const texts = [inspected, JSON.stringify(outcomes), String(outcomes)]
  return [...texts, ...context.notes, ...context.warnings].join('\n')
}

function assertHidden(shown: string, { secrets, credentials }: Backend): void {
  for (const [, secret] of secrets) assert.ok(!shown.includes(secret.trim()), secret)
  for (const credential of credentials) assert.ok(!shown.includes(credential), credential)
}
