import type { Answer } from '../io/http.ts'
import { memberOf, parseBody } from './body.ts'
import { isFromVault, isPolicyRefusal } from './sentences.ts'
import type { Token } from './settings.ts'

/** Who asked, as far as the server lets us know. */
export interface Holder {
  /** For reports: `the token "approle" (role web, policies default, web)`. */
  readonly name: string
  /** Whether the server knows the token; undefined when it does not tell. */
  readonly isKnown: boolean | undefined
}

/** Names of people, roles and policies; nothing else that a server says is repeated. */
const word = /^[\w@.:+/-]{1,64}$/

/** A token can have hundreds, and a report has a line. */
const mostPolicies = 8

/** The holder of a token, from what `auth/token/lookup-self` answers, if it does. */
export function holderFrom(answer: Answer | undefined, { text, source }: Token): Holder {
  const name = `the token of ${source}`
  if (answer === undefined) return { name, isKnown: undefined }
  const data = memberOf(parseBody(answer.body), 'data')
  if (answer.status === 200) return { name: describe(data, text) ?? name, isKnown: true }
  if (isPolicyRefusal(answer)) return { name, isKnown: true }
  const isRefused = answer.status === 403 && isFromVault(answer)
  return { name, isKnown: isRefused ? false : undefined }
}

function describe(data: unknown, token: string): string | undefined {
  const isName = (text: unknown): text is string => {
    if (typeof text !== 'string' || !word.test(text)) return false
    return !text.includes(token) && (text.length < 8 || !token.includes(text))
  }
  const listed = ['policies', 'identity_policies'].flatMap(name => memberOf(data, name) ?? [])
  const policies = [...new Set(listed.filter(isName))]
  const meta = memberOf(data, 'meta')
  const role = [memberOf(meta, 'role_name'), memberOf(meta, 'role')].find(isName)
  const display = memberOf(data, 'display_name')
  if (!isName(display) && policies.length === 0) return undefined
  const facts = [
    ...(role === undefined ? [] : [`role ${role}`]),
    ...(policies.length === 0 ? [] : [policiesIn(policies)]),
  ]
  const known = facts.length === 0 ? '' : ` (${facts.join(', ')})`
  return `the token${isName(display) ? ` "${display}"` : ''}${known}`
}

function policiesIn(policies: readonly string[]): string {
  const more = policies.length - mostPolicies
  const shown = policies.slice(0, mostPolicies).join(', ')
  const noun = policies.length === 1 ? 'policy' : 'policies'
  return `${noun} ${shown}${more > 0 ? ` and ${more} more` : ''}`
}
