/** Converts LangChain's `LLMResult` to hub shape. */
import { asNumber, asString, isObject, type hub } from '../../src/autolog/contract.js'
import { toHubAnswer, toolCallsOf } from './messages.js'
import { finishReason } from './providers.js'

type Fields = Readonly<Record<string, unknown>>

const fields = (value: unknown): Fields => (isObject(value) ? value : {})

/** The answer to one prompt. @param content - Whether to read messages. */
export function toHubResponse(output: unknown, content: boolean): hub.ChatCompletion | undefined {
  const result = fields(output)
  const lists: unknown = result['generations']
  const generations = Array.isArray(lists) && Array.isArray(lists[0]) ? lists[0].filter(isObject) : []
  const llmOutput = fields(result['llmOutput'])
  const head = fields(generations[0])
  const message = fields(head['message'])
  const metadata: Fields = { ...llmOutput, ...fields(head['generationInfo']), ...fields(message['response_metadata']) }
  const usage = usageOf(message, llmOutput)
  return {
    id: idOf(message, metadata),
    object: 'chat.completion',
    created: 0,
    model: asString(metadata['model_name']) ?? asString(metadata['model']) ?? asString(metadata['modelVersion']) ?? '',
    choices: generations.map((generation, index) => choiceOf(generation, index, content)),
    ...(usage && { usage }),
  }
}

/** Without the ids that LangChain makes itself if the provider gives none. */
function idOf(message: Fields, metadata: Fields): string {
  const own = asString(message['id'])
  return (own?.startsWith('run-') ? undefined : own) ?? asString(metadata['id']) ?? ''
}

function choiceOf(generation: Fields, index: number, content: boolean): hub.ChatChoice {
  const message = fields(generation['message'])
  const metadata: Fields = { ...fields(generation['generationInfo']), ...fields(message['response_metadata']) }
  const said =
    asString(metadata['finish_reason']) ??
    asString(metadata['stop_reason']) ??
    asString(metadata['finishReason']) ??
    asString(metadata['stopReason']) ??
    asString(metadata['done_reason'])
  const calls = toolCallsOf(message['tool_calls']).length > 0
  const text = isObject(generation['message']) ? undefined : asString(generation['text'])
  return {
    index,
    // LangChain has ended the run as a success, so a model without a reason has stopped by itself.
    finish_reason: finishReason(said) ?? (calls ? 'tool_calls' : 'stop'),
    message:
      content && text === undefined
        ? toHubAnswer(message)
        : { role: 'assistant', content: content ? (text ?? null) : null, refusal: null },
    logprobs: null,
    ...(said !== undefined && { native_finish_reason: said }),
  }
}

/** `usage_metadata` of the message, else the usage in `llmOutput`. */
function usageOf(message: Fields, llmOutput: Fields): hub.Usage | undefined {
  const usage = fields(message['usage_metadata'])
  const input = asNumber(usage['input_tokens'])
  const output = asNumber(usage['output_tokens'])
  if (input === undefined && output === undefined) return tokenUsage(llmOutput)
  const inputDetails = fields(usage['input_token_details'])
  const outputDetails = fields(usage['output_token_details'])
  const cached = asNumber(inputDetails['cache_read']) ?? 0
  const written = asNumber(inputDetails['cache_creation']) ?? 0
  // Some packages do not include cached tokens in the input. The hub's total does.
  const prompt = (input ?? 0) < cached + written ? (input ?? 0) + cached + written : (input ?? 0)
  return {
    prompt_tokens: prompt,
    completion_tokens: output ?? 0,
    total_tokens: prompt + (output ?? 0),
    prompt_tokens_details: defined({
      cached_tokens: asNumber(inputDetails['cache_read']),
      cache_write_tokens: asNumber(inputDetails['cache_creation']),
      audio_tokens: asNumber(inputDetails['audio']),
      image_tokens: asNumber(inputDetails['image']),
    }),
    completion_tokens_details: defined({
      reasoning_tokens: asNumber(outputDetails['reasoning']),
      audio_tokens: asNumber(outputDetails['audio']),
    }),
  }
}

function tokenUsage(llmOutput: Fields): hub.Usage | undefined {
  for (const key of ['tokenUsage', 'usage', 'estimatedTokenUsage']) {
    const usage = fields(llmOutput[key])
    const input = asNumber(usage['promptTokens']) ?? asNumber(usage['prompt_tokens']) ?? asNumber(usage['input_tokens'])
    const output =
      asNumber(usage['completionTokens']) ?? asNumber(usage['completion_tokens']) ?? asNumber(usage['output_tokens'])
    if (input === undefined && output === undefined) continue
    return { prompt_tokens: input ?? 0, completion_tokens: output ?? 0, total_tokens: (input ?? 0) + (output ?? 0) }
  }
  return undefined
}

type Defined<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> }

function defined<T extends object>(values: T): Defined<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Defined<T>
}
