/** A container at AWS: a network with credential services at their true addresses, and secrets. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { temporaryDirectory } from '../runs.ts'
import { documentOf, fakeEcsAgent, fakePodIdentityAgent } from './fake-credentials.ts'
import type { HostileServer } from './hostile-http.ts'
import { type LinkLocal, linkLocal } from './link-local.ts'
import { type Ministack, ministack, type Right } from './ministack.ts'
import type { Place } from './place.ts'
import { type RecordingProxy, recordingProxy } from './recording-proxy.ts'

export interface AwsWorld {
  /** For setting up; it verifies signatures and policies. Not reachable from inside by itself. */
  readonly aws: Ministack
  /** Runs programs inside. */
  readonly network: LinkLocal
  /** Inside, before `aws`: all requests for secrets pass here. */
  readonly endpoint: RecordingProxy
  /** EC2's metadata service at 169.254.169.254: real requests for tokens, and real sessions. */
  readonly imds: RecordingProxy
  /** At 169.254.170.2. */
  readonly ecs: HostileServer
  /** At 169.254.170.23, and at [fd00:ec2::23] where there is IPv6. */
  readonly podIdentity: readonly HostileServer[]
  /** What the platform puts into the environment; `region` as an operator would. */
  readonly variables: {
    readonly region: Readonly<Record<string, string>>
    readonly ecs: Readonly<Record<string, string>>
    readonly podIdentity: Readonly<Record<string, string>>
    readonly podIdentity6: Readonly<Record<string, string>>
    readonly webIdentity: Readonly<Record<string, string>>
  }
  /** The file of the service account's token, which ends as `tokenEnd` said. */
  readonly tokenFile: string
  /** A role that is not for the bearer of that token. */
  readonly otherRoleArn: string
}

/**
 * One world for one test; all credentials that are had in it have the rights `rights`.
 *
 * `tokenEnd` is put behind the token in its file: a newline, for instance.
 */
export async function awsWorld(
  t: TestContext,
  { rights, tokenEnd = '' }: { rights: readonly Right[]; tokenEnd?: string },
): Promise<AwsWorld> {
  const stopping = <T extends { stop(): Promise<void> }>(server: T): T => {
    t.after(() => server.stop())
    return server
  }
  const aws = stopping(await ministack({ auth: true, imdsV2: true }))
  const network = stopping(await linkLocal())
  const credentials = await aws.session(...rights)
  const { roleArn, token } = await aws.webIdentity(...rights)
  const otherRoleArn = roleArn.replace(/[^/]+$/, 'another')
  const tokenFile = join(temporaryDirectory(t), 'token')
  writeFileSync(tokenFile, token + tokenEnd)
  const podAgent = async (place: Place) => {
    return stopping(await fakePodIdentityAgent(token, { credentials }, place))
  }
  const podIdentity = [await podAgent(network.at('169.254.170.23', 80))]
  if (network.hasIpv6) podIdentity.push(await podAgent(network.at('fd00:ec2::23', 80)))
  const path = '/v2/credentials/5e1f0000-0000-4000-8000-000000000ec5'
  const ecsAgent = network.at('169.254.170.2', 80)
  const ecs = stopping(await fakeEcsAgent(path, { credentials }, ecsAgent))
  const endpoint = stopping(await recordingProxy(aws.address, {}, network.at('127.0.0.1', 4566)))
  const metadata = network.at('169.254.169.254', 80)
  const rewrite = rewriteCredentials(documentOf({ credentials }))
  const imds = stopping(await recordingProxy(aws.address, { rewrite }, metadata))
  const region = { AWS_ENDPOINT_URL: endpoint.address, AWS_REGION: aws.region }
  const podVariables = (host: string) => ({
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${host}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: tokenFile,
  })
  return {
    ...{ aws, network, endpoint, imds, ecs, podIdentity, tokenFile, otherRoleArn },
    variables: {
      region,
      ecs: { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: path },
      podIdentity: podVariables('169.254.170.23'),
      podIdentity6: podVariables('[fd00:ec2::23]'),
      webIdentity: { AWS_ROLE_ARN: roleArn, AWS_WEB_IDENTITY_TOKEN_FILE: tokenFile },
    },
  }
}

/** What ministack hands out here it does not know itself; a session that it issued it does. */
function rewriteCredentials(document: object) {
  return ({ url }: { url: string }, answer: string): string | undefined => {
    const isDocument = /^\/latest\/meta-data\/iam\/security-credentials\/./.test(url)
    if (!isDocument || !answer.startsWith('{')) return undefined
    return JSON.stringify({ ...(JSON.parse(answer) as object), ...document })
  }
}
