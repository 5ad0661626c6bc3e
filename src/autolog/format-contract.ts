/** What the engine needs of a format, whatever kind it is. */
import type { Framing } from '../kernel/frames.js'
import type { DecodeOptions, FieldTable, JsonObject, WireError } from '../kernel/protocol.js'
import type { Variant } from '../protocols/variants/variant.js'
import type { CallRequest, CallResponse } from '../telemetry/spans/call-types.js'
import type * as semconv from '../telemetry/semconv.js'

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
  readonly error?: ((body: unknown) => WireError | undefined) | undefined
  /** Attributes of a whole answer that none of these shapes has. */
  readonly attributes?: Variant['attributes']
  /** Token counts in headers. Counts in the body override them. */
  readonly usageInHeaders?: Variant['usageInHeaders']
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
