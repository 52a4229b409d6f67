/** What every delivery promises; a new file in src/deliveries is tested without an edit here. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import fc from 'fast-check'
import { deliveries } from '../../src/deliveries/index.ts'
import { ConfideError } from '../../src/leaf/errors.ts'
import { SecretValue } from '../../src/leaf/secret.ts'
import type { DeliveryRequest } from '../../src/plan.ts'

const request: fc.Arbitrary<DeliveryRequest> = fc.record(
  {
    variable: fc.stringMatching(/^[A-Z][A-Z_]{0,8}(_FILE)?$/),
    name: fc.stringMatching(/^[A-Z][A-Z_]{0,8}(_FILE)?$/),
    mode: fc.constantFrom(0o400, 0o440),
    owner: fc.record({ uid: fc.nat(), gid: fc.nat() }),
    number: fc.integer({ min: 3, max: 1000 }),
    paths: fc.constant(true),
    numbers: fc.boolean(),
  },
  { requiredKeys: ['variable', 'mode', 'number', 'paths', 'numbers'] },
)

const canary = 'correct horse battery staple'

for (const delivery of deliveries) {
  const { name } = delivery
  const handOff = (asked: DeliveryRequest, bytes: Uint8Array) => {
    const files: Buffer[] = []
    const host = {
      sealedMemfd: (content: Uint8Array) => {
        files.push(Buffer.from(content))
        return 500 + files.length
      },
    }
    return { ...delivery.deliver(asked, new SecretValue(bytes), host), files }
  }
  const namesOf = (entries: readonly Uint8Array[]) =>
    entries.map(entry => Buffer.from(entry).toString('latin1').split('=')[0])

  test(`${name} has a name of its own and a line for the help`, () => {
    assert.match(name, /^[a-z]+$/)
    assert.match(delivery.summary, /^[a-z].*[^.]$/)
    assert.equal(deliveries.filter(other => other.name === name).length, 1)
  })

  test(`${name} sets exactly the variables that it has announced`, () => {
    fc.assert(
      fc.property(request, asked => {
        assert.deepEqual(namesOf(handOff(asked, Buffer.from('x')).entries), delivery.names(asked))
      }),
    )
  })

  test(`${name} makes entries that an environment can have`, () => {
    fc.assert(
      fc.property(request, asked => {
        for (const entry of handOff(asked, Buffer.from('x')).entries) {
          assert.ok(!entry.includes(0))
          assert.ok(entry.indexOf(0x3d) > 0)
        }
      }),
    )
  })

  test(`${name} hands over every byte, or refuses with kind 'data'`, () => {
    fc.assert(
      fc.property(request, fc.uint8Array({ maxLength: 5000 }), (asked, bytes) => {
        try {
          const { entries, files } = handOff(asked, bytes)
          const places = [...files, ...entries.map(entry => Buffer.from(entry))]
          assert.ok(places.some(place => place.includes(bytes)))
        } catch (error) {
          assert.ok(error instanceof ConfideError)
          assert.equal(error.kind, 'data')
        }
      }),
    )
  })

  test(`${name} takes a descriptor if and only if it says so`, () => {
    fc.assert(
      fc.property(request, asked => {
        const { descriptor } = handOff(asked, Buffer.from('x'))
        assert.equal(descriptor?.number, delivery.usesDescriptor ? asked.number : undefined)
      }),
    )
  })

  test(`${name} leaves the secret to the caller and prints none of it`, () => {
    const secret = new SecretValue(Buffer.from(canary))
    const asked = { variable: 'X', mode: 0o400, number: 20, paths: true, numbers: true }
    delivery.deliver(asked, secret, { sealedMemfd: () => 5 })
    assert.equal(
      secret.reveal(bytes => Buffer.from(bytes).toString()),
      canary,
    )
    for (const bytes of [Buffer.from(`${canary}\0`), Buffer.alloc(200_000, canary)]) {
      try {
        handOff(asked, bytes)
      } catch (error) {
        assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /horse/)
      }
    }
  })
}
