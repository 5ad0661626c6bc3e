/** Reads what an SDK received, with the format of the declaration, into the call's span. Never throws. */
import { headerView } from '../../kernel/header-view.js'
import { ProviderError } from '../../kernel/provider-error.js'
import { guard } from '../../kernel/guard.js'
import { isObject } from '../../kernel/json.js'
import type { DecodeOptions } from '../../kernel/protocol.js'
import type { Call, CallResponse } from '../../telemetry/spans/call.js'
import * as semconv from '../../telemetry/semconv.js'
import { bytesAsText } from './bytes.js'
import type { CallDeclaration } from '../contract.js'
import type { Format, StreamSink } from '../format-contract.js'
import { formatOf } from './formats.js'
import { toWireNames } from './spelling.js'
import { isUsageAlone, warnUsageNotSent } from './stream-usage.js'

/** The part of a call that could not be read. */
export type Unread = 'answer' | 'stream'

/** What the report says about a call: its answer cannot be read, or the span of another tool is completed. */
export type Notice = Unread | { readonly completes: string }

/** How a stream ended. `closed`: the program closed it before its end. */
export interface StreamEnd {
  readonly error?: unknown
  readonly closed: boolean
  /** Whether the program has dropped it without closing it. */
  readonly abandoned?: boolean
}

/** The error of a stream that ended without an error and without its format's own end. */
class StreamTruncated extends Error {
  readonly code = 'stream_truncated'
}

export interface ReaderOptions {
  /** Called for what cannot be read. */
  readonly report?: ((what: Unread) => void) | undefined
  /** The program's abort signal. */
  readonly signal?: { readonly aborted: boolean } | undefined
  /** Whether we have asked for a token count that the program did not ask for. */
  readonly asksUsage?: boolean
}

/** Reads one answer, whole or event by event. */
export class AnswerReader {
  readonly call: Call
  readonly declaration: CallDeclaration
  /** The format of the answer, and of the framing of its stream. */
  readonly format: Format
  private readonly options: DecodeOptions
  private readonly report: ReaderOptions['report']
  private readonly signal: ReaderOptions['signal']
  /** Whether to hide a piece of the stream from the program. */
  readonly hides: ((piece: unknown) => boolean) | undefined
  /** Whether the SDK uses the field names of the wire. */
  private readonly inWireNames: boolean
  /** Whether events are not read: no span records them, their format is not known, or the answer is complete. */
  private skips: boolean
  private sink: StreamSink | undefined
  private begun = false
  private broken = false
  private closed = false
  /** The error that the provider reports within its answer. */
  private refusal: ProviderError | undefined

  constructor(call: Call, declaration: CallDeclaration, options?: ReaderOptions) {
    this.call = call
    this.declaration = declaration
    this.format = formatOf(declaration.protocol)
    this.options = call.content ? WITH_CONTENT : WITHOUT_CONTENT
    this.report = options?.report
    this.signal = options?.signal
    this.hides = options?.asksUsage === true ? isUsageAlone : undefined
    this.inWireNames = !(declaration.spelling && this.format.fields)
    this.skips = !call.recording || !this.format.stream
  }

  /** Headers of the response, in any form that SDKs have. */
  headers(given: unknown): void {
    if (isHeaders(given)) this.call.headers(given)
    else if (isObject(given)) this.call.headers(headerView(given))
  }

  /** Reads a whole answer. Ends the call. */
  whole(answer: unknown): void {
    if (this.call.recording) {
      try {
        this.readWhole(answer)
      } catch (error) {
        if (error instanceof ProviderError) this.refuse(error)
        // An unknown shape. The span says that it lacks the answer.
        else this.noteUnread('answer')
      }
    }
    this.end()
  }

  /** Reads what an answer that is a failure says besides, and ends the call with the error. */
  failed(answer: unknown, error: unknown): true {
    if (this.call.recording) guard('response', () => this.readWhole(answer))
    this.fail(error)
    return true
  }

  /** Reads one event of a streamed answer. */
  event(piece: unknown, name?: string): void {
    if (!this.begun) {
      this.begun = true
      this.call.chunk()
    }
    if (this.skips) return
    try {
      const { event } = this.declaration
      if (!event && this.inWireNames) return this.pushed(piece, name)
      const { data, name: own = name } = event ? (event(piece) ?? NO_PIECE) : { data: piece }
      if (data !== undefined || !event) this.pushed(this.asWire(data), own)
    } catch (error) {
      if (error instanceof ProviderError) this.refuse(error)
      // The SDK reports the fault to the program. The span keeps what was read so far.
      this.broken = this.skips = true
    }
  }

