import { Buffer } from 'node:buffer'
import { ConfideError } from '../leaf/errors.ts'
import type { DeliveryRequest } from '../plan.ts'
import type { Delivery, DeliveryHost } from './delivery.ts'

/** A sealed memory file, which the command inherits and finds by the path in NAME_FILE. */
export const fd: Delivery = {
  name: 'fd',
  summary: 'a sealed memory file; NAME_FILE holds its path',
  usesDescriptor: true,

  names: request => variablesFor(request).map(([name]) => name),

  deliver(request, value, host) {
    const descriptor = value.reveal(bytes => makeFile(bytes, request, host))
    return {
      entries: variablesFor(request).map(([name, text]) => Buffer.from(`${name}=${text}`)),
      descriptor: { number: request.number, fd: descriptor },
    }
  },
}

function makeFile(bytes: Uint8Array, request: DeliveryRequest, host: DeliveryHost): number {
  const { mode, owner } = request
  if (owner === undefined) return host.sealedMemfd(bytes, mode, -1, -1)
  const { uid, gid } = owner
  try {
    return host.sealedMemfd(bytes, mode, uid, gid ?? -1)
  } catch {
    // What fails without an owner, too, is not the owner's fault, and says so itself.
    host.sealedMemfd(bytes, mode, -1, -1)
    throw new ConfideError(`owner=${gid === undefined ? uid : `${uid}:${gid}`} needs root`, {
      kind: 'configuration',
      hint: 'start confide as root, which may give files away, or leave owner= and --user out',
    })
  }
}

/** The path where it can be opened, and the number where that is wanted or all there is. */
function variablesFor(request: DeliveryRequest): [name: string, value: string][] {
  const { number, paths, numbers } = request
  const name = request.name ?? withSuffix(request.variable)
  const variables: [string, string][] = []
  if (paths) variables.push([name, `/proc/self/fd/${number}`])
  if (numbers) variables.push([`${name.replace(/_FILE$/, '')}_FD`, String(number)])
  return variables
}

/** Programs look for NAME_FILE; a variable that is named so already is what they look for. */
function withSuffix(variable: string): string {
  return variable.endsWith('_FILE') ? variable : `${variable}_FILE`
}
