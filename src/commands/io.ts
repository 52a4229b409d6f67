import { fstatSync } from 'node:fs'
import { isatty, type ReadStream } from 'node:tty'
import { print, write } from '../leaf/terminal.ts'

/** The terminal, or the pipes, that a subcommand talks to. */
export interface CommandIo {
  readonly inputIsTerminal: boolean
  readonly outputIsTerminal: boolean
  readonly errorIsTerminal: boolean
  /** Whether stdout is a file that others than its owner can read. */
  readonly outputIsShared: boolean
  /** All of stdin. */
  readAll(): Promise<Buffer>
  /** What is typed, unseen, until `end`: a line, or everything up to Ctrl-D. */
  readHidden(question: string, end: 'line' | 'text'): Promise<Buffer>
  /** Results, to stdout. */
  result(bytes: Uint8Array): void
  /** Everything else, to stderr, as a line. */
  say(line: string): void
}

export function processIo(): CommandIo {
  return {
    inputIsTerminal: isatty(0),
    outputIsTerminal: isatty(1),
    errorIsTerminal: isatty(2),
    get outputIsShared() {
      const stats = fstatSync(1)
      return stats.isFile() && (stats.mode & 0o077) !== 0
    },
    readAll: async () => await collect(process.stdin),
    readHidden: (question, end) => readHidden(process.stdin as ReadStream, question, end),
    result: print,
    say(line) {
      write(2, `${line}\n`)
    },
  }
}

async function collect(input: NodeJS.ReadStream): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of input as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** What the keys of a terminal in raw mode stand for. */
const keys = { interrupt: 0x03, end: 0x04, backspace: 0x7f, eraseLine: 0x15, enter: 0x0d }
const newline = 0x0a

async function readHidden(
  input: ReadStream,
  question: string,
  end: 'line' | 'text',
): Promise<Buffer> {
  // Before the question: what is typed as soon as it shows must not echo.
  input.setRawMode(true)
  write(2, question)
  try {
    return Buffer.from(await typed(input, end))
  } finally {
    input.setRawMode(false)
    input.pause()
    write(2, '\n')
  }
}

async function typed(input: ReadStream, end: 'line' | 'text'): Promise<number[]> {
  const bytes: number[] = []
  for await (const chunk of input.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    for (const byte of chunk) {
      if (byte === keys.end || (byte === keys.enter && end === 'line')) return bytes
      if (byte === keys.interrupt) await interrupt(input)
      edit(bytes, byte)
    }
  }
  return bytes
}

function edit(bytes: number[], byte: number): void {
  if (byte === keys.backspace) eraseCharacter(bytes)
  else if (byte === keys.eraseLine) bytes.length = bytes.lastIndexOf(newline) + 1
  else bytes.push(byte === keys.enter ? newline : byte)
}

/** A character of UTF-8 is one byte and the continuation bytes (10xxxxxx) behind it. */
function eraseCharacter(bytes: number[]): void {
  while (((bytes.at(-1) ?? 0) & 0xc0) === 0x80) bytes.pop()
  bytes.pop()
}

/** In raw mode the terminal sends no SIGINT by itself; whoever waits for us has to see one. */
async function interrupt(input: ReadStream): Promise<never> {
  input.setRawMode(false)
  process.kill(process.pid, 'SIGINT')
  return await new Promise<never>(() => {})
}
