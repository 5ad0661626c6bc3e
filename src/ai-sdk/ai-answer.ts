/** Answers of the client in the words of the AI SDK. */
import type { ChatResult } from '../client/types/chat.js'
import type { CallMeta } from '../client/types/meta.js'
import type { Annotation, Usage } from '../kernel/hub.js'
import { blocksOf } from '../kernel/message-blocks.js'
import { compact, isObject } from '../kernel/json.js'
import type { Content, FinishReason, JsonFields, Metadata, ResponseFacts, TokenUsage, Warning } from './given.js'
import { keptOf, OWN } from './kept.js'

const FINISH: Readonly<Record<string, FinishReason['unified']>> = {
  stop: 'stop',
  length: 'length',
  tool_calls: 'tool-calls',
  function_call: 'tool-calls',
  content_filter: 'content-filter',
}

/** @param native - The provider's own word, where it says more. */
export function finishOf(reason: string | null | undefined, native?: string): FinishReason {
  return { unified: FINISH[reason ?? ''] ?? 'other', raw: native ?? reason ?? undefined }
}

export function usageOf(usage: Partial<Usage> | null | undefined): TokenUsage {
  const { prompt_tokens: input, completion_tokens: output } = usage ?? {}
  const { cached_tokens: read, cache_write_tokens: write } = usage?.prompt_tokens_details ?? {}
  const reasoning = usage?.completion_tokens_details?.reasoning_tokens
  return {
    inputTokens: {
      total: input,
      noCache: input === undefined ? undefined : input - (read ?? 0) - (write ?? 0),
      cacheRead: read,
      cacheWrite: write,
    },
    outputTokens: { total: output, text: output === undefined ? undefined : output - (reasoning ?? 0), reasoning },
    ...(usage && { raw: JSON.parse(JSON.stringify(usage)) as JsonFields }),
  }
}

/** Who answered, after how many attempts, for how much: `_meta`, as JSON. */
export function metadataOf(meta: CallMeta | undefined): Metadata {
  if (!meta) return { [OWN]: {} }
  const { provider, model, cost, cache, traceId, attempts, warnings } = meta
  return {
    [OWN]: {
      provider,
      model,
      cost: cost.usd,
      ...(cost.usd === null && { costMissing: cost.missing.join('; ') }),
      attempts: attempts.map(({ target, status, error, ms }) => compact({ target, status, error, ms }) as JsonFields),
      traceId,
      ...(cache && { cache: compact({ by: cache.by, hit: cache.hit, savedUsd: cache.savedUsd }) as JsonFields }),
      ...(warnings.length > 0 && { warnings: [...warnings] }),
    },
  }
}

/** What the client left out or changed. */
export function warningsOf(meta: CallMeta | undefined): Warning[] {
  return (meta?.warnings ?? []).map((message) => ({ type: 'other', message }))
}

export function responseOf({ id, created, model }: { id?: string; created?: number; model?: string }): ResponseFacts {
  return {
    ...(id && { id }),
    ...(created && { timestamp: new Date(created * 1000) }),
    ...(model && { modelId: model }),
  }
}

/** Citations of addresses as sources. @param known - Addresses so far, each of which is a source once. */
export function sourcesOf(
  annotations: readonly Annotation[],
  known: Set<string>,
): Extract<Content, { type: 'source' }>[] {
  return annotations.flatMap((annotation) => {
    const { url, title } = isObject(annotation.url_citation) ? annotation.url_citation : {}
    if (typeof url !== 'string' || known.has(url)) return []
    known.add(url)
    return [
      {
        type: 'source' as const,
        sourceType: 'url' as const,
        id: `source-${known.size}`,
        url,
        ...(typeof title === 'string' && title !== '' && { title }),
      },
    ]
  })
}

/** The parts of an answer, in the order in which the model made them. */
export function contentOf(answer: ChatResult, audioFormat: string): Content[] {
  const message = answer.choices[0]?.message
  if (!message) return []
  const calls = new Map((message.tool_calls ?? []).map((call) => [call.id, call]))
  const cited = new Set<string>()
  const content = blocksOf(message).flatMap((block): Content[] => {
    const kept = keptOf(block)
    const metadata = kept ? { providerMetadata: kept } : {}
    if (block.type === 'text') {
      return [{ type: 'text', text: block.text, ...metadata }, ...sourcesOf(block.annotations ?? [], cited)]
    }
    if (block.type === 'refusal') return [{ type: 'text', text: block.refusal }]
    if (block.type === 'thinking') return [{ type: 'reasoning', text: block.thinking, ...metadata }]
    if (block.type === 'tool_call') {
      const call = calls.get(block.id)
      if (!call) return []
      const [toolName, input] =
        call.type === 'custom'
          ? [call.custom.name, JSON.stringify(call.custom.input)]
          : [call.function.name, call.function.arguments]
      return [{ type: 'tool-call', toolCallId: call.id, toolName, input, ...metadata }]
    }
    // Kept with an empty part, so that it comes back with the conversation.
    return [{ type: 'reasoning', text: '', ...metadata }]
  })
  if (message.audio)
    content.push({ type: 'file', mediaType: `audio/${audioFormat}`, data: { type: 'data', data: message.audio.data } })
  return content
}
