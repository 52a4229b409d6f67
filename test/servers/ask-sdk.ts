/**
 * A program for tests: gets the secret that its argument names with Amazon's SDK, as anybody would
 * who knows nothing of confide, and prints it, or the name and message of what went wrong.
 */
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager'

const client = new SecretsManagerClient({ maxAttempts: 1 })
try {
  const answer = await client.send(new GetSecretValueCommand({ SecretId: process.argv[2] }))
  process.stdout.write(answer.SecretString ?? '')
} catch (error) {
  const { name, message } = error as Error
  process.stdout.write(`${name}: ${message}`)
  process.exitCode = 1
}
