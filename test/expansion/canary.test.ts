import assert from 'node:assert/strict'
import { test } from 'node:test'
import { inspect } from 'node:util'
import { app } from './expand.ts'

const canary = 'hunter2-canary'

/** Names that try to get into a message, and values that are wrong in each way. */
const hostile: string[] = [
  `{"${canary}":null}`,
  `{"${canary}${'x'.repeat(60)}":null}`,
  `{"${'y'.repeat(65)}":null,"a":"${canary}"}`,
  `{"ld_preload${'x'.repeat(60)}":"${canary}"}`,
  `{"${'z'.repeat(300)}":"${canary}"}`,
  `{"\\n${'x'.repeat(64)}":"\\ud800${canary}"}`,
  `{"${'x'.repeat(64)}":"${canary}","${'X'.repeat(64)}":"${canary}"}`,
  `{"a":"${canary}"`,
  `"${canary}"`,
  `{"a":"${canary}","a":"${canary}"}`,
  `{"path":"${canary}"}`,
  `{"1":"${canary}"}`,
  `{"\\u001b[31m${canary}":null}`,
]
for (const [at, json] of hostile.entries()) {
  for (const options of ['prefix=', 'prefix=A_', 'prefix=&as=fd', 'prefix=A_&decode=base64']) {
    test(`hostile secret ${at} with ${options} shows no value, and no long name`, () => {
      const { expanded, lines, errors } = app(json, options, `A_${'X'.repeat(64)}=1`)
      const told = [...lines, inspect(expanded.failures, { depth: Infinity, showHidden: true })]
      assert.ok(!told.join('\n').includes(canary))
      // A short name may be told, as the variable that it makes.
      assert.doesNotMatch(told.join('\n').replaceAll('HUNTER2_CANARY', ''), /HUNTER2|\x1b|\w{65}/)
      assert.ok(errors.every(error => error.includes('cannot expand APP from path:/app: ')))
    })
  }
}
