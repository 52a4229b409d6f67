import { existsSync } from 'node:fs'
import { readCustomaryFile } from '../io/settings-file.ts'
import type { FetchContext } from '../provider.ts'

/** The paths of the AWS CLI's two files, whether they exist or not. */
export interface SharedFiles {
  readonly config: string
  readonly credentials: string
}

/** Source: "Location of the shared config and credentials files" in the AWS SDKs reference. */
export function sharedFiles(context: FetchContext): SharedFiles {
  const home = context.variable('HOME') ?? ''
  return {
    config: context.variable('AWS_CONFIG_FILE') || `${home}/.aws/config`,
    credentials: context.variable('AWS_SHARED_CREDENTIALS_FILE') || `${home}/.aws/credentials`,
  }
}

export function existing({ config, credentials }: SharedFiles): boolean {
  return existsSync(config) || existsSync(credentials)
}

/** The text of both, read by us: the SDK takes what it may not read for what is not there. */
export async function readSharedFiles(context: FetchContext): Promise<string> {
  const { config, credentials } = sharedFiles(context)
  const { signal } = context
  const texts = [
    await readCustomaryFile(config, 'AWS_CONFIG_FILE', signal),
    await readCustomaryFile(credentials, 'AWS_SHARED_CREDENTIALS_FILE', signal),
  ]
  return texts.map(text => text ?? '').join('\n')
}

/** What each way to get credentials begins with. */
const credentialKey =
  /^\s*(?:aws_access_key_id|aws_secret|role_arn|source_profile|credential_|web_id|sso_|login_)/

/** Whether the profile `default` was meant to give credentials, be it wrongly. */
export function setsUpDefault(text: string): boolean {
  let isDefault = false
  for (const line of text.split('\n')) {
    const [, section] = /^\s*\[\s*(?:profile\s+)?([^\]]*?)\s*\]/.exec(line) ?? []
    if (section !== undefined) isDefault = section === 'default'
    else if (isDefault && credentialKey.test(line)) return true
  }
  return false
}
