/** The terminal or pipes of a subcommand, played by a test. */
import type { CommandIo } from '../../src/commands/io.ts'

export interface PlayedIo extends CommandIo {
  readonly results: Buffer[]
  readonly said: string[]
  readonly questions: string[]
}

/** `typed` makes stdin a terminal, on which that is typed; `input` makes it a pipe. */
export function playIo(
  play: {
    input?: string | Uint8Array
    typed?: string
    outputIsTerminal?: boolean
    errorIsTerminal?: boolean
    outputIsShared?: boolean
  } = {},
): PlayedIo {
  const results: Buffer[] = []
  const said: string[] = []
  const questions: string[] = []
  return {
    inputIsTerminal: play.typed !== undefined,
    outputIsTerminal: play.outputIsTerminal ?? false,
    errorIsTerminal: play.errorIsTerminal ?? true,
    outputIsShared: play.outputIsShared ?? false,
    readAll: () => Promise.resolve(Buffer.from(play.input ?? '')),
    readHidden(question) {
      questions.push(question)
      return Promise.resolve(Buffer.from(play.typed ?? ''))
    },
    result: bytes => void results.push(Buffer.from(bytes)),
    say: line => void said.push(line),
    results,
    said,
    questions,
  }
}