  /** Reads the whole answer of a stream, as the SDK has put it together. Ends the call. */
  aggregate(answer: unknown): void {
    // When the first piece came is not known here.
    this.begun = true
    this.event(answer)
    this.close({ closed: false })
  }

  /** The call has failed: ends it with the error that the program gets. */
  fail(error: unknown): void {
    guard('headers', readHeadersOf, this, error)
    this.call.end({ error })
  }

  /** The stream has ended. Ends the call. */
  close(reported: StreamEnd): void {
    if (this.closed) return
    this.closed = this.skips = true
    if (reported.abandoned === true) this.call.set(WAS_ABANDONED)
    // An abort by the program is no error, whatever error its SDK throws.
    const outcome = this.signal?.aborted === true ? CLOSED : reported
    const error = this.call.recording && this.format.stream ? this.closeStream(outcome) : outcome.error
    if (error === undefined) this.end()
    else this.fail(error)
  }

  /** The answer cannot be watched. The span says so, and ends. */
  unread(what: Unread): void {
    this.noteUnread(what)
    this.call.end()
  }

  private pushed(data: unknown, name: string | undefined): void {
    this.sink ??= this.format.stream?.(this.options)
    this.sink?.push(data, name)
  }

  private asWire(value: unknown): unknown {
    const { declaration, format, options } = this
    const plain = declaration.bytes && options.content === true ? bytesAsText(value) : value
    return declaration.spelling && format.fields ? toWireNames(plain, format.fields) : plain
  }

  private readWhole(result: unknown): void {
    const { call, declaration } = this
    const { answer, responseAttributes, usage } = declaration
    const counted = usage?.(result)
    if (counted) call.response({ other: { id: '', model: '', usage: counted } })
    if (responseAttributes) call.set(responseAttributes(result))
    const wire = answer ? answer(result) : result
    if (answer && wire === undefined) return
    const named = this.asWire(wire)
    const { attributes } = this.format
    if (attributes && isObject(named)) call.set(attributes(named))
    const response = this.format.answer(named, this.options)
    if (response) call.response(response)
  }

  /** @returns The error that the stream ended with, if it did. */
  private closeStream(outcome: StreamEnd): unknown {
    const { broken } = this
    const failed = outcome.error !== undefined
    guard('response', () => {
      if (failed || !outcome.closed) this.sink ??= this.format.stream?.(this.options)
      const response = this.sink?.result(!broken && !failed)
      if (response) this.call.response(response)
      if (!failed && !outcome.closed && !broken && this.sink?.done === true) this.noteMissingUsage(response)
    })
    if (failed || outcome.closed) return outcome.error
    if (broken && !this.refusal) this.noteUnread('stream')
    else if (this.sink?.failure !== undefined) return this.sink.failure
    else if (!broken && this.sink?.done !== true) return new StreamTruncated()
    return undefined
  }

  /** For a stream that has ended. */
  private noteMissingUsage(response: CallResponse | undefined): void {
    if (this.format.usageOnRequest !== true || !response || !('chat' in response) || response.chat.usage) return
    this.call.set(NOT_SENT)
    if (!this.hides) warnUsageNotSent()
  }

  /** Ends with an error that the answer reports. Its usage counts, as a failed answer is billed. */
  private refuse(error: ProviderError): void {
    this.refusal = error
    if (error.usage) this.call.response({ other: { id: '', model: '', usage: error.usage } })
  }

  private noteUnread(what: Unread): void {
    this.call.set({ [semconv.UNREAD]: what })
    if (this.report) guard('unread', this.report, what)
  }

  private end(): void {
    const { call, refusal } = this
    if (refusal) call.end({ error: refusal })
    else call.end()
  }
}

const WITH_CONTENT: DecodeOptions = { content: true }
const WITHOUT_CONTENT: DecodeOptions = { content: false }
const NOT_SENT = { [semconv.USAGE_NOT_SENT]: true }
const WAS_ABANDONED = { [semconv.ABANDONED]: true }
const CLOSED: StreamEnd = { closed: true, error: undefined }
const NO_PIECE: { readonly data: unknown; readonly name?: string } = { data: undefined }

type HeaderList = Parameters<Call['headers']>[0]

function readHeadersOf(reader: AnswerReader, error: unknown): void {
  reader.headers(headersOf(error))
}

/** Headers of the answer behind an error: SDKs keep them on the error, or on the error's response. */
function headersOf(error: unknown): HeaderList | undefined {
  if (!isObject(error)) return undefined
  for (const holder of [error, error['rawResponse'], error['response']]) {
    const headers = isObject(holder) ? holder['headers'] : undefined
    if (isHeaders(headers)) return headers
  }
  return undefined
}

function isHeaders(value: unknown): value is HeaderList {
  return isObject(value) && typeof value['forEach'] === 'function' && typeof value['get'] === 'function'
}
