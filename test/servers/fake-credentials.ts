/**
 * Fakes of the two services that hand containers their credentials: nobody ships a real one.
 *
 * They speak the protocol of Amazon's own agents, as far as a client can tell from outside; the
 * answers to wrong requests follow the sources of amazon-ecs-agent and eks-pod-identity-agent.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type HostileServer, hostileServer, json, plain } from './hostile-http.ts'
import type { Place } from './place.ts'
import type { Credentials } from './sigv4.ts'

/** What an agent hands out, and until when; an hour from now unless said otherwise. */
export interface Handout {
  readonly credentials: Credentials
  readonly expiration?: Date
}

/** Of ECS: the secret is in the path, AWS_CONTAINER_CREDENTIALS_RELATIVE_URI. */
export async function fakeEcsAgent(
  path: string,
  handout: Handout,
  place?: Place,
): Promise<HostileServer> {
  return await hostileServer((request, response) => {
    if (request.method === 'GET' && request.url === path) {
      const role = { RoleArn: 'arn:aws:iam::000000000000:role/task' }
      json(200, { ...role, ...documentOf(handout) })(request, response)
      return
    }
    const message = 'CredentialsV2Request: Credentials not found'
    const answer = { code: 'InvalidIdInRequest', message, HTTPErrorCode: 400 }
    json(400, answer)(request, response)
  }, place)
}

/**
 * Of EKS: the token of the service account is in the Authorization header, as it is.
 *
 * The agent's address has to be in the Host header, and the token has to look like one.
 */
export async function fakePodIdentityAgent(
  token: string,
  handout: Handout,
  place?: Place,
): Promise<HostileServer> {
  return await hostileServer((request, response) => {
    const refuse = (status: number, text: string) => {
      plain(status, `${text}\n`, { 'content-type': 'text/plain' })(request, response)
    }
    const { host = '', authorization = '' } = request.headers
    const name = host.replace(/:\d+$/, '').replaceAll(/[[\]]/g, '')
    if (request.url !== '/v1/credentials') refuse(404, '404 page not found')
    else if (!podIdentityHosts.includes(name)) {
      const hosts = `[${podIdentityHosts.join(' ')}]`
      const rest = `please use either ${hosts} address not ${name}`
      refuse(403, `Access Denied. Called agent through invalid address, ${rest}`)
    } else if (authorization === '') refuse(400, 'Service account token cannot be empty')
    else if (authorization.split('.').length !== 3) {
      const reason = 'token is malformed: token contains an invalid number of segments'
      refuse(400, `Service account token cannot be parsed: ${reason}`)
    } else if (authorization !== token) {
      const reason = 'The token included in the request is invalid'
      refuse(400, `[5e1f]: (InvalidTokenException): ${reason}, fault: client`)
    } else handOut(handout, request, response)
  }, place)
}

const podIdentityHosts = ['169.254.170.23', 'fd00:ec2::23']

function handOut(handout: Handout, request: IncomingMessage, response: ServerResponse): void {
  json(200, { ...documentOf(handout), AccountId: '000000000000' })(request, response)
}

/** The members that all of Amazon's documents of credentials have. */
export function documentOf({ credentials, expiration }: Handout): object {
  const end = expiration ?? new Date(Date.now() + 3600 * 1000)
  return {
    AccessKeyId: credentials.accessKeyId,
    SecretAccessKey: credentials.secretAccessKey,
    Token: credentials.sessionToken,
    Expiration: end.toISOString().replace(/\.\d+/, ''),
  }
}
