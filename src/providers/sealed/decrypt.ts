import type { Decrypter } from 'age-encryption'
import { ConfideError } from '../../leaf/errors.ts'
import { type Identities, wrongIdentity } from './identity.ts'
import { collect, streamOf } from './streams.ts'

const magic = 'age-encryption.org/v1\n'
const armorStart = '-----BEGIN AGE ENCRYPTED FILE-----'

/** The plaintext of an age file, binary or armored. No message quotes a byte of either. */
export async function decrypt(file: Buffer, identities: Identities): Promise<Buffer> {
  const { Decrypter, armor } = await import('age-encryption')
  const decrypter = new Decrypter()
  addIdentities(decrypter, identities)
  let stanzas: readonly string[] | undefined
  decrypter.addIdentity({
    // Identities are tried in order, so this last one is asked only when no other one matched.
    unwrapFileKey(offered) {
      stanzas = offered.map(({ args }) => args[0] ?? '')
      return null
    },
  })
  try {
    const plaintext = await decrypter.decrypt(streamOf(binaryOf(file, armor.decode)))
    return await collect(plaintext)
  } catch (error) {
    if (error instanceof ConfideError) throw error
    throw stanzas === undefined ? damaged() : noMatch(stanzas, identities.source)
  }
}

function addIdentities(decrypter: Decrypter, { source, keys }: Identities): void {
  for (const [index, key] of keys.entries()) {
    try {
      decrypter.addIdentity(key)
    } catch {
      throw wrongIdentity(`${source}: identity ${index + 1} is mistyped or cut off`)
    }
  }
}

function binaryOf(file: Buffer, unarmor: (text: string) => Uint8Array): Uint8Array {
  if (file.subarray(0, magic.length).equals(Buffer.from(magic))) return file
  const text = file.toString('latin1').trimStart()
  if (text.startsWith(armorStart)) return unarmor(text)
  throw new ConfideError('it is not an age file', {
    kind: 'data',
    hint: 'make one with: confide seal --recipient age1… --output FILE',
  })
}

function damaged(): ConfideError {
  return new ConfideError('the age file is damaged or cut off', {
    kind: 'data',
    hint: 'seal it again, or copy it again as binary',
  })
}

/** Types of recipients that no identity of ours can ever match; others are not worth a word. */
function noMatch(stanzas: readonly string[], source: string): ConfideError {
  if (stanzas.every(type => type === 'scrypt')) {
    return new ConfideError('it is locked with a passphrase', {
      kind: 'data',
      hint: 'confide never asks: seal it for a recipient instead, such as age1…',
    })
  }
  const usable = stanzas.some(type => type === 'X25519' || type === 'mlkem768x25519')
  return new ConfideError('no identity opens it', {
    kind: 'permission',
    hint: usable
      ? `it was sealed for other recipients than the identity from ${source}`
      : 'it was sealed only for ssh or plugin recipients, which confide does not support',
  })
}
