/** Splits the arguments of a call into what goes to the provider and what is for the client. */
import { ConfigError } from '../../kernel/errors.js'
import { isObject, typeName } from '../../kernel/json.js'
import { checkCallOptions } from '../../router/validate.js'
import { readSafely, requirePlain } from './plain-request.js'
import type { CallOptions } from '../types/options.js'

const BODY_OPTIONS = [
  'signal',
  'headers',
  'timeout',
  'fallbacks',
  'priority',
  'dropUnsupported',
  'extra_body',
  'provider_options',
  'cache',
] as const

export interface CallArguments<Body> {
  /** The body, without the options in it. */
  readonly body: Body
  readonly options: CallOptions
}

/** Options whose values go into the request, or are checked with it. */
const WALKED = ['extra_body', 'provider_options', 'metadata'] as const satisfies readonly (keyof CallOptions)[]

/** @throws ConfigError on a wrong option, a body without a model, or one that cannot be written as JSON. */
export function splitArguments<Body extends object>(
  body: Body,
  options: CallOptions | undefined,
): CallArguments<Omit<Body, keyof CallOptions>> {
  if (!isObject(body)) throw new ConfigError('body', `expected an object, got ${typeName(body)}`)
  requirePlain(body)
  const { model } = body
  if (typeof model !== 'string' || model === '') {
    throw new ConfigError(
      'model',
      `expected provider/model or an alias, got ${model === '' ? 'an empty string' : typeName(model)}`,
    )
  }
  return readSafely('call', () => split(body, options))
}

function split<Body extends object>(
  body: Body & Record<string, unknown>,
  options: CallOptions | undefined,
): CallArguments<Omit<Body, keyof CallOptions>> {
  let rest: Record<string, unknown> = body
  let merged: Record<string, unknown> | undefined = options && { ...options }
  for (const key of BODY_OPTIONS) {
    if (!(key in body)) continue
    if (rest === body) rest = { ...body }
    delete rest[key]
    // The second argument wins over the body.
    if (body[key] !== undefined) merged = { [key]: body[key], ...merged }
  }
  if (merged) {
    for (const name of WALKED) if (merged[name] !== undefined) requirePlain(merged[name], name)
    checkCallOptions(merged)
  }
  return { body: rest as Omit<Body, keyof CallOptions>, options: merged ?? {} }
}

/** @throws ConfigError when `messages` is not a list of objects. */
export function requireMessages(body: object): void {
  requireField(body, 'messages', 'an array of messages', Array.isArray)
  const { messages } = body as { readonly messages: readonly unknown[] }
  // Unlike `forEach`, this does not skip holes.
  for (const [i, message] of messages.entries()) {
    if (!isObject(message))
      throw new ConfigError(
        `messages[${i}]`,
        `expected a message such as { role: 'user', content: '…' }, got ${typeName(message)}`,
      )
  }
}

/** @throws ConfigError when `field` of the body is not there. */
export function requireField(body: object, field: string, expected: string, holds: (value: unknown) => boolean): void {
  const value = (body as Record<string, unknown>)[field]
  if (!holds(value)) throw new ConfigError(field, `expected ${expected}, got ${typeName(value)}`)
}
