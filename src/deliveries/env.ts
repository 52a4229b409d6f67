import { Buffer } from 'node:buffer'
import { ConfideError } from '../leaf/errors.ts'
import type { Delivery } from './delivery.ts'

/** MAX_ARG_STRLEN of the kernel: 32 pages for one entry with its NUL (fs/exec.c). */
export const longestEntry = 131_072

/** The secret itself as a variable, for programs that can't read files. */
export const env: Delivery = {
  name: 'env',
  summary: 'a variable with the secret itself, in the command only',
  usesDescriptor: false,

  names: ({ variable, name }) => [name ?? variable],

  deliver({ variable, name }, value) {
    return value.reveal(bytes => {
      if (bytes.includes(0)) {
        throw new ConfideError('the secret holds a NUL, which no variable can', {
          kind: 'data',
          hint: 'deliver it with ?as=fd',
        })
      }
      const head = Buffer.from(`${name ?? variable}=`)
      const size = head.length + bytes.length
      if (size + 1 > longestEntry) {
        throw new ConfideError(`a secret of ${bytes.length} bytes is too long for a variable`, {
          kind: 'data',
          hint: 'deliver it with ?as=fd',
        })
      }
      // Not from Buffer's shared pool: the entry is overwritten once it has been handed over.
      const entry = new Uint8Array(size)
      entry.set(head)
      entry.set(bytes, head.length)
      return { entries: [entry] }
    })
  },
}
