import { ministack } from '../../servers/ministack.ts'
import type { StartBackend } from './backend.ts'

export const startBackend: StartBackend = async () => {
  const aws = await ministack({ auth: true })
  const { arn } = await aws.putParameter('/app/one', 'canary-one')
  await aws.putParameter('/app/two', '{"key":"canary-two"}')
  const user = await aws.user({ Action: 'ssm:*' })
  return {
    world: { variables: aws.variables(user) },
    secrets: [
      ['aws-ssm:/app/one', 'canary-one'],
      [arn, 'canary-one'],
      ['aws-ssm:/app/two#key', 'canary-two'],
    ],
    missing: 'aws-ssm:/app/three',
    credentials: [user.secretAccessKey],
    stop: () => aws.stop(),
  }
}
