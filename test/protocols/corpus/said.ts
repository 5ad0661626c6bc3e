/**
 * What a recorded answer says, read as naively as possible and without the codecs: the yardstick for "nothing lost".
 * White space does not count, as formats separate pieces of reasoning and text differently.
 */
import { asArray, asNumber, asString, isObject, parseJson } from '../../../src/kernel/json.js'
import type { ChatCompletion, FinishReason } from '../../../src/kernel/hub.js'
import type { JsonObject, ProtocolId } from '../../../src/kernel/protocol.js'
import { saidByBedrock } from './said-bedrock.js'
import { saidByCohere } from './said-cohere.js'
import { saidByGemini } from './said-gemini.js'
import { saidByOllama } from './said-ollama.js'
import { call, objects, squeeze, type Said } from './said-words.js'

function nested(value: unknown): string {
  if (typeof value === 'string') return value
  return objects(value)
    .map((part) => nested(part.text ?? part.thinking ?? part.summary ?? ''))
    .join('')
}

const CHAT_FINISH: Record<string, FinishReason> = {
  stop: 'stop',
  eos: 'stop',
  length: 'length',
  tool_calls: 'tool_calls',
  function_call: 'function_call',
  content_filter: 'content_filter',
}

/** Answers and chunks of OpenAI's chat and completions. */
function saidByChat(bodies: readonly JsonObject[]): Said {
  const text: string[] = []
  const reasoning: string[] = []
  let finish: FinishReason | undefined
  let usage: JsonObject | undefined
  const calls = new Map<string, { name: string; input: string }>()
  for (const body of bodies) {
    const own = isObject(body.usage)
      ? body.usage
      : isObject(body.x_groq) && isObject(body.x_groq.usage)
        ? body.x_groq.usage
        : undefined
    usage = own ?? usage
    for (const choice of objects(body.choices)) {
      const message = isObject(choice.message)
        ? choice.message
        : isObject(choice.delta)
          ? choice.delta
          : { content: choice.text }
      const parts = asArray(message.content)
      const at = asNumber(choice.index) ?? 0
      text[at] =
        (text[at] ?? '') +
        (asString(message.content) ?? parts.map((part) => (isObject(part) ? (asString(part.text) ?? '') : '')).join(''))
      const thought =
        asString(message.reasoning_content) ?? asString(message.reasoning) ?? nested(message.reasoning_details)
      reasoning[at] =
        (reasoning[at] ?? '') + (thought || parts.map((part) => (isObject(part) ? nested(part.thinking) : '')).join(''))
      finish = CHAT_FINISH[asString(choice.finish_reason) ?? ''] ?? finish
      for (const made of objects(message.tool_calls)) {
        const fn = isObject(made.function) ? made.function : {}
        const key = `${String(choice.index)}/${made.index === undefined ? `${String(made.id)}` : String(made.index)}`
        const known = calls.get(key) ?? { name: '', input: '' }
        calls.set(key, {
          name: known.name + (asString(fn.name) ?? ''),
          input: known.input + (asString(fn.arguments) ?? ''),
        })
      }
    }
  }
  const prompt = asNumber(usage?.prompt_tokens)
  const total = asNumber(usage?.total_tokens)
  return {
    id: bodies.map((body) => asString(body.id)).findLast(Boolean),
    model: bodies.map((body) => asString(body.model)).findLast(Boolean),
    text: squeeze(text.join('')),
    reasoning: squeeze(reasoning.join('')),
    calls: [...calls.values()].map(({ name, input }) => call(name, input)),
    finish,
    prompt,
    completion: total === undefined || prompt === undefined ? undefined : total - prompt,
  }
}

const ANTHROPIC_FINISH: Record<string, FinishReason> = {
  end_turn: 'stop',
  stop_sequence: 'stop',
  max_tokens: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
}

function saidByAnthropic(message: JsonObject): Said {
  const blocks = objects(message.content)
  const usage = isObject(message.usage) ? message.usage : {}
  const input = asNumber(usage.input_tokens)
  return {
    id: asString(message.id),
    model: asString(message.model),
    text: squeeze(blocks.map((block) => (block.type === 'text' ? (asString(block.text) ?? '') : '')).join('')),
    reasoning: squeeze(
      blocks.map((block) => (block.type === 'thinking' ? (asString(block.thinking) ?? '') : '')).join(''),
    ),
    calls: blocks.filter((block) => block.type === 'tool_use').map((block) => call(block.name, block.input)),
    finish: ANTHROPIC_FINISH[asString(message.stop_reason) ?? ''],
    prompt:
      input === undefined
        ? undefined
        : input + (asNumber(usage.cache_read_input_tokens) ?? 0) + (asNumber(usage.cache_creation_input_tokens) ?? 0),
    completion: asNumber(usage.output_tokens),
  }
}

