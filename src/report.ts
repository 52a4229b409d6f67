import { Concealed, type Origin } from './leaf/concealed.ts'
import { ConfideError, exitCodeOf } from './leaf/errors.ts'
import type { SecretValue } from './leaf/secret.ts'
import { printable, write } from './leaf/terminal.ts'

/** What confide says while it works; all of it on stderr, none of it a secret. */
export interface Log {
  /** Something that the user should know. */
  readonly warn: (message: string) => void
  /** Something that --verbose asks for. */
  readonly debug: (message: string) => void
}

/** The secrets and credentials of this run. A process has one run, and any error may end it. */
const concealed = new Concealed()

/** From now on nothing that is printed shows `secret`, which is not to be disposed of. */
export function conceal(secret: SecretValue, origin: Origin = 'secret'): void {
  concealed.add(secret, origin)
}

/** Secrets that occur in the texts that `read` gives are no longer concealed: all know them. */
export function standsInPlain(read: () => readonly string[]): void {
  concealed.standsInPlain(read)
}

/** Overwrites what is concealed: there is nothing more to print. */
export function forgetConcealed(): void {
  concealed.forget()
}

/**
 * The text with `[secret]` in all places that show something concealed.
 *
 * No message holds a secret in the first place. This is for the day on which one does. What
 * stands in plain anyway, and words of our own sentences, stay: see `Concealed` and `Forms`.
 */
export function redact(text: string): string {
  let result = ''
  let done = 0
  for (const [start, end] of concealed.placesIn(text)) {
    if (start >= done) result += `${text.slice(done, start)}[secret]`
    done = Math.max(done, end)
  }
  return result + text.slice(done)
}

export function makeLog(verbose: number): Log {
  return {
    warn: message => say('warning', message),
    debug: message => {
      if (verbose > 0) say('debug', message)
    },
  }
}

/**
 * Prints all errors, each with its hint, and returns the exit code: that of the first one.
 *
 * A hint that several errors in a row share is printed once, behind the last of them.
 */
export function report(errors: readonly ConfideError[]): number {
  const lines: string[] = []
  for (const [at, { message, hint }] of errors.entries()) {
    lines.push(lineOf('error', message))
    if (hint !== undefined && hint !== errors[at + 1]?.hint) lines.push(lineOf('hint', hint))
  }
  // In one piece: there can be a thousand, and little time after the deadline.
  write(2, lines.join(''))
  return exitCodeOf(errors[0]?.kind ?? 'bug')
}

/** Any error as one that can be shown; the message of a foreign one could quote a secret. */
export function asConfideError(error: unknown): ConfideError {
  if (error instanceof ConfideError) return error
  const name = error instanceof Error ? error.name : typeof error
  return new ConfideError(`a fault in confide: ${name}${placeOf(error)}`, {
    kind: 'bug',
    hint: 'please report it with this line and the output of confide --version --json',
    cause: error,
  })
}

function say(kind: 'warning' | 'debug', message: string): void {
  write(2, lineOf(kind, message))
}

function lineOf(kind: 'error' | 'hint' | 'warning' | 'debug', message: string): string {
  return `confide: ${kind}: ${printable(redact(message))}\n`
}

/** The first place in our own code, which says where to look and holds no data. */
function placeOf(error: unknown): string {
  const stack = error instanceof Error ? (error.stack ?? '') : ''
  const [, place] = /\n\s+at .*?([\w.-]+:\d+:\d+)\)?(?:\n|$)/.exec(stack) ?? []
  return place === undefined ? '' : ` at ${place}`
}
