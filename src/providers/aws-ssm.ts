import { awsVariables, credentialVariables } from './aws/environment.ts'
import { readInGroups } from './aws/groups.ts'
import { parameterMarkers, parameterOptions, parseParameter } from './aws/parameter-name.ts'
import { ParameterReader } from './aws/parameters.ts'
import type { Provider } from './provider.ts'

/** Parameters of AWS Systems Manager Parameter Store. */
export const awsSsm: Provider = {
  name: 'aws-ssm',
  summary: 'a parameter of AWS Systems Manager Parameter Store',
  markers: parameterMarkers,
  options: parameterOptions,
  examples: [
    'aws-ssm:/prod/database/password',
    'aws-ssm:/prod/database/password:3',
    'aws-ssm:/prod/database/?region=eu-west-1',
    'aws-ssm:/aws/reference/secretsmanager/prod/database#password',
    'arn:aws:ssm:eu-west-1:123456789012:parameter/prod/database/password',
  ],
  bootstrap: [],
  credentials: credentialVariables,
  variables: awsVariables,

  parse: parseParameter,

  async fetch(references, context) {
    return await readInGroups(references, context, session => new ParameterReader(session, context))
  },
}
