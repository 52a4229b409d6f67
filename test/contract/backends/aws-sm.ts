import { ministack } from '../../servers/ministack.ts'
import type { StartBackend } from './backend.ts'

export const startBackend: StartBackend = async () => {
  const aws = await ministack({ auth: true })
  const { arn } = await aws.createSecret('app/db', '{"one":"canary-one","two":"canary-two"}')
  await aws.createSecret('plain', 'canary-three\n')
  const user = await aws.user({ Action: 'secretsmanager:*' })
  return {
    world: { variables: aws.variables(user) },
    secrets: [
      ['aws-sm:app/db#one', 'canary-one'],
      [`${arn}#two`, 'canary-two'],
      ['aws-sm:plain', 'canary-three\n'],
    ],
    missing: 'aws-sm:nothing#here',
    credentials: [user.secretAccessKey],
    stop: () => aws.stop(),
  }
}
