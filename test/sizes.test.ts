import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'

const root = new URL('..', import.meta.url).pathname

const patterns = [
  'src/**/*.ts',
  'native/**/*.{c,h,S}',
  'scripts/**/*.{ts,mjs,cjs}',
  'test/**/*.{ts,c}',
]
const files = patterns
  .flatMap(pattern => globSync(pattern, { cwd: root }))
  .filter(path => !path.includes('/build/') || path.startsWith('scripts/'))
  .sort()
  .map(path => ({
    path,
    lines: readFileSync(join(root, path), 'utf8').replace(/\n$/, '').split('\n'),
  }))

/** A tab is as wide as four letters: Linux's eight would count indentation, not text. */
const widthOf = (line: string) => [...line.replaceAll('\t', '    ')].length

/** Functions, methods and arrow functions with a body of lines, of TypeScript. */
const inTypeScript = [
  /^(\s*)(?:export )?(?:async )?function\b/,
  /^(\s*)(?!.*\b(?:if|for|while|switch|catch) \()(?:(?:static|get|async) )*[#\w]+\([^=]*\{$/,
  /^(\s*).*=> \{$/,
]

/** Names in the first column, with the brace of the body in the first column as well. */
const inC = [/^()(?!typedef|struct|enum|union|#)[a-zA-Z_][^=;]*$/]

/** The first lines of functions, with the number of lines up to the brace in their column. */
function functionsIn(path: string, lines: readonly string[]) {
  const starts = /\.[ch]$/.test(path) ? inC : inTypeScript
  const found: { name: string; length: number }[] = []
  for (const [at, line] of lines.entries()) {
    const indent = starts.map(start => start.exec(line)?.[1]).find(found => found !== undefined)
    if (indent === undefined) continue
    const isEnd = (other: string) => other.startsWith(`${indent}}`) && /^\s*\}[),;]*$/.test(other)
    const end = lines.findIndex((other, index) => index > at && isEnd(other))
    if (end > at) found.push({ name: line.trim(), length: end - at + 1 })
  }
  return found
}

for (const { path, lines } of files) {
  test(`${path} has at most 400 lines, of at most 100 columns`, () => {
    assert.ok(lines.length <= 400, `${lines.length} lines`)
    for (const [at, line] of lines.entries()) {
      assert.ok(widthOf(line) <= 100, `line ${at + 1} has ${widthOf(line)} columns`)
    }
  })

  test(`${path} has no function of more than 70 lines`, () => {
    for (const { name, length } of functionsIn(path, lines)) {
      assert.ok(length <= 70, `${name} has ${length} lines`)
    }
  })

  test(`${path} has a name that says what is in it`, () => {
    assert.doesNotMatch(
      path,
      /(^|[/.-])(utils?|helpers?|managers?|misc|common|handlers?\d)([/.-]|$)/,
    )
  })
}

test('half of the files have at most 120 lines', () => {
  const sizes = files.filter(({ path }) => path.startsWith('src/')).map(({ lines }) => lines.length)
  const median = sizes.sort((a, b) => a - b)[Math.floor(sizes.length / 2)] ?? 0
  assert.ok(median <= 120, `${median} lines`)
})

test('the guard finds functions', () => {
  const count = (path: string) => {
    const file = files.find(candidate => candidate.path === path)
    return functionsIn(path, file?.lines ?? []).length
  }
  assert.ok(count('src/plan.ts') >= 8)
  assert.ok(count('src/leaf/secret.ts') >= 9)
  assert.ok(count('native/resolve.c') >= 12)
})
