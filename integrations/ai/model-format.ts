/**
 * The language models of the AI SDK as a format: options and results of `doGenerate` and `doStream`, in versions 2 to 4 of the
 * specification (`ai` 5 to 7).
 */
import { asNumber, asString, isObject, type Format, type hub, type StreamSink } from '../../src/autolog/contract.js'
import { toHubAnswer, toHubMessages } from './messages.js'
import { countsCacheApart } from './providers.js'

type Fields = Readonly<Record<string, unknown>>

const fields = (value: unknown): Fields => (isObject(value) ? value : {})
const sum = (...values: readonly (number | undefined)[]): number =>
  values.reduce<number>((all, value) => all + (value ?? 0), 0)

/** @param provider - Id of the model's provider. */
export function modelFormat(provider: string | undefined): Format {
  return {
    operation: 'chat',
    request: (options, { content = true }) => ({ chat: toHubRequest(options, content) }),
    answer: (result, { content = true }) => ({ chat: toHubResponse(result, provider, content) }),
    stream: ({ content = true }) => streamSink(provider, content),
  }
}

function toHubRequest(options: Fields, content: boolean): hub.ChatRequest {
  const { prompt, messages, instructions, responseFormat, reasoning } = options
  const stop = options['stopSequences']
  const tools = content && Array.isArray(options['tools']) ? options['tools'].filter(isObject) : []
  return {
    model: asString(options['model']) ?? '',
    messages: content ? toHubMessages(instructions, prompt ?? messages) : [],
    ...(options['stream'] === true && { stream: true }),
    max_tokens: asNumber(options['maxOutputTokens']) ?? null,
    temperature: asNumber(options['temperature']) ?? null,
    top_p: asNumber(options['topP']) ?? null,
    frequency_penalty: asNumber(options['frequencyPenalty']) ?? null,
    presence_penalty: asNumber(options['presencePenalty']) ?? null,
    seed: asNumber(options['seed']) ?? null,
    top_k: asNumber(options['topK']) ?? null,
    ...(Array.isArray(stop) && { stop: stop.filter((word) => typeof word === 'string') }),
    ...(fields(responseFormat)['type'] === 'json' && { response_format: { type: 'json_object' } }),
    ...(typeof reasoning === 'string' && reasoning !== 'provider-default' && { reasoning_effort: reasoning }),
    ...(tools.length > 0 && { tools: tools.map(toHubTool) }),
  }
}

function toHubTool(tool: Fields): hub.FunctionTool {
  const description = asString(tool['description'])
  const parameters = isObject(tool['inputSchema']) ? tool['inputSchema'] : undefined
  return {
    type: 'function',
    function: {
      name: asString(tool['name']) ?? '',
      ...(description !== undefined && { description }),
      ...(parameters && { parameters }),
    },
  }
}

function toHubResponse(result: unknown, provider: string | undefined, content: boolean): hub.ChatCompletion {
  const { content: parts, response, finishReason, usage, providerMetadata } = fields(result)
  if (!Array.isArray(parts)) throw new TypeError('no answer of a language model')
  return completion(
    { metadata: fields(response), finishReason, usage: usageOf(usage, providerMetadata, provider) },
    () => (content ? parts.filter(isObject) : []),
  )
}

interface Facts {
  readonly metadata: Fields
  readonly finishReason: unknown
  readonly usage: hub.Usage | undefined
}

function completion({ metadata, finishReason, usage }: Facts, parts: () => readonly Fields[]): hub.ChatCompletion {
  return {
    id: asString(metadata['id']) ?? '',
    object: 'chat.completion',
    created: 0,
    model: asString(metadata['modelId']) ?? '',
    choices: [
      {
        index: 0,
        // A choice that has not finished has no reason.
        finish_reason: finishOf(finishReason) as hub.FinishReason,
        message: toHubAnswer(parts()),
        logprobs: null,
      },
    ],
    ...(usage && { usage }),
  }
}

