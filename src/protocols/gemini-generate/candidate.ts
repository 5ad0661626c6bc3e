/** A candidate's fields beside its content, and what one format only says of an answer, both ways. */
import type { Block, ChatChoice, ChatCompletion } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { GroundedText } from './grounding.js'
import { ID, ownRaw } from './wire.js'

type Raw = NonNullable<ChatCompletion['raw']>

/** Fields that the hub has. */
const KNOWN: ReadonlySet<string> = new Set(['content', 'finishReason', 'index', 'logprobsResult'])
const KNOWN_OF_ANSWER: ReadonlySet<string> = new Set([
  'candidates',
  'usageMetadata',
  'modelVersion',
  'responseId',
  'createTime',
  'sdkHttpResponse',
  'automaticFunctionCallingHistory',
])

/** Grounding, citations, safety ratings and other fields: later ones replace earlier ones, an empty list nothing. */
export function mergeLeftovers(
  earlier: JsonObject | undefined,
  wire: JsonObject,
  known: ReadonlySet<string> = KNOWN,
): JsonObject | undefined {
  let merged: JsonObject | undefined
  // Most events of a stream bring nothing here, and cost no object then.
  for (const field of Object.keys(wire)) {
    if (known.has(field)) continue
    const value = wire[field]
    if (value == null || (Array.isArray(value) && value.length === 0)) continue
    merged ??= { ...earlier }
    const before = Object.hasOwn(merged, field) ? merged[field] : undefined
    Object.defineProperty(merged, field, {
      // Metadata of a stream comes in pieces, each with the fields it has news of.
      value: isObject(before) && isObject(value) ? { ...before, ...value } : value,
      enumerable: true,
      configurable: true,
      writable: true,
    })
  }
  return merged ?? earlier
}

export function mergeAnswerLeftovers(earlier: JsonObject | undefined, wire: JsonObject): JsonObject | undefined {
  return mergeLeftovers(earlier, wire, KNOWN_OF_ANSWER)
}

/** @returns The answer's `raw`, or nothing when the hub says it all. */
export function rawOf(
  answer: JsonObject | undefined,
  candidates: ReadonlyMap<number, JsonObject>,
  usage: JsonObject | undefined,
): { raw?: Raw } {
  const value: JsonObject = {
    ...answer,
    ...(candidates.size > 0 && {
      candidates: [...candidates].sort(([a], [b]) => a - b).map(([index, fields]) => ({ index, ...fields })),
    }),
    ...(usage && { usageMetadata: usage }),
  }
  return Object.keys(value).length > 0 ? { raw: { protocol: ID, value } } : {}
}

export interface Leftovers {
  readonly answer: JsonObject
  readonly candidates: ReadonlyMap<number, JsonObject>
  readonly usage: JsonObject | undefined
}

/** The reverse of {@link rawOf}. */
export function readRaw(raw: Raw | undefined): Leftovers {
  const { candidates, usageMetadata, ...answer } = ownRaw(raw) ?? {}
  const byIndex = asArray(candidates).flatMap((entry): [number, JsonObject][] => {
    if (!isObject(entry)) return []
    const { index, ...fields } = entry
    return typeof index === 'number' ? [[index, fields]] : []
  })
  return { answer, candidates: new Map(byIndex), usage: isObject(usageMetadata) ? usageMetadata : undefined }
}

/** `undefined` unless the prompt itself was blocked, which leaves an answer without candidates. */
export function blockReasonOf(wire: JsonObject): string | undefined {
  const { promptFeedback: feedback } = wire
  const reason = isObject(feedback) ? feedback['blockReason'] : undefined
  return typeof reason === 'number' ? String(reason) : asString(reason)
}

/** The answer that a blocked prompt gets. */
export function blockedChoice(reason: string): ChatChoice {
  return {
    index: 0,
    finish_reason: 'content_filter',
    native_finish_reason: reason,
    message: { role: 'assistant', content: null, refusal: null },
    logprobs: null,
  }
}

export function createdOf(createTime: unknown): number {
  const time = typeof createTime === 'string' ? Date.parse(createTime) : Number.NaN
  return Number.isFinite(time) ? Math.floor(time / 1000) : 0
}

export function createTimeOf(created: number): string | undefined {
  // Beyond this a date has no text.
  return created > 0 && created < 8.64e12 ? new Date(created * 1000).toISOString() : undefined
}

/** @param position - Place in the list, which stands for an index of zero that proto JSON leaves out. */
export function indexOf(candidate: JsonObject, position: number): number {
  const index = asNumber(candidate['index'])
  return index !== undefined && Number.isInteger(index) && index >= 0 ? index : position
}

/** The visible texts of blocks that stand for one part each. */
export function groundedTexts(blocks: readonly Block[]): GroundedText[] {
  let start = 0
  return blocks.flatMap((block, part): GroundedText[] => {
    if (block.type !== 'text') return []
    const text = { part, text: block.text, start }
    start += block.text.length
    return [text]
  })
}
