/** The world as a provider sees it, made of what a test says. */
import { ConfideError } from '../../src/leaf/errors.ts'
import { SecretValue } from '../../src/leaf/secret.ts'
import type { FetchContext, Provider } from '../../src/providers/provider.ts'

export interface World {
  readonly variables?: Readonly<Record<string, string>>
  readonly descriptors?: Readonly<Record<number, string>>
  readonly certificates?: readonly string[]
  readonly signal?: AbortSignal
}

export interface TestContext extends FetchContext {
  readonly warnings: string[]
  readonly notes: string[]
  readonly concealed: string[]
}

export function contextOf(world: World = {}): TestContext {
  const { variables = {}, descriptors = {}, certificates = [] } = world
  const warnings: string[] = []
  const notes: string[] = []
  const concealed: string[] = []
  return {
    signal: world.signal ?? new AbortController().signal,
    variable: name => (Object.hasOwn(variables, name) ? variables[name] : undefined),
    environment: () => variables,
    warn: message => void warnings.push(message),
    debug: message => void notes.push(message),
    conceal: credential => void concealed.push(credential),
    readDescriptor(descriptor) {
      const text = descriptors[descriptor]
      if (text !== undefined) return Promise.resolve(Buffer.from(text))
      const message = `descriptor ${descriptor} is not open`
      return Promise.reject(new ConfideError(message, { kind: 'configuration' }))
    },
    certificates: () => Promise.resolve(certificates),
    warnings,
    notes,
    concealed,
  }
}

/** What became of one reference: text, or a failure that can be compared. */
export type Result = string | { kind: string; message: string; hint: string | undefined }

/** Fetches all of `texts` in one go, as confide does with the variables of one provider. */
export async function fetchTexts(
  provider: Provider,
  texts: readonly string[],
  context: FetchContext,
): Promise<Result[]> {
  const references = texts.map(text => {
    const reference = provider.parse(text)
    if (reference === null) throw new Error(`no reference of ${provider.name}: ${text}`)
    return reference
  })
  return (await provider.fetch(references, context)).map(resultOf)
}

export async function fetchText(
  provider: Provider,
  text: string,
  context: FetchContext,
): Promise<Result> {
  const [result] = await fetchTexts(provider, [text], context)
  if (result === undefined) throw new Error('no outcome')
  return result
}

function resultOf(outcome: SecretValue | ConfideError): Result {
  if (outcome instanceof SecretValue) return outcome.reveal(bytes => Buffer.from(bytes).toString())
  const { kind, message, hint } = outcome
  return { kind, message, hint }
}
