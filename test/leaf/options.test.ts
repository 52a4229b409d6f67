import assert from 'node:assert/strict'
import { test } from 'node:test'
import { deliveries } from '../../src/deliveries/index.ts'
import { help } from '../../src/help.ts'
import { options, reservedSubcommands, subcommands } from '../../src/leaf/options.ts'
import { subcommands as implemented } from '../../src/commands/index.ts'

const unique = (values: readonly unknown[]) => new Set(values).size === values.length

test('names, letters and variables are each used once', () => {
  assert.ok(unique(options.map(option => option.name)))
  assert.ok(unique(options.flatMap(option => option.letter ?? [])))
  assert.ok(unique(options.flatMap(option => option.variable ?? [])))
})

test('the variable of an option is its name behind CONFIDE_', () => {
  for (const { name, variable } of options) {
    if (variable === undefined) continue
    assert.equal(variable, `CONFIDE_${name.toUpperCase().replaceAll('-', '_')}`)
  }
})

test('all but those for the command line alone have a variable', () => {
  for (const { name, role, variable } of options) {
    assert.equal(variable === undefined, role === 'cli', name)
  }
})

test('an option with a value has a placeholder, a flag has none', () => {
  for (const { name, kind, placeholder } of options) {
    assert.equal(placeholder === undefined, kind === 'flag', name)
  }
})

test('the choices of --deliver are the deliveries', () => {
  const choices = options.find(option => option.name === 'deliver')?.choices ?? []
  assert.deepEqual([...choices].sort(), deliveries.map(delivery => delivery.name).sort())
})

test('the help names every option with its letter and placeholder', () => {
  for (const { name, letter, placeholder } of options) {
    const value = placeholder === undefined ? '' : ` ${placeholder.replaceAll('…', '...')}`
    const flag = name === 'json' ? '--json' : `--${name}${value}`
    assert.ok(help.includes(letter === undefined ? flag : `-${letter}, ${flag}`), name)
  }
})

test('every subcommand that is promised is implemented, and no reserved one is', () => {
  const names = [...implemented.map(command => command.name), 'help']
  assert.deepEqual(names.sort(), [...subcommands].sort())
  for (const name of reservedSubcommands) assert.ok(!names.includes(name))
})

test('the reserved names are frozen', () => {
  assert.deepEqual(
    [...reservedSubcommands].sort(),
    ['agent', 'copy', 'doctor', 'explain', 'harden', 'providers', 'renew', 'webhook'].sort(),
  )
})
