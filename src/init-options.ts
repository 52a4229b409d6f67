import { parseDuration } from './leaf/duration.ts'
import { type Option, options } from './leaf/options.ts'
import { signalNumber } from './leaf/signals.ts'
import { readFlag, type Source, wrong } from './sources.ts'

/**
 * Says what is wrong with the options that the spine alone acts on; throws 'usage'.
 *
 * native/options.c and native/policy.c refuse the same texts, and leave the words to us.
 */
export function checkInitOptions(sources: ReadonlyMap<string, Source>): void {
  for (const option of options) {
    const source = sources.get(option.name)
    if (option.role !== 'init' || source === undefined) continue
    if (option.kind === 'flag') readFlag(source)
    else for (const text of source.texts) checkText(option, text, source.label)
  }
}

function checkText({ kind, minimum = 0 }: Option, text: string, label: string): void {
  const refuse = (fault: string, hint: string) => wrong({ label, texts: [text] }, fault, hint)
  switch (kind) {
    case 'duration': {
      const duration = parseDuration(text)
      if (duration !== undefined && duration >= minimum / 1e6) return
      throw refuse('is not a duration', 'write 500ms, 30s, 5m or 1h, at most 24h')
    }
    case 'signal':
      if (signalNumber(text) !== undefined) return
      // Without the text: elsewhere -p takes a password.
      throw wrong(undefined, `what ${label} gives is no signal`, 'write TERM, 15 or RTMIN+3')
    case 'rewrite':
      if (text.split(',').every(isRewrite)) return
      throw refuse('is not SIGNAL:SIGNAL', 'write TERM:QUIT, 15:3, or TERM:0 to drop it')
    case 'status':
      if (text.split(',').every(piece => isNumber(piece, /^[0-9]{1,9}$/, 255))) return
      throw refuse('is no exit code', 'exit codes go from 0 to 255')
    case 'mask':
      if (isNumber(`0o${text}`, /^0o[0-7]{1,9}$/, 0o777)) return
      throw refuse('is not a umask', 'write it in octal, up to 777: 022')
    case 'user':
      if (/^[^:]+(?::[^:]+)?$/.test(text)) return
      throw refuse('is not USER or USER:GROUP', 'write 1000, 1000:1000 or names of the image')
    default:
      return
  }
}

function isRewrite(text: string): boolean {
  const [from = '', to = '', ...rest] = text.split(':')
  const isSignal = (name: string) => signalNumber(name) !== undefined
  return rest.length === 0 && isSignal(from) && (to === '0' || isSignal(to))
}

function isNumber(text: string, pattern: RegExp, most: number): boolean {
  return pattern.test(text) && Number(text) <= most
}
