import { check } from './check.ts'
import type { Subcommand } from './command.ts'

export const subcommands: readonly Subcommand[] = [check]
