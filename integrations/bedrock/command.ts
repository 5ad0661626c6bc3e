/** What all commands of Bedrock's clients have in common. */
import { asString, isObject, path, type CallDeclaration } from '../../src/autolog/contract.js'
import { inject } from './middleware.js'

/** What the program gives a command. */
export type Input = Readonly<Record<string, unknown>>
export type Operation = (input: Input) => CallDeclaration

/** Converse has the guardrail in an object of its own, the other operations at the top. */
export function guardrailOf(input: Input): Record<string, string> {
  const id = asString(path(input['guardrailConfig'], 'guardrailIdentifier')) ?? asString(input['guardrailIdentifier'])
  return id === undefined ? {} : { 'aws.bedrock.guardrail.id': id }
}

/** Of the options of `send`, which come second. */
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

/** As it goes over the wire, where the model stands. */
export const pathOf = (input: Input, operation: string): string =>
  `/model/${encodeURIComponent(String(input['modelId']))}/${operation}`

/**
 * A command of another copy of the package has the same name and not the same class. A bundler changes the name: newer commands
 * carry a schema, in which the operation stands.
 */
export function declarationsOf(
  module: Readonly<Record<string, unknown>>,
  operations: Readonly<Record<string, Operation>>,
) {
  const known = new Map(Object.entries(operations).map(([name, operation]) => [module[`${name}Command`], operation]))
  return ([command]: readonly unknown[]): CallDeclaration | undefined => {
    const type = path(command, 'constructor')
    const named = (name: unknown): Operation | undefined => operations[String(name).replace(/Command\d*$/, '')]
    const operation = known.get(type) ?? named(path(type, 'name')) ?? named(path(command, 'schema', '2'))
    const input = path(command, 'input')
    return operation && isObject(input) ? operation(input) : undefined
  }
}
