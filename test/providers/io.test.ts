import assert from 'node:assert/strict'
import { test } from 'node:test'
import { backoff, retry, retryAfter } from '../../src/providers/io/retry.ts'

const { signal } = new AbortController()

test('a wait is random, at most twice as long each time, and at most five seconds', () => {
  const longest = [1, 2, 3].map(tried => backoff(tried, 1))
  assert.deepEqual(longest, [200, 400, 800])
  assert.equal(backoff(3, 0), 0)
  assert.equal(backoff(30, 1), 5000)
})

test('there are four attempts, unless the outcome is final before', async () => {
  for (const final of [1, 2, 3, 4, 5]) {
    let attempts = 0
    const policy = { signal, random: () => 0, pause: () => (attempts < final ? 0 : undefined) }
    assert.equal(await retry(() => Promise.resolve(++attempts), policy), Math.min(final, 4))
  }
})

test('what is throttled is tried until the deadline', async () => {
  const controller = new AbortController()
  let attempts = 0
  const attempt = () => {
    if (++attempts === 50) controller.abort()
    return Promise.resolve('slow down')
  }
  const policy = { signal: controller.signal, random: () => 0, pause: () => 0 }
  await retry(attempt, { ...policy, isThrottled: () => true })
  assert.equal(attempts, 50)
})

test('the last outcome is what the caller gets, value or error', async () => {
  const policy = { signal, random: () => 0, pause: () => 0 }
  const error = new Error('always')
  await assert.rejects(
    retry(() => Promise.reject(error), policy),
    error,
  )
  const once = await retry(() => Promise.resolve('value'), { signal, pause: () => undefined })
  assert.equal(once, 'value')
})

test('the deadline ends the waiting at once', async () => {
  const controller = new AbortController()
  let attempts = 0
  const attempt = () => {
    attempts++
    controller.abort()
    return Promise.resolve('the one answer')
  }
  const policy = { signal: controller.signal, pause: () => 3_600_000 }
  assert.equal(await retry(attempt, policy), 'the one answer')
  assert.equal(attempts, 1)
})

test('Retry-After is seconds or a date, and nonsense is no wait', () => {
  const now = Date.parse('2026-01-01T00:00:00Z')
  assert.equal(retryAfter('3', now), 3000)
  assert.equal(retryAfter('Thu, 01 Jan 2026 00:00:05 GMT', now), 5000)
  for (const header of [undefined, '', 'soon', '-1', 'Thu, 01 Jan 1970 00:00:00 GMT', '1e9']) {
    assert.equal(retryAfter(header, now), 0)
  }
  for (const header of ['99999999', '9999999999', 'Thu, 01 Jan 2099 00:00:00 GMT']) {
    assert.equal(retryAfter(header, now), 86_400_000, 'a day, which a timer can wait')
  }
})
