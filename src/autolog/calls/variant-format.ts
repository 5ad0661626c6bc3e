/** A variant as a format: its bodies are converted, and read by the format that it is close to. */
import { isObject } from '../../kernel/json.js'
import type { Variant } from '../../protocols/variants/variant.js'
import { outputType } from '../../telemetry/spans/attributes.js'
import type { CallRequest } from '../../telemetry/spans/call-types.js'
import * as semconv from '../../telemetry/semconv.js'
import type { Format, StreamSink } from '../format-contract.js'

/**
 * @param base - The format `variant.as`.
 * @param errors - The format of its errors.
 */
export function variantFormat(variant: Variant, base: Format, errors: Format): Format {
  const { request, answer, event, attributes, usageInHeaders } = variant
  const { stream } = base
  return {
    ...base,
    operation: variant.operation ?? base.operation,
    fields: variant.fields ?? base.fields,
    framing: variant.framing ?? base.framing,
    error: errors.error,
    ...(attributes && { attributes }),
    ...(usageInHeaders && { usageInHeaders }),
    request(wire, options) {
      const body = request ? request(wire) : wire
      return completed(base.request(isObject(body) ? body : {}, options), variant)
    },
    answer: (wire, options) => base.answer(answer && isObject(wire) ? answer(wire) : wire, options),
    ...(stream && {
      stream: (options) => (event ? converting(stream(options), event) : stream(options)),
    }),
  }
}

/** With what the variant says beside the body. */
function completed(request: CallRequest, { outputType: type, streaming }: Variant): CallRequest {
  if ('chat' in request) return streaming ? { chat: { ...request.chat, stream: true } } : request
  if ('embeddings' in request) return request
  const other = {
    ...request.other,
    ...(type && outputType(type)),
    ...(streaming && { [semconv.REQUEST_STREAM]: true }),
  }
  return { ...request, other }
}

function converting(sink: StreamSink, event: NonNullable<Variant['event']>): StreamSink {
  return {
    push(data, name) {
      // `[DONE]`, and what is no event, mean the same in every format.
      const converted = isObject(data) ? event(data, name) : data
      for (const one of Array.isArray(converted) ? (converted as unknown[]) : [converted])
        if (one !== undefined) sink.push(one, name)
    },
    get done() {
      return sink.done
    },
    get failure() {
      return sink.failure
    },
    result: (flush) => sink.result(flush),
  }
}
