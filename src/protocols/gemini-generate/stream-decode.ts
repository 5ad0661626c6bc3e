/**
 * Events of `streamGenerateContent` to hub chunks. Each event is an answer with the parts that are new; counts
 * are totals so far. A finish reason may come before the last event, so it is sent at the end, like usage.
 *
 * Shape: chunks with one part each, a chunk with the finish reason a candidate, and one without choices that
 * holds usage and what only this format says.
 */
import { StreamError } from '../../kernel/errors.js'
import type { ChatChunk, ChunkChoice, ChunkDelta } from '../../kernel/hub.js'
import { asArray, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder } from '../../kernel/protocol.js'
import { blockReasonOf, createdOf, indexOf, mergeAnswerLeftovers, mergeLeftovers, rawOf } from './candidate.js'
import { providerErrorOf } from './error.js'
import { decodeFinish } from './finish-reason.js'
import { decodeLogprobs } from './logprobs.js'
import { generatedId } from './parts-decode.js'
import { createStreamCandidate } from './stream-candidate.js'
import type { StreamCandidate } from './stream-candidate.js'
import { decodeServiceTier, decodeUsage, mergeUsage, usageLeftovers } from './usage.js'

interface CandidateState {
  readonly content: StreamCandidate
  hasCalls: boolean
  finishReason: unknown
  leftovers: JsonObject | undefined
}

export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const keepContent = options.content ?? true
  const candidates = new Map<number, CandidateState>()
  let id = ''
  let model = ''
  let created = 0
  let createTime: unknown
  let made = 0
  let usage: JsonObject | undefined
  let answer: JsonObject | undefined
  let blocked: string | undefined
  let ended = false

  function chunkOf(choices: ChunkChoice[]): ChatChunk {
    return { id, object: 'chat.completion.chunk', created, model, choices }
  }

  function stateOf(index: number): { state: CandidateState; isNew: boolean } {
    const known = candidates.get(index)
    if (known) return { state: known, isNew: false }
    const content = createStreamCandidate(() => generatedId(id, made++))
    const state: CandidateState = { content, hasCalls: false, finishReason: undefined, leftovers: undefined }
    candidates.set(index, state)
    return { state, isNew: true }
  }

  function readCandidate(candidate: JsonObject, index: number, into: ChatChunk[]): void {
    const { state, isNew } = stateOf(index)
    if (candidate['finishReason'] != null) state.finishReason = candidate['finishReason']
    const deltas: ChunkDelta[] = []
    for (const part of isObject(candidate['content']) ? asArray(candidate['content']['parts']) : []) {
      if (!isObject(part)) continue
      if (isObject(part['functionCall'])) state.hasCalls = true
      if (keepContent) deltas.push(...state.content.part(part))
    }
    const logprobs = keepContent ? decodeLogprobs(candidate['logprobsResult']) : null
    if (keepContent) state.leftovers = mergeLeftovers(state.leftovers, candidate)
    if (deltas.length === 0 && (isNew || logprobs)) deltas.push({})
    if (isNew) deltas[0] = { role: 'assistant', ...deltas[0] }
    for (const delta of deltas) into.push(chunkOf([{ index, delta, finish_reason: null }]))
    const last = into.at(-1)?.choices[0]
    if (last && logprobs) last.logprobs = logprobs
  }

  function readEvent(data: unknown): ChatChunk[] {
    if (!isObject(data)) throw new StreamError(`expected a stream event, got ${typeName(data)}`)
    const error = providerErrorOf(data)
    if (error) throw error
    id = asString(data['responseId']) ?? id
    model = asString(data['modelVersion']) ?? model
    if (data['createTime'] !== createTime) {
      createTime = data['createTime']
      created = createdOf(createTime) || created
    }
    usage = mergeUsage(usage, data['usageMetadata'])
    if (keepContent) answer = mergeAnswerLeftovers(answer, data)
    blocked = blockReasonOf(data) ?? blocked
    const chunks: ChatChunk[] = []
    asArray(data['candidates']).forEach((candidate, position) => {
      if (isObject(candidate)) readCandidate(candidate, indexOf(candidate, position), chunks)
    })
    return chunks
  }

  function finishChunks(): ChatChunk[] {
    if (candidates.size === 0 && blocked !== undefined) {
      return [
        chunkOf([
          { index: 0, delta: { role: 'assistant' }, finish_reason: 'content_filter', native_finish_reason: blocked },
        ]),
      ]
    }
    return [...candidates].flatMap(([index, { content, hasCalls, finishReason, leftovers }]) => {
      const finish = decodeFinish(finishReason, hasCalls)
      if (!finish) return []
      const deltas = keepContent ? content.finish(leftovers) : []
      return [
        ...deltas.map((delta) => chunkOf([{ index, delta, finish_reason: null }])),
        chunkOf([{ index, delta: {}, ...finish }]),
      ]
    })
  }

  function lastChunk(): ChatChunk[] {
    const counts = decodeUsage(usage)
    const tier = decodeServiceTier(usage)
    const leftovers = new Map(
      [...candidates].flatMap(([index, state]) => (state.leftovers ? [[index, state.leftovers] as const] : [])),
    )
    const raw = keepContent ? rawOf(answer, leftovers, usageLeftovers(usage)) : {}
    if (!counts && !tier.service_tier && !raw.raw) return []
    return [{ ...chunkOf([]), ...tier, ...(counts && { usage: counts }), ...raw }]
  }

  return {
    push(data) {
      if (data === '[DONE]' || ended) return []
      return Array.isArray(data) ? data.flatMap(readEvent) : readEvent(data)
    },
    end() {
      if (ended) return []
      ended = true
      return [...finishChunks(), ...lastChunk()]
    },
    get done() {
      const states = [...candidates.values()]
      return states.length > 0 ? states.every(({ finishReason }) => finishReason !== undefined) : blocked !== undefined
    },
  }
}
