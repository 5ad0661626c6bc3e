/** Reads what an SDK got, with the format that its declaration names, into the call's span. Never throws. */
import { ProviderError } from '../kernel/provider-error.js'
import { guard } from '../kernel/guard.js'
import { isObject } from '../kernel/json.js'
import type { DecodeOptions } from '../kernel/protocol.js'
import type { Call, CallResponse } from '../telemetry/call.js'
import * as semconv from '../telemetry/semconv.js'
import { bytesAsText } from './bytes.js'
import type { CallDeclaration } from './contract.js'
import { formatOf, type Format, type StreamSink } from './formats.js'
import { toWireNames } from './spelling.js'
import { isUsageAlone, sayUsageNotSent } from './stream-usage.js'

/** The part of a call that could not be read. */
export type Unread = 'answer' | 'stream'

/** What the report says of calls: an answer that cannot be read, or the tool whose span of a call is completed. */
export type Told = Unread | { readonly completes: string }

/** How a stream ended. `closed`: by the reader's own wish, before the end. */
export interface StreamEnd {
  readonly error?: unknown
  readonly closed: boolean
  /** Nobody said that it was over: the program has let go of it. */
  readonly abandoned?: boolean
}

/** The error of a stream that ended without one and without its format's own end. */
class StreamTruncated extends Error {
  readonly code = 'stream_truncated'
}

export interface ReaderOptions {
  /** Told of what cannot be read. */
  readonly tell?: ((what: Unread) => void) | undefined
  /** The program's, for an abort. */
  readonly signal?: { readonly aborted: boolean } | undefined
  /** The request asks for a count of tokens that the program did not ask for. */
  readonly asksUsage?: boolean
}

/** Reads one answer: whole, or event by event. */
export class AnswerReader {
  readonly call: Call
  readonly declaration: CallDeclaration
  /** What the answer is read with; says how its stream is framed. */
  readonly format: Format
  private readonly options: DecodeOptions
  private readonly tell: ReaderOptions['tell']
  private readonly signal: ReaderOptions['signal']
  /** What of a stream the program is not to see. */
  readonly hides: ((piece: unknown) => boolean) | undefined
  /** Whether what the SDK gives has the names of the wire. */
  private readonly inWireNames: boolean
  /** Events are not read: no span records them, their format is not known, or all is said. */
  private skips: boolean
  private sink: StreamSink | undefined
  private begun = false
  private broken = false
  private closed = false
  /** What the provider says went wrong, within its answer. */
  private refusal: ProviderError | undefined

  constructor(call: Call, declaration: CallDeclaration, options?: ReaderOptions) {
    this.call = call
    this.declaration = declaration
    this.format = formatOf(declaration.protocol)
    this.options = call.content ? WITH_CONTENT : WITHOUT_CONTENT
    this.tell = options?.tell
    this.signal = options?.signal
    this.hides = options?.asksUsage === true ? isUsageAlone : undefined
    this.inWireNames = !(declaration.spelling && this.format.fields)
    this.skips = !call.recording || !this.format.stream
  }

  /** Headers of the response, in any form that SDKs give them in. */
  headers(given: unknown): void {
    if (isHeaders(given)) this.call.headers(given)
    else if (isObject(given)) this.call.headers(new Headers(Object.entries(given).filter(isTextEntry)))
  }

  /** A whole answer; ends the call. */
  whole(answer: unknown): void {
    if (this.call.recording) {
      try {
        this.readWhole(answer)
      } catch (error) {
        if (error instanceof ProviderError) this.refuse(error)
        // A shape that no declaration foresaw: the span says that it lacks what the answer says.
        else this.sayUnread('answer')
      }
    }
    this.end()
  }

  /** A whole answer that says what went wrong; what it says beside that is read as far as it can be. Ends the call. */
  failed(answer: unknown, error: unknown): true {
    if (this.call.recording) guard('response', () => this.readWhole(answer))
    this.fail(error)
    return true
  }

  /** One event of a streamed answer. */
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
      // The program meets the fault itself, as its SDK reports it; the span keeps what was read so far.
      this.broken = this.skips = true
    }
  }

  /** All of a stream at once, as somebody else has put it together. Ends the call. */
  aggregate(answer: unknown): void {
    // Nobody knows when its first piece came.
    this.begun = true
    this.event(answer)
    this.close({ closed: false })
  }

  /** There is no answer: ends the call with what the program gets instead. */
  fail(error: unknown): void {
    guard('headers', tellHeaders, this, error)
    this.call.end({ error })
  }

  /** The stream is over: ends the call. */
  close(reported: StreamEnd): void {
    if (this.closed) return
    this.closed = this.skips = true
    if (reported.abandoned === true) this.call.set(WAS_ABANDONED)
    // What the program has aborted is no fault, however its SDK tells it.
    const outcome = this.signal?.aborted === true ? CLOSED : reported
    const error = this.call.recording && this.format.stream ? this.closeStream(outcome) : outcome.error
    if (error === undefined) this.end()
    else this.fail(error)
  }

  /** The answer has a shape that nothing here can watch: the span says so, and ends. */
  unread(what: Unread): void {
    this.sayUnread(what)
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
    const response = this.format.answer(this.asWire(wire), this.options)
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
      if (!failed && !outcome.closed && !broken && this.sink?.done === true) this.sayUsage(response)
    })
    if (failed || outcome.closed) return outcome.error
    if (broken && !this.refusal) this.sayUnread('stream')
    else if (this.sink?.failure !== undefined) return this.sink.failure
    else if (!broken && this.sink?.done !== true) return new StreamTruncated()
    return undefined
  }

  /** Of a stream that has come to its end. */
  private sayUsage(response: CallResponse | undefined): void {
    if (this.format.usageOnRequest !== true || !response || !('chat' in response) || response.chat.usage) return
    this.call.set(NOT_SENT)
    if (!this.hides) sayUsageNotSent()
  }

  /** An answer that fails is billed, where it says what it took. */
  private refuse(error: ProviderError): void {
    this.refusal = error
    if (error.usage) this.call.response({ other: { id: '', model: '', usage: error.usage } })
  }

  private sayUnread(what: Unread): void {
    this.call.set({ [semconv.UNREAD]: what })
    if (this.tell) guard('unread', this.tell, what)
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

const isTextEntry = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string'

function tellHeaders(reader: AnswerReader, error: unknown): void {
  reader.headers(headersOf(error))
}

/** Of the answer that an error stands for: SDKs keep them on it, or on the response they keep on it. */
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
