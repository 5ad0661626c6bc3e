/** One interface for every kind of format: requests, answers and streams, as telemetry needs them. */
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
  WireError,
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
  /** Whether streams have a token count only if the request asks for one. */
  readonly usageOnRequest?: boolean | undefined
  request(wire: JsonObject, options: DecodeOptions): CallRequest
  /** `undefined` for an answer that says nothing about the call, such as audio. Throws for one that it cannot read. */
  answer(wire: unknown, options: DecodeOptions): CallResponse | undefined
  /** What the body of an error says. Absent for a format of an integration's own. */
  readonly error?: (body: unknown) => WireError | undefined
  /** Reads a stream. Absent for a format without streams. */
  readonly stream?: (options: DecodeOptions) => StreamSink
}

export interface StreamSink {
  push(data: unknown, name: string | undefined): void
  /** Whether the format's own end has come. A stream that ends without it was cut. */
  readonly done: boolean
  /** What went wrong, if the stream reports it and goes on to its end. */
  readonly failure?: unknown
  /**
   * The answer so far.
   *
   * @param flush - Whether to include what the decoder holds back.
   */
  result(flush: boolean): CallResponse | undefined
}

const known = new Map<FormatId | 'json', Format>()

/** @param id - Id of a known format, or a format of the integration's own, which is returned as it is. */
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
  const error = (body: unknown): WireError | undefined => codec.decodeError(body)
  switch (codec.kind) {
    case 'chat':
      return {
        operation,
        fields,
        error,
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
        error,
        request: (wire, options) => ({ embeddings: codec.decodeRequest(wire, options) }),
        answer: (wire, options) => ({ embeddings: codec.decodeResponse(wire, options) }),
      }
    case 'rerank':
      return {
        operation,
        fields,
        error,
        request: () => ({ other: {} }),
        answer: (wire, options) => ({ other: codec.decodeResponse(wire, options) }),
      }
    case 'decisions':
      return {
        operation,
        fields,
        request: () => ({ other: {} }),
        answer: (wire) => ({ other: factsOf(isObject(wire) ? wire : {}) }),
      }
  }
}

type Passthrough = Partial<
  Pick<PassthroughFormat, 'operation' | 'outputType' | 'lastEvent' | 'response' | 'textFormats' | 'decodeError'>
>

function passthroughFormat(passthrough: Passthrough): Format {
  const { operation, outputType: type, lastEvent, response, textFormats, decodeError } = passthrough
  const mayBeText = response === 'bytes' || textFormats !== undefined
  return {
    operation,
    ...(decodeError && { error: decodeError }),
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

/** Speech answers have no usage. They are billed by the text that was read aloud. */
function spoken({ input }: JsonObject): PassthroughUsage | undefined {
  return typeof input === 'string' && input !== '' ? { input_characters: input.length } : undefined
}

/** The latest event with counts has the total. */
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
      // A chat that has begun has at least one choice, finished or not.
      if (chat.choices.length === 0) chat.choices.push(UNFINISHED)
      return { chat }
    },
  }
}

/** The choice of a stream that broke off before its first one. */
const UNFINISHED = {
  index: 0,
  finish_reason: undefined as never,
  message: { role: 'assistant' as const, content: null, refusal: null },
  logprobs: null,
}
