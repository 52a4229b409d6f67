/** Key pairs and age files for tests. */
import { armor, Encrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'

export interface KeyPair {
  readonly identity: string
  readonly recipient: string
}

export async function keyPair(): Promise<KeyPair> {
  const identity = await generateX25519Identity()
  return { identity, recipient: await identityToRecipient(identity) }
}

export async function sealFor(
  text: string | Uint8Array,
  ...recipients: readonly string[]
): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return await encrypter.encrypt(text)
}

export async function sealWithPassphrase(text: string, passphrase: string): Promise<Uint8Array> {
  const encrypter = new Encrypter()
  encrypter.setScryptWorkFactor(8)
  encrypter.setPassphrase(passphrase)
  return await encrypter.encrypt(text)
}

export function armored(file: Uint8Array): string {
  return armor.encode(file)
}
