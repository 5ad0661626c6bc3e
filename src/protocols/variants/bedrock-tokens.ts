/** Token counts that Bedrock adds: in headers, at the end of a stream, and in events of speech. */
import type { Usage } from '../../kernel/hub.js'
import { isObject, path } from '../../kernel/json.js'

export type Counted = Partial<Usage>

interface Counts {
  readonly input: number | undefined
  readonly output: number | undefined
  readonly cacheRead?: number | undefined
  readonly cacheWrite?: number | undefined
}

/** The count of the input does not include tokens that were read from or written to the cache. */
export function usageOf({ input, output, cacheRead, cacheWrite }: Counts): Counted | undefined {
  if (input === undefined && output === undefined) return undefined
  const prompt = input === undefined ? undefined : input + (cacheRead ?? 0) + (cacheWrite ?? 0)
  return {
    ...(prompt !== undefined && { prompt_tokens: prompt }),
    ...(output !== undefined && { completion_tokens: output }),
    total_tokens: (prompt ?? 0) + (output ?? 0),
    ...((cacheRead !== undefined || cacheWrite !== undefined) && {
      prompt_tokens_details: {
        ...(cacheRead !== undefined && { cached_tokens: cacheRead }),
        ...(cacheWrite !== undefined && { cache_write_tokens: cacheWrite }),
      },
    }),
  }
}

export function count(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 ? value : undefined
}

export function usageInHeaders(header: (name: string) => unknown): Counted | undefined {
  const countIn = (name: string): number | undefined => {
    const value = header(`x-amzn-bedrock-${name}-token-count`)
    return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : undefined
  }
  return usageOf({
    input: countIn('input'),
    output: countIn('output'),
    cacheRead: countIn('cache-read-input'),
    cacheWrite: countIn('cache-write-input'),
  })
}

/** The usage in the last piece of a stream, for any model. */
export function usageAtEnd(piece: unknown): Counted | undefined {
  const metrics = path(piece, 'amazon-bedrock-invocationMetrics')
  if (!isObject(metrics)) return undefined
  return usageOf({
    input: count(metrics['inputTokenCount']),
    output: count(metrics['outputTokenCount']),
    cacheRead: count(metrics['cacheReadInputTokenCount']),
    cacheWrite: count(metrics['cacheWriteInputTokenCount']),
  })
}

/**
 * The token counts of a conversation in speech so far (https://docs.aws.amazon.com/nova/latest/userguide/output-events.html), as
 * `json` reads them; `undefined` for another event.
 */
export function usageInSpeech(event: unknown): unknown {
  const usage = path(event, 'event', 'usageEvent')
  if (!isObject(usage)) return undefined
  const detailsOf = (side: 'input' | 'output'): object => ({
    audio_tokens: count(path(usage, 'details', 'total', side, 'speechTokens')),
    text_tokens: count(path(usage, 'details', 'total', side, 'textTokens')),
  })
  return {
    usage: {
      input_tokens: usage['totalInputTokens'],
      output_tokens: usage['totalOutputTokens'],
      total_tokens: usage['totalTokens'],
      input_tokens_details: detailsOf('input'),
      output_tokens_details: detailsOf('output'),
    },
  }
}
