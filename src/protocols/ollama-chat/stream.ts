/**
 * Streamed answers, one JSON object a line (https://docs.ollama.com/api/streaming), both ways. The last line has
 * `done: true` and the counts; an error is a line of its own.
 */
import { StreamError } from '../../kernel/errors.js'
import type {
  ChatChunk,
  ChunkChoice,
  ChunkDelta,
  FinishReason,
  FunctionToolCall,
  Logprobs,
  ToolCall,
  Usage,
} from '../../kernel/hub.js'
import { asArray, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, StreamDecoder, StreamEncoder, WireEvent } from '../../kernel/protocol.js'
import { providerErrorOf } from '../openai-chat/error.js'
import {
  decodeFinish,
  decodeHead,
  decodeLogprobs,
  decodeRaw,
  decodeUsage,
  encodeFinish,
  encodeHead,
  encodeLogprobs,
  encodeUsage,
  unknownMessageFields,
} from './response.js'
import { decodeCall, encodeCall } from './tool-calls.js'
import { ownRaw } from './wire.js'

const NOTHING: readonly ChatChunk[] = []

export function createStreamDecoder(options: DecodeOptions = {}): StreamDecoder {
  const keepContent = options.content ?? true
  let head: ReturnType<typeof decodeHead> = { id: '', created: 0, model: '' }
  let started = false
  let calls = 0
  let done = false
  let own: JsonObject | undefined

  function chunkOf(choices: ChunkChoice[]): ChatChunk {
    return { id: head.id, object: 'chat.completion.chunk', created: head.created, model: head.model, choices }
  }

  function deltasOf(message: JsonObject): ChunkDelta[] {
    const deltas: ChunkDelta[] = []
    const thinking = asString(message['thinking'])
    const content = asString(message['content'])
    if (thinking) deltas.push({ reasoning_content: thinking })
    if (content) deltas.push({ content })
    const made = asArray(message['tool_calls']).filter(isObject)
    if (made.length > 0 && keepContent)
      deltas.push({ tool_calls: made.map((call, at) => callDelta(decodeCall(call, calls + at), calls + at)) })
    calls += made.length
    return keepContent ? deltas : []
  }

  return {
    push(data) {
      if (data === '[DONE]') return NOTHING
      if (!isObject(data))
        throw providerErrorOf(data) ?? new StreamError(`expected a line of an answer, got ${typeName(data)}`)
      const { message } = data
      if (data['error'] != null || !(isObject(message) || data['done'] === true)) {
        throw providerErrorOf(data) ?? new StreamError('a line without a message')
      }
      if (done) return NOTHING
      const chunks: ChatChunk[] = []
      if (!started) {
        started = true
        head = decodeHead(data)
        chunks.push(chunkOf([{ index: 0, delta: { role: 'assistant' }, finish_reason: null }]))
      }
      const deltas = isObject(message) ? deltasOf(message) : []
      const rest = unknownMessageFields(message)
      if (rest) own = { ...own, ...rest }
      const logprobs = keepContent ? decodeLogprobs(data['logprobs']) : null
      deltas.forEach((delta, at) => {
        chunks.push(chunkOf([{ index: 0, delta, finish_reason: null, ...(logprobs && at === 0 && { logprobs }) }]))
      })
      if (data['done'] !== true) return chunks
      done = true
      const raw = keepContent ? decodeRaw(data, own) : {}
      chunks.push({ ...chunkOf([{ index: 0, delta: {}, ...decodeFinish(data['done_reason'], calls > 0) }]), ...raw })
      const usage = decodeUsage(data)
      if (usage) chunks.push({ ...chunkOf([]), usage })
      return chunks
    },
    end: () => NOTHING,
    get done() {
      return done
    },
  }
}

function callDelta(
  { id, function: made }: FunctionToolCall,
  index: number,
): NonNullable<ChunkDelta['tool_calls']>[number] {
  return { index, id, type: 'function', function: made }
}

export function createStreamEncoder(): StreamEncoder {
  const calls = new Map<number, ToolCall>()
  let head: Pick<ChatChunk, 'id' | 'created' | 'model'> | undefined
  let finish: FinishReason | undefined
  let native: string | undefined
  let usage: Usage | undefined
  let timings: JsonObject | undefined

  function line(message: JsonObject, logprobs?: Logprobs | null): WireEvent {
    return {
      data: {
        ...(head && encodeHead(head)),
        message: { role: 'assistant', content: '', ...message },
        done: false,
        ...encodeLogprobs(logprobs),
      },
    }
  }

  function lines(delta: ChunkDelta, logprobs: Logprobs | null | undefined): WireEvent[] {
    const written: WireEvent[] = []
    const thinking =
      delta.thinking_blocks?.map((block) => (block.type === 'thinking' ? block.thinking : '')).join('') ??
      delta.reasoning_content
    if (thinking) written.push(line({ thinking }))
    const content = `${delta.content ?? ''}${delta.refusal ?? ''}`
    if (content !== '') written.push(line({ content }, logprobs))
    return written
  }

  /** A line holds whole calls, so their fragments wait for the end. */
  function gather(delta: ChunkDelta): void {
    const old = delta.function_call ? [{ index: 0, function: delta.function_call }] : []
    for (const piece of delta.tool_calls ?? old) {
      let call = calls.get(piece.index)
      if (!call) {
        const id = ('id' in piece && piece.id) || `call_${piece.index}`
        call =
          'type' in piece && piece.type === 'custom'
            ? { id, type: 'custom', custom: { name: '', input: '' } }
            : { id, type: 'function', function: { name: '', arguments: '' } }
        calls.set(piece.index, call)
      }
      if (call.type === 'custom') {
        const custom = 'custom' in piece ? piece.custom : undefined
        call.custom.name += custom?.name ?? ''
        call.custom.input += custom?.input ?? ''
      } else {
        call.function.name += piece.function?.name ?? ''
        call.function.arguments += piece.function?.arguments ?? ''
      }
    }
  }

  return {
    push(chunk) {
      head ??= chunk
      if (chunk.usage) usage = chunk.usage
      if (chunk.raw) timings = ownRaw(chunk.raw)
      // The format holds one choice.
      const choice = chunk.choices.find(({ index }) => index === 0)
      if (!choice) return []
      gather(choice.delta)
      if (choice.finish_reason) {
        finish = choice.finish_reason
        native = choice.native_finish_reason
      }
      return lines(choice.delta, choice.logprobs)
    },
    end() {
      if (!head) throw new StreamError('a stream that ended before its first chunk')
      const made = [...calls.values()].map((call, place) => encodeCall(call, undefined, place))
      const { message: own, ...raw } = timings ?? {}
      const last = {
        ...encodeHead(head),
        message: { ...(isObject(own) && own), role: 'assistant', content: '' },
        done: true,
        done_reason: encodeFinish(finish, native),
        ...encodeUsage(usage),
        ...raw,
      }
      return [...(made.length > 0 ? [line({ tool_calls: made })] : []), { data: last }]
    },
  }
}
