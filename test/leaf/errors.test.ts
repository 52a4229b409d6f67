import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { ConfideError, exitCodeOf, reduceCause } from '../../src/leaf/errors.ts'

const canary = 'correct horse battery staple'

test('an error has a kind, and a hint only if one was given', () => {
  const plain = new ConfideError('no such file', { kind: 'missing' })
  assert.equal(plain.message, 'no such file')
  assert.equal(plain.kind, 'missing')
  assert.equal(plain.hint, undefined)
  assert.ok(!('hint' in plain))
  assert.ok(!('cause' in plain))
  assert.equal(new ConfideError('x', { kind: 'data', hint: 'y' }).hint, 'y')
})

test('the exit code is that of the kind', () => {
  assert.equal(exitCodeOf(new ConfideError('x', { kind: 'permission' }).kind), 77)
})

/** What SDKs throw: everything about the request and the answer hangs on the error. */
function sdkError(): Error {
  return Object.assign(new Error(`denied: ${canary}`), {
    name: 'AccessDeniedException',
    code: 'EACCES',
    request: { headers: { authorization: canary } },
    response: { status: 403, data: canary, headers: { 'set-cookie': canary } },
    $metadata: { requestId: '1f2e-3d', httpStatusCode: 403 },
  })
}

test('a cause is reduced to name, code, status and request id', () => {
  assert.deepEqual(reduceCause(sdkError()), {
    name: 'AccessDeniedException',
    code: 'EACCES',
    status: 403,
    requestId: '1f2e-3d',
  })
})

test('no printer finds a secret in an error with such a cause', () => {
  const error = new ConfideError('permission denied', { kind: 'permission', cause: sdkError() })
  assert.doesNotMatch(inspect(error, { depth: Infinity, showHidden: true }), /horse/)
  assert.doesNotMatch(JSON.stringify(error), /horse/)
})

test('a sentence in the place of a code is not kept', () => {
  assert.deepEqual(reduceCause({ name: canary, code: `x ${canary}`, statusCode: 500 }), {
    name: 'Error',
    status: 500,
  })
})

for (const cause of ['text', 12, null, undefined]) {
  test(`a cause that is ${String(cause)} gives only its type`, () => {
    assert.deepEqual(reduceCause(cause), { name: typeof cause })
  })
}
