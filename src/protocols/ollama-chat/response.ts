/** Whole answers (https://docs.ollama.com/api/chat), both ways. A line of a stream has the same shape. */
import { blocksOf } from '../../kernel/message-blocks.js'
import { StreamError } from '../../kernel/errors.js'
import type {
  ChatCompletion,
  CompletionMessage,
  FinishReason,
  Logprobs,
  TokenLogprob,
  Usage,
} from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { providerErrorOf } from '../openai-chat/error.js'
import { rawOf, unknownFields } from '../shared/raw.js'
import { usageOf } from '../shared/usage.js'
import { decodeCall, encodeCall } from './tool-calls.js'
import { ID, ownRaw } from './wire.js'

const KNOWN: ReadonlySet<string> = new Set([
  'id',
  'model',
  'created_at',
  'message',
  'done',
  'done_reason',
  'prompt_eval_count',
  'eval_count',
  'logprobs',
])

export function decodeResponse(wire: unknown, options: DecodeOptions = {}): ChatCompletion {
  if (!isObject(wire)) throw providerErrorOf(wire) ?? new StreamError(`the answer is ${typeName(wire)}, not an object`)
  const { message } = wire
  if (!isObject(message) || typeof wire['error'] === 'string')
    throw providerErrorOf(wire) ?? new StreamError('the answer has no `message`')
  const content = options.content ?? true
  const usage = decodeUsage(wire)
  return {
    ...decodeHead(wire),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        ...decodeFinish(wire['done_reason'], asArray(message['tool_calls']).length > 0),
        message: content ? decodeMessage(message) : { role: 'assistant', content: null, refusal: null },
        logprobs: content ? decodeLogprobs(wire['logprobs']) : null,
      },
    ],
    ...(usage && { usage }),
    ...(content && decodeRaw(wire)),
  }
}

const MESSAGE: ReadonlySet<string> = new Set(['role', 'content', 'thinking', 'tool_calls'])

/** What a message says beyond the hub's words, such as images that a model made. */
export function unknownMessageFields(message: unknown): JsonObject | undefined {
  return isObject(message) ? unknownFields(message, MESSAGE) : undefined
}

/** The server's timings, in nanoseconds, and what else it says. */
export function decodeRaw(
  wire: JsonObject,
  message = unknownMessageFields(wire['message']),
): Pick<ChatCompletion, 'raw'> {
  const outer = unknownFields(wire, KNOWN)
  return rawOf(ID, message ? { ...outer, message } : outer)
}

/** The server gives its answers no id; our own gateway does. */
export function decodeHead(wire: JsonObject): Pick<ChatCompletion, 'id' | 'created' | 'model'> {
  const created = Date.parse(asString(wire['created_at']) ?? '')
  return {
    id: asString(wire['id']) ?? '',
    created: Number.isFinite(created) ? Math.floor(created / 1000) : 0,
    model: asString(wire['model']) ?? '',
  }
}

export function encodeHead({ id, created, model }: Pick<ChatCompletion, 'id' | 'created' | 'model'>): JsonObject {
  return { ...(id !== '' && { id }), model, created_at: new Date(created * 1000).toISOString() }
}

function decodeMessage(message: JsonObject): CompletionMessage {
  const thinking = asString(message['thinking'])
  const calls = asArray(message['tool_calls']).filter(isObject).map(decodeCall)
  return {
    role: 'assistant',
    content: asString(message['content']) || (calls.length > 0 ? null : ''),
    refusal: null,
    ...(calls.length > 0 && { tool_calls: calls }),
    ...(thinking && { reasoning_content: thinking, thinking_blocks: [{ type: 'thinking', thinking }] }),
  }
}

/** Calls end with `stop` here. `load` and `unload` answer a request without messages. */
export function decodeFinish(
  reason: unknown,
  called: boolean,
): { finish_reason: FinishReason; native_finish_reason?: string } {
  if (reason === 'length') return { finish_reason: 'length' }
  const finish = called ? 'tool_calls' : 'stop'
  const plain = reason === 'stop' || reason === finish || typeof reason !== 'string' || reason === ''
  return plain ? { finish_reason: finish } : { finish_reason: finish, native_finish_reason: reason }
}

/** Words of this format alone: a model was loaded or unloaded, and said nothing. */
const OWN_REASONS: ReadonlySet<string | undefined> = new Set(['load', 'unload'])

export function encodeFinish(finish: FinishReason | undefined, native: string | undefined): string {
  if (finish === 'length') return 'length'
  return native !== undefined && OWN_REASONS.has(native) ? native : 'stop'
}

/** A prompt that the server still holds from the call before is not counted again, and its field left out. */
export function decodeUsage(wire: JsonObject): Usage | undefined {
  return usageOf(wire['prompt_eval_count'], wire['eval_count'])
}

export function encodeUsage(usage: Usage | null | undefined): JsonObject {
  return usage ? { prompt_eval_count: usage.prompt_tokens, eval_count: usage.completion_tokens } : {}
}

function readToken(entry: JsonObject): Omit<TokenLogprob, 'top_logprobs'> {
  const bytes = entry['bytes']
  const numbers = Array.isArray(bytes) ? bytes.filter((byte) => typeof byte === 'number') : null
  return { token: asString(entry['token']) ?? '', logprob: asNumber(entry['logprob']) ?? 0, bytes: numbers }
}

export function decodeLogprobs(wire: unknown): Logprobs | null {
  const content = asArray(wire)
    .filter(isObject)
    .map((entry): TokenLogprob => ({
      ...readToken(entry),
      top_logprobs: asArray(entry['top_logprobs']).filter(isObject).map(readToken),
    }))
  return content.length > 0 ? { content, refusal: null } : null
}

export function encodeLogprobs(logprobs: Logprobs | null | undefined): JsonObject {
  const content = logprobs?.content ?? []
  return content.length > 0 ? { logprobs: content } : {}
}

/** Writes the first choice: the format has only one. Blocks of other formats have no counterpart here. */
export function encodeResponse(response: ChatCompletion): JsonObject {
  const choice = response.choices[0]
  const blocks = choice ? blocksOf(choice.message) : []
  const textOf = blocks.map((block) =>
    block.type === 'text' ? block.text : block.type === 'refusal' ? block.refusal : '',
  )
  const thinking = blocks.map((block) => (block.type === 'thinking' ? block.thinking : '')).join('')
  const calls = (choice?.message.tool_calls ?? []).map((call, place) => encodeCall(call, undefined, place))
  const { message: own, ...raw } = ownRaw(response.raw) ?? {}
  return {
    ...encodeHead(response),
    message: {
      ...(isObject(own) && own),
      role: 'assistant',
      content: textOf.join(''),
      ...(thinking !== '' && { thinking }),
      ...(calls.length > 0 && { tool_calls: calls }),
    },
    done: true,
    done_reason: encodeFinish(choice?.finish_reason, choice?.native_finish_reason),
    ...encodeUsage(response.usage),
    ...encodeLogprobs(choice?.logprobs),
    ...raw,
  }
}
