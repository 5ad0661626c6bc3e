/** One interface for every kind of format: requests, answers and streams, as telemetry needs them. */
import { createChatAccumulator, type ChatAccumulator } from '../../kernel/accumulate.js'
import type { ChatCompletion } from '../../kernel/hub.js'
import { asNumber, isObject } from '../../kernel/json.js'
import type {
  ChatProtocol,
  DecodeOptions,
  FormatId,
  JsonObject,
  PassthroughFormat,
  Protocol,
  StreamDecoder,
  WireError,
} from '../../kernel/protocol.js'
import { passthroughs, protocols } from '../../protocols/index.js'
import { variantOf } from '../../protocols/variants/index.js'
import type { Variant, VariantId } from '../../protocols/variants/variant.js'
import { readRequest } from './read-request.js'
import {
  FACT_FIELDS,
  factsOf,
  type PassthroughFacts,
  type PassthroughUsage,
} from '../../protocols/shared/passthrough-facts.js'
import { outputType } from '../../telemetry/spans/attributes.js'
import * as semconv from '../../telemetry/semconv.js'
import type { Format, StreamSink } from '../format-contract.js'
import { variantFormat } from './variant-format.js'

/** What names a format: an id, a variant, or a format of the integration's own. */
export type FormatName = FormatId | VariantId | 'json' | Variant | Format

const known = new Map<FormatId | VariantId | 'json', Format>()

/** @param name - A format of the integration's own is returned as it is. */
export function formatOf(name: FormatName): Format {
  if (typeof name === 'object') return 'as' in name ? variantNamed(name) : name
  let format = known.get(name)
  if (!format) known.set(name, (format = formatNamed(name)))
  return format
}

function formatNamed(id: FormatId | VariantId | 'json'): Format {
  if (id === 'json') return passthroughFormat({})
  if (id in protocols) return read(protocols[id as keyof typeof protocols])
  if (id in passthroughs) return passthroughFormat(passthroughs[id as keyof typeof passthroughs])
  return variantNamed(variantOf(id as VariantId))
}

/** For a variant that depends on the request. */
export function formatOfRequest(
  id: FormatId | VariantId,
  asked: { readonly body: unknown; readonly path: string },
): Format {
  return id in protocols || id in passthroughs ? formatOf(id) : variantNamed(variantOf(id as VariantId, asked))
}

const variantNamed = (variant: Variant): Format =>
  variantFormat(variant, formatOf(variant.as), formatOf(variant.errorsAs ?? variant.as))

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
        fields: fields ?? FACT_FIELDS,
        error,
        request: () => ({ other: {} }),
        answer(wire) {
          // Refuses what is no decision.
          codec.decodeResponse(wire, { content: false })
          return { other: factsOf(isObject(wire) ? wire : {}) }
        },
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