const FINISH: Readonly<Record<string, hub.FinishReason | undefined>> = {
  stop: 'stop',
  length: 'length',
  'content-filter': 'content_filter',
  'tool-calls': 'tool_calls',
  error: undefined,
  interrupted: undefined,
}

/** A finish reason. From version 3 on, there is also the provider's own, which says more if the reason is `other`. */
function finishOf(reason: unknown): string | undefined {
  const unified = asString(reason) ?? asString(fields(reason)['unified'])
  if (unified === undefined || Object.hasOwn(FINISH, unified)) return FINISH[unified ?? 'error']
  return asString(fields(reason)['raw']) ?? unified
}

/** Token counts by kind. In version 2 they are numbers, and what was written to the cache is only in the provider's metadata. */
function usageOf(usage: unknown, metadata: unknown, provider: string | undefined): hub.Usage | undefined {
  const { inputTokens: input, outputTokens: output, cachedInputTokens, reasoningTokens } = fields(usage)
  if (isObject(input) || isObject(output)) {
    const { total, cacheRead, cacheWrite } = fields(input)
    const { total: written, reasoning } = fields(output)
    return hubUsage(asNumber(total), asNumber(written), asNumber(cacheRead), asNumber(cacheWrite), asNumber(reasoning))
  }
  const read = asNumber(cachedInputTokens)
  const apart = countsCacheApart(provider) && asNumber(input) !== undefined
  const cacheWrite = apart ? cacheWriteOf(metadata) : undefined
  const total = apart ? sum(asNumber(input), read, cacheWrite) : asNumber(input)
  return hubUsage(total, asNumber(output), read, cacheWrite, asNumber(reasoningTokens))
}

function cacheWriteOf(metadata: unknown): number | undefined {
  const { anthropic, bedrock } = fields(metadata)
  return (
    asNumber(fields(anthropic)['cacheCreationInputTokens']) ??
    asNumber(fields(fields(bedrock)['usage'])['cacheWriteInputTokens'])
  )
}

function hubUsage(
  input: number | undefined,
  output: number | undefined,
  read: number | undefined,
  written: number | undefined,
  reasoning: number | undefined,
): hub.Usage | undefined {
  if (input === undefined && output === undefined) return undefined
  return {
    prompt_tokens: sum(input),
    completion_tokens: sum(output),
    total_tokens: sum(input, output),
    prompt_tokens_details: {
      ...(read !== undefined && { cached_tokens: read }),
      ...(written !== undefined && { cache_write_tokens: written }),
    },
    completion_tokens_details: { ...(reasoning !== undefined && { reasoning_tokens: reasoning }) },
  }
}

/** Reads the parts of a stream. If content is not captured, only the last ones are read. */
function streamSink(provider: string | undefined, content: boolean): StreamSink {
  let metadata: Fields = {}
  let finish: Fields | undefined
  let failure: unknown
  let text = ''
  let reasoning = ''
  const calls: Fields[] = []
  return {
    push(part) {
      const { type, delta } = fields(part)
      if (type === 'finish') finish = fields(part)
      else if (type === 'response-metadata') metadata = { ...metadata, ...fields(part) }
      else if (type === 'error') failure = fields(part)['error'] ?? new Error('the provider said no more')
      else if (!content) return
      else if (type === 'text-delta') text += asString(delta) ?? ''
      else if (type === 'reasoning-delta') reasoning += asString(delta) ?? ''
      else if (type === 'tool-call') calls.push(fields(part))
    },
    get done() {
      return finish !== undefined
    },
    get failure() {
      return failure
    },
    result() {
      const { finishReason, usage, providerMetadata } = finish ?? {}
      const chat = completion({ metadata, finishReason, usage: usageOf(usage, providerMetadata, provider) }, () => [
        { type: 'reasoning', text: reasoning },
        { type: 'text', text },
        ...calls,
      ])
      return { chat }
    },
  }
}
