import { existsSync } from 'node:fs'
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
