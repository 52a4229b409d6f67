import type { SecureContext } from 'node:tls'
import { ConfideError } from '../../leaf/errors.ts'
import { pinnedRoots } from '../io/pinned-roots.ts'
import { trustExtraRoots } from '../io/roots.ts'
import { readSettingsFile } from '../io/settings-file.ts'
import type { FetchContext } from '../provider.ts'
import type { Lookup } from './settings.ts'

/** Which servers are believed. */
export interface Trust {
  readonly verify: boolean
  readonly secureContext?: SecureContext
  readonly serverName?: string
}

/**
 * What the TLS variables ask for.
 *
 * VAULT_CACERT and VAULT_CACERT_BYTES replace the default roots, as in Vault's own clients: who
 * names the one authority that signs the server wants no other one believed. Without them Node's
 * roots hold, with those of NODE_EXTRA_CA_CERTS and the like added.
 */
export async function trustFrom(lookup: Lookup, context: FetchContext): Promise<Trust> {
  const serverName = lookup('TLS_SERVER_NAME')?.value
  const common = { ...(serverName !== undefined && { serverName }) }
  if (skipsVerification(lookup, context)) return { ...common, verify: false }
  const pinned = await namedRoots(lookup, context)
  if (pinned !== undefined) return { ...common, verify: true, secureContext: pinned }
  await trustExtraRoots(context)
  return { ...common, verify: true }
}

function skipsVerification(lookup: Lookup, context: FetchContext): boolean {
  const setting = lookup('SKIP_VERIFY')
  if (setting === undefined) return false
  const { variable, value } = setting
  // The spellings that Go's strconv.ParseBool takes, and so Vault's own clients.
  if (/^(0|f|F|false|FALSE|False)$/.test(value)) return false
  if (/^(1|t|T|true|TRUE|True)$/.test(value)) {
    context.warn(`${variable}: the server's certificate is not verified, anyone may answer for it`)
    return true
  }
  throw new ConfideError(`${variable} is neither true nor false`, {
    kind: 'configuration',
    hint: 'leave it out: certificates are verified',
  })
}

async function namedRoots(
  lookup: Lookup,
  context: FetchContext,
): Promise<SecureContext | undefined> {
  const bytes = lookup('CACERT_BYTES')
  const file = lookup('CACERT')
  const setting = bytes ?? file
  if (setting === undefined) return undefined
  const { variable, value } = setting
  const ca = bytes ? value : await readSettingsFile(value, variable, context.signal)
  return await pinnedRoots(ca, variable)
}
