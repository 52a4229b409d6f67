import { Buffer } from 'node:buffer'
import type { DeliveryRequest } from '../plan.ts'
import type { Delivery } from './delivery.ts'

/** A sealed memory file, which the command inherits and finds by the path in NAME_FILE. */
export const fd: Delivery = {
  name: 'fd',
  summary: 'a sealed memory file; NAME_FILE holds its path',
  usesDescriptor: true,

  names: request => variablesFor(request).map(([name]) => name),

  deliver(request, value, host) {
    const { mode, owner, number } = request
    const descriptor = value.reveal(bytes =>
      host.sealedMemfd(bytes, mode, owner?.uid ?? -1, owner?.gid ?? -1),
    )
    return {
      entries: variablesFor(request).map(([name, text]) => Buffer.from(`${name}=${text}`)),
      descriptor: { number, fd: descriptor },
    }
  },
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
