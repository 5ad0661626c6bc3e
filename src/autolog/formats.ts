/** One face for every kind of format: its requests, answers and streams, as telemetry takes them. */
import { createChatAccumulator, type ChatAccumulator } from '../kernel/accumulate.js'
import type { Framing } from '../kernel/frames.js'
import type { ChatCompletion } from '../kernel/hub.js'
import { asNumber, isObject } from '../kernel/json.js'
import type {
  ChatProtocol,
  DecodeOptions,
  FieldTable,
  FormatId,
  JsonObject,
  PassthroughFormat,
  Protocol,
  StreamDecoder,
} from '../kernel/protocol.js'
import { passthroughs, protocols } from '../protocols/index.js'
import { readRequest } from './read-request.js'
import {
  FACT_FIELDS,
  factsOf,
  type PassthroughFacts,
  type PassthroughUsage,
} from '../protocols/shared/passthrough-facts.js'
import { outputType } from '../telemetry/attributes.js'
import type { CallRequest, CallResponse } from '../telemetry/call.js'
import * as semconv from '../telemetry/semconv.js'

export interface Format {
  readonly operation: semconv.OperationName | undefined
  readonly fields?: FieldTable | undefined
  readonly framing?: Framing | undefined
  /** Names of stream events whose data is text. */
  readonly textEvents?: readonly string[] | undefined
  /** Streams count tokens only where the request asks for it. */
  readonly usageOnRequest?: boolean | undefined
  request(wire: JsonObject, options: DecodeOptions): CallRequest
  /** `undefined` for an answer that says nothing of the call, such as a sound. Throws for one that it cannot read. */
  answer(wire: unknown, options: DecodeOptions): CallResponse | undefined
  /** Reads a stream; not there for a format that knows none. */
  readonly stream?: (options: DecodeOptions) => StreamSink
}

export interface StreamSink {
  push(data: unknown, name: string | undefined): void
  /** Whether the format's own end was seen. A stream that ends without it was cut. */
  readonly done: boolean
  /** What went wrong, where the stream itself tells of it and goes on to its end. */
  readonly failure?: unknown
  /**
   * What the stream said so far.
   *
   * @param flush - Ask for what the decoder holds back.
   */
  result(flush: boolean): CallResponse | undefined
}

const known = new Map<FormatId | 'json', Format>()

/** @param id - Of a known format; a format of the integration's own is that itself. */
export function formatOf(id: FormatId | 'json' | Format): Format {
  if (typeof id === 'object') return id
  let format = known.get(id)
  if (!format) {
    format =
      id === 'json'
        ? passthroughFormat({})
        : id in protocols
          ? read(protocols[id as keyof typeof protocols])
          : passthroughFormat(passthroughs[id as keyof typeof passthroughs])
    known.set(id, format)
  }
  return format
}

function read(codec: Protocol): Format {
  const { operation, fields } = codec
  switch (codec.kind) {
    case 'chat':
      return {
        operation,
        fields,
        framing: codec.framing,
        textEvents: codec.textEvents,
        usageOnRequest: codec.usageOnRequest,
        request: (wire, options) => ({ chat: readRequest(codec, wire, options) }),
        answer: (wire, options) => ({ chat: codec.decodeResponse(wire, options) }),
        stream: (options) => chatSink(codec, options),
      }
    case 'embeddings':
      return {
        operation,
        fields,
        request: (wire, options) => ({ embeddings: codec.decodeRequest(wire, options) }),
        answer: (wire, options) => ({ embeddings: codec.decodeResponse(wire, options) }),
      }
    case 'rerank':
      return {
        operation,
        fields,
        request: () => ({ other: {} }),
        answer: (wire, options) => ({ other: codec.decodeResponse(wire, options) }),
      }
  }
}

type Passthrough = Partial<
  Pick<PassthroughFormat, 'operation' | 'outputType' | 'lastEvent' | 'response' | 'textFormats'>
>

function passthroughFormat({ operation, outputType: type, lastEvent, response, textFormats }: Passthrough): Format {
  const mayBeText = response === 'bytes' || textFormats !== undefined
  return {
    operation,
    fields: FACT_FIELDS,
    request(wire) {
      const count = asNumber(wire['n'])
      return {
        other: {
          ...(type && outputType(type)),
          ...(wire['stream'] === true && { [semconv.REQUEST_STREAM]: true }),
          ...(count !== undefined && count !== 1 && { [semconv.REQUEST_CHOICE_COUNT]: count }),
        },
        ...(type === 'speech' && { usage: spoken(wire) }),
      }
    },
    answer(wire) {
      if (isObject(wire)) return { other: factsOf(wire) }
      if (mayBeText) return undefined
      throw new TypeError('the answer is not an object')
    },
    stream: () => passedSink(lastEvent),
  }
}

/** Sound says nothing of itself, and is billed by the text that was read aloud. */
function spoken({ input }: JsonObject): PassthroughUsage | undefined {
  return typeof input === 'string' && input !== '' ? { input_characters: input.length } : undefined
}

/** The newest event that carries counts says it all. */
function passedSink(lastEvent: string | undefined): StreamSink {
  let facts: PassthroughFacts | undefined
  let done = lastEvent === undefined
  return {
    push(data) {
      if (data === '[DONE]') done = true
      if (!isObject(data)) return
      if (data['type'] === lastEvent) done = true
      if (isObject(data['usage'])) facts = factsOf(data)
    },
    get done() {
      return done
    },
    result: () => facts && { other: facts },
  }
}

function chatSink(codec: ChatProtocol, options: DecodeOptions): StreamSink {
  const decoder: StreamDecoder = codec.createStreamDecoder(options)
  const accumulator: ChatAccumulator = createChatAccumulator({ content: options.content ?? true })
  return {
    push(data, name) {
      for (const chunk of decoder.push(data, name)) accumulator.push(chunk)
    },
    get done() {
      return decoder.done
    },
    result(flush) {
      if (flush) for (const chunk of decoder.end()) accumulator.push(chunk)
      const chat: ChatCompletion = accumulator.result()
      // A chat that was under way has at least one position, finished or not.
      if (chat.choices.length === 0) chat.choices.push(UNFINISHED)
      return { chat }
    },
  }
}

/** A stream that broke off before its first choice still has one position, and it did not finish. */
const UNFINISHED = {
  index: 0,
  finish_reason: undefined as never,
  message: { role: 'assistant' as const, content: null, refusal: null },
  logprobs: null,
}
