/** What all commands of Bedrock's clients have in common. */
import { asString, isObject, path, type CallDeclaration } from '../../src/autolog/contract.js'
import { inject } from './middleware.js'

/** What the program gives a command. */
export type Input = Readonly<Record<string, unknown>>
export type Operation = (input: Input) => CallDeclaration

/** Converse, agents and knowledge bases have the guardrail in an object of its own, the other operations at the top. */
export function guardrailOf(input: Input): Record<string, string> {
  const places = [
    path(input, 'guardrailConfig', 'guardrailIdentifier'),
    path(input, 'guardrailConfiguration', 'guardrailIdentifier'),
    path(input, 'guardrailConfiguration', 'guardrailId'),
    input['guardrailIdentifier'],
  ]
  const id = places.map(asString).find((place) => place !== undefined)
  return id === undefined ? {} : { 'aws.bedrock.guardrail.id': id }
}

/** The abort signal in the options of `send`, its second argument. */
function abortSignalOf([, options]: readonly unknown[]): { readonly aborted: boolean } | undefined {
  const signal = path(options, 'abortSignal')
  return isObject(signal) && 'aborted' in signal ? (signal as { readonly aborted: boolean }) : undefined
}

export function shared(input: Input) {
  return {
    provider: 'aws.bedrock',
    callback: 'last',
    request: () => input,
    model: () => asString(input['modelId']),
    attributes: guardrailOf(input),
    signal: abortSignalOf,
    inject,
  } satisfies Partial<CallDeclaration>
}

/** The path on the wire, which has the model. */
export const pathOf = (input: Input, operation: string): string =>
  `/model/${encodeURIComponent(String(input['modelId']))}/${operation}`

/**
 * Recognises commands by name, because one of another copy of the package has another class. A bundler changes the name, but newer
 * commands have a schema with the operation.
 */
export function commandsOf<Declaration>(
  module: Readonly<Record<string, unknown>>,
  operations: Readonly<Record<string, (input: Input, self: unknown) => Declaration>>,
) {
  const known = new Map(Object.entries(operations).map(([name, operation]) => [module[`${name}Command`], operation]))
  return ([command]: readonly unknown[], self: unknown): Declaration | undefined => {
    const type = path(command, 'constructor')
    const named = (name: unknown) => operations[String(name).replace(/Command\d*$/, '')]
    const operation = known.get(type) ?? named(path(type, 'name')) ?? named(path(command, 'schema', '2'))
    const input = path(command, 'input')
    return operation && isObject(input) ? operation(input, self) : undefined
  }
}
