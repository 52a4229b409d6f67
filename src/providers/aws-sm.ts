import { awsVariables, credentialVariables } from './aws/environment.ts'
import { readInGroups } from './aws/groups.ts'
import { parseSecret, secretMarkers, secretOptions } from './aws/secret-id.ts'
import { SecretReader } from './aws/secrets.ts'
import type { Provider } from './provider.ts'

/** Secrets of AWS Secrets Manager. */
export const awsSm: Provider = {
  name: 'aws-sm',
  summary: 'a secret of AWS Secrets Manager',
  markers: secretMarkers,
  options: secretOptions,
  examples: [
    'aws-sm:prod/database',
    'aws-sm:prod/database#password',
    'aws-sm:prod/database#password?region=eu-west-1&version-stage=AWSPREVIOUS',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/database-AbCdEf#password',
    'arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/database-AbCdEf:password::',
  ],
  bootstrap: [],
  credentials: credentialVariables,
  variables: awsVariables,

  parse: parseSecret,

  async fetch(references, context) {
    return await readInGroups(references, context, session => new SecretReader(session, context))
  },
}
