import { leave, readDescriptor, readInbox, sealedMemfd, send } from './native.ts'
import { type Inbox, parseInbox } from './inbox.ts'
import { composeLaunch, nowhere, sendLaunch } from './launch.ts'
import { endHelpers } from './providers/io/started-programs.ts'
import { asConfideError, forgetConcealed, report } from './report.ts'
import { resolveAll } from './resolution.ts'
import type { Given } from './sources.ts'

/** argv → environ → references → plan → fetch → deliver → launch. */
async function resolve(inbox: Inbox): Promise<number> {
  const given = await readOptions(inbox)
  const resolution = await resolveAll({ inbox, given, readDescriptor })
  const host = resolution.failures.length === 0 ? { sealedMemfd } : nowhere
  const { launch, failures } = composeLaunch(resolution, inbox, process.ppid, host)
  if (failures.length > 0) return report(failures.map(failure => failure.error))
  sendLaunch(launch, inbox.socket, { sealedMemfd, send })
  return 0
}

/** Commander takes longer to load than most runs to resolve: only if there is something to read. */
async function readOptions(inbox: Inbox): Promise<Given> {
  const words = inbox.words.slice(0, inbox.operand - 1)
  if (words.every(word => word === '--')) return new Map()
  return await (await import('./cli.ts')).parseOptions(words)
}

async function runCommandLine(inbox: Inbox): Promise<number> {
  const { runCommandLine: run } = await import('./cli.ts')
  return await run(inbox.words, { inbox, readDescriptor, sealedMemfd })
}

async function run(): Promise<number> {
  try {
    const inbox = parseInbox(readInbox())
    return await (process.env['CONFIDE_MODE'] === 'cli' ? runCommandLine(inbox) : resolve(inbox))
  } catch (error) {
    return report([asConfideError(error)])
  }
}

/** What nobody waited for: Node would print the error with all that it holds. */
process.on('uncaughtException', error => {
  const status = report([asConfideError(error)])
  endHelpers()
  process.exit(status)
})

async function main(): Promise<void> {
  const status = await run()
  forgetConcealed()
  // After a success it may be an agent, started on purpose.
  if (status !== 0) endHelpers()
  try {
    const { default: manifest } = await import('confide:manifest')
    manifest.leaving?.()
    leave(status)
  } catch {
    // Not in the one file, so there is nobody to be fast for.
    process.exit(status)
  }
}

void main()
