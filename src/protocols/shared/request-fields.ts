/**
 * What becomes of each field of a chat request, for the formats that are not OpenAI's. A codec says as data which fields
 * its encoder reads and which are its own; all others are without effect, ask for nothing, or are unsupported. None is
 * passed over in silence.
 */
import type { ChatRequest } from '../../kernel/hub.js'
import { asArray, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject, ProtocolId } from '../../kernel/protocol.js'
import { warnForeign, warnNoCounterpart, type NoCounterpart } from '../../kernel/no-counterpart.js'

export interface RequestFields {
  readonly id: ProtocolId
  /** Fields of the hub that the encoder reads, beside the model, the messages, `extra_body` and `raw`. */
  readonly reads: readonly (keyof ChatRequest)[]
  /** Fields of the format itself that a caller may give at the top of a request, as well as in `extra_body`. */
  readonly native: readonly string[]
  /** Fields of messages and tools without a counterpart in the format. */
  readonly noCounterparts: readonly NoCounterpart[]
}

const ALWAYS_READ = ['model', 'messages', 'extra_body', 'raw'] as const satisfies readonly (keyof ChatRequest)[]

/** Fields that change nothing in the answer: usage always comes, the rest is storage, bookkeeping and cache routing at OpenAI. */
export const WITHOUT_EFFECT: ReadonlySet<string> = new Set([
  'stream_options',
  'store',
  'prompt_cache_key',
  'prompt_cache_retention',
  'safety_identifier',
  'metadata',
  'user',
])

const isZero = (value: unknown): boolean => value === 0
const isEmpty = (value: unknown): boolean => asArray(value).length === 0

/** Values that ask for nothing, field by field. */
const NEUTRAL: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['frequency_penalty', isZero],
  ['functions', isEmpty],
  ['logit_bias', (value: unknown) => isObject(value) && Object.keys(value).length === 0],
  ['logprobs', (value: unknown) => value === false],
  ['modalities', (value: unknown) => asArray(value).every((modality) => modality === 'text')],
  ['n', (value: unknown) => value === 1],
  ['parallel_tool_calls', (value: unknown) => value === true],
  ['presence_penalty', isZero],
  ['response_format', (value: unknown) => isObject(value) && value['type'] === 'text'],
  ['service_tier', (value: unknown) => value === 'auto' || value === 'default'],
  ['store', (value: unknown) => value === false],
  ['stop', (value: unknown) => Array.isArray(value) && value.length === 0],
  ['tool_choice', (value: unknown) => value === 'none' || value === 'auto'],
  ['tools', isEmpty],
  ['top_logprobs', isZero],
])

/** Whether a value means the same as leaving the field out. */
export function asksNothing(field: string, value: unknown): boolean {
  return value == null || NEUTRAL.get(field)?.(value) === true
}

/** @returns A check of a request that returns its {@link RequestFields.native} fields. */
export function fieldCheck(fields: RequestFields): (request: ChatRequest, limits: Limits) => JsonObject | undefined {
  const { id, noCounterparts } = fields
  const reads: ReadonlySet<string> = new Set<string>([...ALWAYS_READ, ...fields.reads])
  const natives: ReadonlySet<string> = new Set(fields.native)
  return (request, limits) => {
    const given = request as unknown as JsonObject
    let native: JsonObject | undefined
    for (const field of Object.keys(given)) {
      const value = given[field]
      if (value == null || reads.has(field)) continue
      if (natives.has(field)) (native ??= {})[field] = value
      else if (WITHOUT_EFFECT.has(field)) {
        if (field !== 'stream_options' && value !== false) limits.warn(`\`${field}\` has no effect here`)
      } else if (!asksNothing(field, value)) limits.unsupported(field)
    }
    warnForeign(request, id, limits.warn)
    warnNoCounterpart(request, noCounterparts, limits.warn)
    return native
  }
}

/** Objects of a body whose fields are independent settings, with nested ones. */
export interface Joins {
  readonly [field: string]: Joins
}

/** Merges objects into a body; the last one wins. Objects in `joins` are merged field by field; all others are replaced. */
export function mergeFields(
  body: JsonObject,
  layers: readonly (JsonObject | undefined)[],
  joins: Joins = {},
): JsonObject {
  return layers.reduce<JsonObject>((under, over) => (isObject(over) ? mergeInto(under, over, joins) : under), body)
}

function mergeInto(under: JsonObject, over: JsonObject, joins: Joins): JsonObject {
  const both: JsonObject = { ...under, ...over }
  for (const field of Object.keys(joins)) {
    const [below, above] = [under[field], over[field]]
    if (isObject(below) && isObject(above)) both[field] = mergeInto(below, above, joins[field] ?? {})
  }
  return both
}
