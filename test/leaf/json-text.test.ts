import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { memberNames } from '../../src/leaf/json-text.ts'

const texts: [text: string, names: string[]][] = [
  ['{}', []],
  [' { } ', []],
  ['{"a":1}', ['a']],
  ['{"b":1,"a":2}', ['b', 'a']],
  ['{"10":1,"2":2,"a":3,"1":4}', ['10', '2', 'a', '1']],
  ['{"a":1,"a":2}', ['a', 'a']],
  ['{"":0}', ['']],
  ['{"__proto__":0,"constructor":1}', ['__proto__', 'constructor']],
  ['{"a":{"b":1,"c":[{"d":2},"e"]},"f":["g","h"],"i":"j"}', ['a', 'f', 'i']],
  ['{"a\\"b":"}","c\\\\":"{","\\u0064":","}', ['a"b', 'c\\', 'd']],
  ['{"a":"\\\\","b":"\\\\\\""}', ['a', 'b']],
  ['{ "a" : [ ] , "b" : { } , "c" : "x" }', ['a', 'b', 'c']],
]
for (const [text, names] of texts) {
  test(`${text} has the members ${names.join(', ') || 'none'}`, () => {
    assert.deepEqual(memberNames(text), names)
  })
}

test('for any object, its names as they were written, however deep its values are', () => {
  const names = fc.uniqueArray(fc.string({ unit: 'binary' }), { maxLength: 8 })
  fc.assert(
    fc.property(names, fc.array(fc.jsonValue()), fc.boolean(), (given, values, isWide) => {
      const members = given.map((name, at) => {
        const value = JSON.stringify(values[at] ?? null, null, isWide ? 2 : 0)
        return `${JSON.stringify(name)}${isWide ? ' : ' : ':'}${value}`
      })
      const text = `{${members.join(isWide ? ' ,\n' : ',')}}`
      assert.deepEqual(memberNames(text), given)
      assert.deepEqual([...memberNames(text)].sort(), Object.keys(JSON.parse(text)).sort())
    }),
  )
})
