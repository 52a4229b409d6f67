/** The signals of Linux by name, without SIG; the C table comes from here. */
export const signals: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  TRAP: 5,
  ABRT: 6,
  IOT: 6,
  BUS: 7,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
  STKFLT: 16,
  CHLD: 17,
  CLD: 17,
  CONT: 18,
  STOP: 19,
  TSTP: 20,
  TTIN: 21,
  TTOU: 22,
  URG: 23,
  XCPU: 24,
  XFSZ: 25,
  VTALRM: 26,
  PROF: 27,
  WINCH: 28,
  IO: 29,
  POLL: 29,
  PWR: 30,
  SYS: 31,
}

/** What programs mean by SIGRTMIN: the kernel's 32 and 33 are libc's own. */
const firstRealTime = 34
const lastSignal = 64

/**
 * The number of "TERM", "sigterm", "15", "RTMIN+3", "RTMAX-1" or "RT3", which is RTMIN+3.
 *
 * native/policy.c reads them in the same way.
 */
export function signalNumber(text: string): number | undefined {
  const number = /^\d{1,9}$/.test(text)
    ? Number(text)
    : named(text.toUpperCase().replace(/^SIG/, ''))
  return number !== undefined && number >= 1 && number <= lastSignal ? number : undefined
}

function named(name: string): number | undefined {
  if (Object.hasOwn(signals, name)) return signals[name]
  if (name === 'RTMAX') return lastSignal
  const fromEnd = /^RTMAX-(\d{1,9})$/.exec(name)?.[1]
  const fromStart = name === 'RTMIN' ? '0' : /^RT(?:MIN\+)?(\d{1,9})$/.exec(name)?.[1]
  const number =
    fromEnd === undefined ? firstRealTime + Number(fromStart) : lastSignal - Number(fromEnd)
  return number >= firstRealTime ? number : undefined
}
