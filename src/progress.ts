import { fstatSync } from 'node:fs'
import { write } from './leaf/terminal.ts'
import type { Plan } from './plan.ts'

/** What is faster needs no words. */
const patience = 500

/** Says on a terminal what is being waited for, and takes it back when it came. */
export function watchProgress(plan: Plan): { stop(): void } {
  if (plan.providers.length === 0 || !mayBeTerminal()) return { stop: () => {} }
  let isShown = false
  const show = async () => {
    const { isatty } = await import('node:tty')
    if (!isatty(2)) return
    write(2, `confide: waiting for ${plan.providers.join(', ')} …`)
    isShown = true
  }
  const timer = setTimeout(() => void show(), patience)
  return {
    stop: () => {
      clearTimeout(timer)
      if (isShown) write(2, '\r\u001b[K')
      isShown = false
    },
  }
}

/** node:tty takes a millisecond to load; in a container this says no without it. */
function mayBeTerminal(): boolean {
  try {
    return fstatSync(2).isCharacterDevice()
  } catch {
    return false
  }
}