/** The message that a stream of Anthropic's events builds. */
function anthropicMessage(events: readonly JsonObject[]): JsonObject {
  let message: JsonObject = {}
  const blocks = new Map<unknown, JsonObject>()
  for (const event of events) {
    const delta = isObject(event.delta) ? event.delta : {}
    const block = blocks.get(event.index)
    if (event.type === 'message_start' && isObject(event.message)) message = { ...event.message }
    else if (event.type === 'content_block_start' && isObject(event.content_block))
      blocks.set(event.index, { ...event.content_block })
    else if (event.type === 'message_delta') {
      message = {
        ...message,
        ...delta,
        usage: { ...(message.usage as object), ...(isObject(event.usage) ? withoutNulls(event.usage) : {}) },
      }
    } else if (block && delta.type === 'text_delta')
      block.text = `${asString(block.text) ?? ''}${asString(delta.text) ?? ''}`
    else if (block && delta.type === 'thinking_delta')
      block.thinking = `${asString(block.thinking) ?? ''}${asString(delta.thinking) ?? ''}`
    else if (block && delta.type === 'input_json_delta')
      block.json = `${asString(block.json) ?? ''}${asString(delta.partial_json) ?? ''}`
  }
  const content = [...blocks.values()].map((block) =>
    block.json ? { ...block, input: parseJson(block.json as string) } : block,
  )
  return { ...message, content: [...objects(message.content), ...content] }
}

function withoutNulls(object: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null))
}

function saidByResponses(response: JsonObject): Said {
  const items = objects(response.output)
  const texts = items.filter((item) => item.type === 'message').flatMap((item) => objects(item.content))
  const thoughts = items.filter((item) => item.type === 'reasoning')
  const usage = isObject(response.usage) ? response.usage : {}
  const made = items.filter((item) => item.type === 'function_call' || item.type === 'custom_tool_call')
  const incomplete = isObject(response.incomplete_details) ? response.incomplete_details.reason : undefined
  return {
    id: asString(response.id),
    model: asString(response.model),
    text: squeeze(texts.map((part) => (part.type === 'output_text' ? (asString(part.text) ?? '') : '')).join('')),
    reasoning: squeeze(thoughts.map((item) => nested(item.summary) || nested(item.content)).join('')),
    calls: made.map((item) => call(item.name, item.arguments ?? item.input)),
    finish:
      incomplete === 'max_output_tokens'
        ? 'length'
        : response.status === 'completed' && made.length > 0
          ? 'tool_calls'
          : undefined,
    prompt: asNumber(usage.input_tokens),
    completion: asNumber(usage.output_tokens),
  }
}

/** The last event that carries the whole response, or what the deltas say of one that was cut. */
function responsesResponse(events: readonly JsonObject[]): JsonObject {
  const whole = events.findLast((event) => isObject(event.response))
  const done = events.filter((event) => event.type === 'response.output_item.done').map((event) => event.item)
  const response = isObject(whole?.response) ? whole.response : {}
  return asArray(response.output).length > 0 ? response : { ...response, output: done }
}

/** @param bodies - One answer, or the parsed events of a stream. */
export function saidBy(format: ProtocolId, bodies: readonly JsonObject[], isStream: boolean): Said {
  if (format === 'anthropic-messages') return saidByAnthropic(isStream ? anthropicMessage(bodies) : (bodies[0] ?? {}))
  if (format === 'ollama-chat') return saidByOllama(bodies)
  if (format === 'bedrock-converse') return saidByBedrock(bodies, isStream)
  if (format === 'gemini-generate') return saidByGemini(bodies)
  if (format === 'cohere-chat') return saidByCohere(bodies, isStream)
  if (format === 'openai-responses') return saidByResponses(isStream ? responsesResponse(bodies) : (bodies[0] ?? {}))
  return saidByChat(bodies)
}

export function saidByHub(completion: ChatCompletion): Said {
  const messages = completion.choices.map(({ message }) => message)
  const { usage } = completion
  return {
    id: completion.id || undefined,
    model: completion.model || undefined,
    text: squeeze(messages.map(({ content }) => content ?? '').join('')),
    reasoning: squeeze(messages.map((message) => message.reasoning_content ?? '').join('')),
    calls: messages.flatMap((message) =>
      (message.tool_calls ?? []).map((made) =>
        made.type === 'function'
          ? call(made.function.name, made.function.arguments)
          : call(made.custom.name, made.custom.input),
      ),
    ),
    finish: completion.choices.at(-1)?.finish_reason,
    prompt: usage?.prompt_tokens,
    completion: usage?.completion_tokens,
  }
}

/** Names of what differs. What the recording does not say is not asked for. */
export function lost(recorded: Said, read: Said): string[] {
  const fields = ['id', 'model', 'text', 'reasoning', 'finish', 'prompt', 'completion'] as const
  const differing = fields.filter((field) => recorded[field] !== undefined && recorded[field] !== read[field])
  const calls = JSON.stringify(recorded.calls) === JSON.stringify(read.calls) ? [] : ['calls']
  return [...differing, ...calls]
}
