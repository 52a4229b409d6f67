/**
 * Another stand-in for AWS, for what ministack does not do; for as long as a test file runs.
 *
 * moto 5.2.5 follows /aws/reference/secretsmanager/NAME (`:VERSION-ID` and `:STAGE` too) and
 * refuses more than ten names. Not to be relied on (measured): after UpdateSecretVersionStage it
 * answers with the old value; it verifies neither signatures nor policies; GetParameters answers
 * in its own order, each parameter once, without Selector, and names one that was a reference
 * after the secret; one reference to nothing fails the whole call with ParameterNotFound, one to
 * a binary secret with 500; BatchGetSecretValue fails as a whole for a secret without a value;
 * errors have status 404 where AWS has 400.
 */
import { installMoto } from '../../scripts/install-aws.ts'
import { type AwsServer, awsServer } from './aws-api.ts'
import { pythonServer } from './python-server.ts'

const root = { accessKeyId: 'AKIAROOTOFTHISTEST00', secretAccessKey: 'root-secret' }

/** Starts on a free port; takes any credentials. */
export async function moto(): Promise<AwsServer> {
  const words = ['moto.server', '-H', '127.0.0.1', '-p', '0']
  const server = await pythonServer(installMoto(), words, '/moto-api/')
  return awsServer(server.address, '123456789012', root, server.stop)
}
