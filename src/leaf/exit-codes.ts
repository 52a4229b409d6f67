/**
 * Why confide ends without starting the command, as numbers that scripts and CI can tell apart.
 *
 * 64-78 follow sysexits.h, 126 and 127 what shells use. The C half reads the same table
 * (native/tables.h is generated from it), and so does the manual.
 */
export const exitCodes = {
  /** The command line, or a CONFIDE_* variable, is wrong. */
  usage: 64,
  /** A reference is wrong, or a secret's bytes can't be used as asked. */
  data: 65,
  /** The secret, or a file that was named, does not exist. */
  missing: 66,
  /** The provider can't be reached. */
  unavailable: 69,
  /** A fault in confide. */
  bug: 70,
  /** A system call failed. */
  system: 71,
  /** The deadline passed, or the provider asks to come back later. */
  temporary: 75,
  /** The provider refused who we are, or what we may read. */
  permission: 77,
  /** Settings contradict each other or the system's limits. */
  configuration: 78,
  /** The command was found but can't be executed. */
  'not executable': 126,
  /** The command was not found. */
  'not found': 127,
} as const

/** The classes of failure that TypeScript code may raise; the exec failures are the spine's. */
export type FailureKind = Exclude<keyof typeof exitCodes, 'not executable' | 'not found'>

export function exitCodeOf(kind: FailureKind): number {
  return exitCodes[kind]
}
