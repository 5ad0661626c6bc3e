/** Reads what an SDK got, with the format that its declaration names, into the call's span. Never throws. */
import { ProviderError } from '../kernel/errors.js'
import { isObject } from '../kernel/json.js'
import type { Call } from '../telemetry/call.js'
import * as semconv from '../telemetry/semconv.js'
import { guard } from '../kernel/guard.js'
import { bytesAsText } from './bytes.js'
import type { CallDeclaration } from './contract.js'
import { formatOf, type Format, type StreamSink } from './formats.js'
import { toWireNames } from './spelling.js'

/** What of a call could not be read. */
export type Unread = 'answer' | 'stream'

/** Reads one answer: whole, or event by event. */
export interface AnswerReader {
  readonly call: Call
  readonly declaration: CallDeclaration
  /** What the answer is read with; says how its stream is framed. */
  readonly format: Format
  /** Headers of the response, in any form that SDKs give them in. */
  headers(headers: unknown): void
  /** A whole answer; ends the call. */
  whole(answer: unknown): void
  /** One event of a streamed answer. */
  event(data: unknown, name?: string): void
  /** There is no answer: ends the call with what the program gets instead. */
  fail(error: unknown): void
  /** The stream is over: ends the call. `closed`: by the reader's own wish, before the end. */
  close(outcome: { readonly error?: unknown; readonly closed: boolean }): void
  /** The answer has a shape that nothing here can watch: the span says so, and ends. */
  unread(what: Unread): void
}

/** Stands for a stream that ended without error and without its format's own end. */
class StreamTruncated extends Error {
  readonly code = 'stream_truncated'
}

interface Piece {
  readonly data: unknown
  readonly name?: string | undefined
}

export interface ReaderOptions {
  /** Told of what cannot be read. */
  readonly tell?: ((what: Unread) => void) | undefined
  /** The program's, for an abort. */
  readonly signal?: { readonly aborted: boolean } | undefined
}

export function createReader(
  call: Call,
  declaration: CallDeclaration,
  { tell, signal }: ReaderOptions = {},
): AnswerReader {
  const format = formatOf(declaration.protocol)
  const { fields } = format
  const options = { content: call.content }
  const inWireNames = (value: unknown): unknown => {
    const plain = declaration.bytes && options.content ? bytesAsText(value) : value
    return declaration.spelling && fields ? toWireNames(plain, fields) : plain
  }
  let sink: StreamSink | undefined
  let begun = false
  let broken = false
  /** What the provider says went wrong, within its answer. */
  let refusal: ProviderError | undefined
  let closed = false

  function readWhole(result: unknown): void {
    const { answer, responseAttributes, usage } = declaration
    const counted = usage?.(result)
    if (counted) call.response({ other: { id: '', model: '', usage: counted } })
    if (responseAttributes) call.set(responseAttributes(result))
    const wire = answer ? answer(result) : result
    if (answer && wire === undefined) return
    const response = format.answer(inWireNames(wire), options)
    if (response) call.response(response)
  }

  function sayUnread(what: Unread): void {
    call.set({ [semconv.UNREAD]: what })
    if (tell) guard('unread', () => tell(what))
  }

  function end(): void {
    const became = call.recording && declaration.became && guard('became', () => declaration.became?.())
    if (became) call.become(became.operation, became.model)
    if (refusal) call.end({ error: refusal })
    else call.end()
  }

  function tellHeaders(given: unknown): void {
    if (isHeaders(given)) call.headers(given)
    else if (isObject(given)) call.headers(new Headers(Object.entries(given).filter(isTextEntry)))
  }

  function fail(error: unknown): void {
    guard('headers', () => tellHeaders(headersOf(error)))
    call.end({ error })
  }

  const { event } = declaration
  /** What the SDK hands out is the event itself. */
  const asItIs = !event && !(declaration.spelling && fields)

  function pieceOf(piece: unknown, name: string | undefined): Piece | undefined {
    const { data, name: own = name } = event ? (event(piece) ?? NO_PIECE) : { data: piece }
    return data === undefined && event ? undefined : { data: inWireNames(data), name: own }
  }

  return {
    call,
    declaration,
    format,
    fail,
    headers: tellHeaders,
    whole(result) {
      if (call.recording) {
        try {
          readWhole(result)
        } catch (error) {
          if (error instanceof ProviderError) refusal = error
          // A shape that no declaration foresaw: the span says that it lacks what the answer says.
          else sayUnread('answer')
        }
      }
      end()
    },
    event(piece, name) {
      if (!begun) call.chunk()
      begun = true
      if (!call.recording || broken || closed || !format.stream) return
      try {
        const read = asItIs ? undefined : pieceOf(piece, name)
        if (!asItIs && !read) return
        sink ??= format.stream(options)
        if (read) sink.push(read.data, read.name)
        else sink.push(piece, name)
      } catch (error) {
        if (error instanceof ProviderError) refusal = error
        // The program meets the fault itself, as its SDK reports it; the span keeps what was read so far.
        broken = true
      }
    },
    close(reported) {
      if (closed) return
      closed = true
      // What the program has aborted is no fault, however its SDK tells it.
      const outcome = signal?.aborted === true ? CLOSED : reported
      const failed = outcome.error !== undefined
      let error = outcome.error
      if (call.recording && format.stream) {
        guard('response', () => {
          if (failed || !outcome.closed) sink ??= format.stream?.(options)
          const response = sink?.result(!broken && !failed)
          if (response) call.response(response)
        })
        const ended = !failed && !outcome.closed
        if (ended && broken && !refusal) sayUnread('stream')
        else if (ended && sink?.failure !== undefined) error = sink.failure
        else if (ended && !broken && sink?.done !== true) error = new StreamTruncated()
      }
      if (error === undefined) end()
      else fail(error)
    },
    unread(what) {
      sayUnread(what)
      call.end()
    },
  }
}

const CLOSED = { closed: true, error: undefined } as const
const NO_PIECE: Piece = { data: undefined }

type HeaderList = Parameters<Call['headers']>[0]

const isTextEntry = (entry: [string, unknown]): entry is [string, string] => typeof entry[1] === 'string'

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
