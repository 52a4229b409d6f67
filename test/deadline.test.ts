import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Deadline } from '../src/deadline.ts'

const never = new Promise<never>(() => {})

test('work that is done ends the wait, and nothing keeps the process alive', async () => {
  const deadline = Deadline.in(3_600_000)
  await deadline.wait(Promise.resolve())
  assert.equal(deadline.isOver, false)
  assert.equal(deadline.signal.aborted, false)
})

test('at the deadline the signal fires and the wait ends', async () => {
  const deadline = Deadline.in(10)
  const { signal } = deadline
  await deadline.wait(never)
  assert.equal(deadline.isOver, true)
  assert.equal(signal.aborted, true)
})

test('a signal that is asked for late has fired already', async () => {
  const deadline = Deadline.in(1)
  await deadline.wait(never)
  assert.equal(deadline.signal.aborted, true)
})

test('a deadline that lies behind us is over at once', async () => {
  const deadline = new Deadline(1n, 30_000)
  await deadline.wait(never)
  assert.equal(deadline.isOver, true)
})

test('who hears the signal may still finish', async () => {
  const deadline = Deadline.in(1)
  const { signal } = deadline
  let finished = false
  const work = new Promise<void>(resolve => {
    signal.addEventListener('abort', () => {
      finished = true
      resolve()
    })
  })
  await deadline.wait(work)
  assert.equal(finished, true)
})

test('the text names the whole time, not what was left of it', () => {
  assert.equal(new Deadline(0n, 30_000).text, '30 s')
})
