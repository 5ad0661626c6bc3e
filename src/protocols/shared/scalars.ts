/** Settings with the same meaning but another name in a format: one table for both directions. */
import { ConfigError } from '../../kernel/errors.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { asArray } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

/** The kind of each scalar of the hub. */
const KINDS = {
  frequency_penalty: 'number',
  logprobs: 'boolean',
  max_completion_tokens: 'number',
  max_tokens: 'number',
  n: 'number',
  presence_penalty: 'number',
  seed: 'number',
  stream: 'boolean',
  temperature: 'number',
  top_k: 'number',
  top_logprobs: 'number',
  top_p: 'number',
} as const satisfies { readonly [Field in keyof ChatRequest]?: 'number' | 'boolean' }

type Scalar = keyof typeof KINDS

export interface Scalars<Field extends Scalar> {
  /** Fields of the hub. */
  readonly fields: readonly Field[]
  /** Names in the format. */
  readonly names: readonly string[]
  /** The request's settings under the format's names. `null` counts as absent. */
  encode(request: Pick<ChatRequest, Field>): JsonObject
  /** Copies settings from the wire to the request, and removes them from `rest`. Values of another type are left. */
  decode(wire: JsonObject, request: ChatRequest, rest?: JsonObject): void
}

/** @param names - The format's name of each field. */
export function scalars<Field extends Scalar>(names: Readonly<Record<Field, string>>): Scalars<Field> {
  const entries = (Object.entries(names) as [Field, string][]).map(([field, name]) => ({
    field,
    name,
    kind: KINDS[field],
  }))
  return {
    fields: entries.map(({ field }) => field),
    names: entries.map(({ name }) => name),
    encode(request) {
      const wire: JsonObject = {}
      for (const { field, name } of entries) if (request[field] != null) wire[name] = request[field]
      return wire
    },
    decode(wire, request, rest) {
      const read = request as unknown as JsonObject
      for (const { field, name, kind } of entries) {
        const value = wire[name]
        if (value === undefined || typeof value !== kind || !(kind === 'boolean' || Number.isFinite(value))) continue
        read[field] = value
        if (rest) delete rest[name]
      }
    },
  }
}

/**
 * Texts that end the answer; `undefined` when there are none.
 *
 * @throws ConfigError when it is neither a text nor a list.
 */
export function stopsOf({ stop }: ChatRequest): string[] | undefined {
  if (stop == null || stop.length === 0) return undefined
  if (typeof stop === 'string') return [stop]
  if (!Array.isArray(stop)) throw new ConfigError('stop', 'give a text or a list of texts')
  return [...stop]
}

/** The reverse of {@link stopsOf}, for a list or a single text. */
export function readStops(wire: unknown): string[] | undefined {
  const list = (typeof wire === 'string' ? [wire] : asArray(wire)).filter((text) => typeof text === 'string')
  return list.length > 0 ? list : undefined
}
