/** The body of an answer, read under the limits of its attempt. */
import { ConnectionError, StreamError, type ErrorFields } from '../../kernel/errors.js'
import { createFrameParser, type FrameEvent, type Framing } from '../../kernel/frames.js'
import { parseJson } from '../../kernel/json.js'
import { connectionFailure, describeBody } from './failure.js'
import type { Abortable } from '../call/abortable.js'
import type { AttemptLimits } from '../call/time-limits.js'
import { unref } from '../../kernel/platform.js'

/** Longest body, or single event, that is read into memory. */
const MAX_BODY_BYTES = 64 * 1024 * 1024
const MAX_ERROR_BYTES = 1024 * 1024
/** Milliseconds for the body of an error, which normally comes with its headers. */
const ERROR_BODY = 3_000

/** A 2xx answer whose body is not read yet. */
export interface WireAnswer {
  readonly response: Response
  readonly host: string
  readonly fields: ErrorFields
}

/** The bytes of an answer, piece by piece, each read under the attempt's limits. */
export class BodyReader {
  private readonly reader: ReadableStreamDefaultReader<Uint8Array> | undefined
  private readonly answer: WireAnswer
  private readonly limits: Abortable
  private readonly stopListening: () => void

  constructor(answer: WireAnswer, limits: Abortable) {
    this.answer = answer
    this.limits = limits
    this.reader = answer.response.body?.getReader()
    // The body of another `fetch` than the built-in one may ignore the signal.
    this.stopListening = limits.onAbort(() => this.cancel())
  }

  /** `undefined` at the end. */
  async read(): Promise<Uint8Array | undefined> {
    try {
      const result = await this.reader?.read()
      this.limits.throwIfAborted()
      if (result && !result.done) return result.value
      this.stopListening()
      return undefined
    } catch (error) {
      this.cancel()
      const { host, fields } = this.answer
      throw this.limits.aborted ? this.limits.reason : connectionFailure(error, host, fields)
    }
  }

  /** Closes the socket, unless the body was read to its end. */
  cancel(): void {
    this.stopListening()
    // The body may have failed already; there is nothing left to release then.
    this.reader?.cancel().catch(() => {})
  }
}

/** Whether the body is known to be small enough: it has a length, and is not compressed. */
function fits({ headers }: Response, max: number): boolean {
  const length = headers.get('content-length')
  return length !== null && Number(length) <= max && !headers.has('content-encoding')
}

/** The body of an error, as far as it can be read; the status matters more. It may be too long, endless, cut or badly compressed. */
export async function readErrorText(answer: WireAnswer, limits: AttemptLimits): Promise<string> {
  const reader = new BodyReader(answer, limits)
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  // This ends the pending read; what has come so far is used.
  const timer = setTimeout(() => reader.cancel(), ERROR_BODY)
  try {
    for (let bytes = await reader.read(); bytes; bytes = await reader.read()) {
      text += decoder.decode(bytes, { stream: true })
      size += bytes.byteLength
      if (size > MAX_ERROR_BYTES) {
        reader.cancel()
        break
      }
    }
  } catch (error) {
    if (!(error instanceof ConnectionError)) throw error
  } finally {
    clearTimeout(timer)
  }
  return text + decoder.decode()
}

export async function readText(answer: WireAnswer, limits: AttemptLimits): Promise<string> {
  if (fits(answer.response, MAX_BODY_BYTES)) {
    try {
      return await limits.race(answer.response.text())
    } catch (error) {
      throw limits.aborted ? limits.reason : connectionFailure(error, answer.host, answer.fields)
    }
  }
  const reader = new BodyReader(answer, limits)
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (let bytes = await reader.read(); bytes; bytes = await reader.read()) {
    size += bytes.byteLength
    if (size > MAX_BODY_BYTES) {
      reader.cancel()
      throw new StreamError(`the answer of ${answer.host} is larger than ${MAX_BODY_BYTES} bytes`, {
        ...answer.fields,
        isRetryable: false,
      })
    }
    text += decoder.decode(bytes, { stream: true })
  }
  return text + decoder.decode()
}

/** @throws StreamError when the body is not JSON. */
export async function readJson(answer: WireAnswer, limits: AttemptLimits): Promise<unknown> {
  return parseBody(answer, await readText(answer, limits))
}

/** @throws StreamError when the text is not JSON. */
export function parseBody({ response, host, fields }: WireAnswer, text: string): unknown {
  const body = parseJson(text)
  if (body !== undefined) return body
  const found = text.trim() === '' ? 'an empty body' : describeBody(response.headers.get('content-type'), text)
  throw new StreamError(`expected JSON from ${host}, got ${found}`, fields)
}

/** @throws StreamError for a page of HTML, which no operation answers with. */
export function refusePage({ response, host, fields }: WireAnswer, expected: string): void {
  const type = response.headers.get('content-type')?.split(';')[0] ?? ''
  if (/^text\/html/i.test(type)) throw new StreamError(`expected ${expected} from ${host}, got ${type}`, fields)
}

/** Milliseconds for a body to end after its format's own end. */
const GRACE = 1000

/** A stream's body, read piece by piece. */
export interface PieceReader<P> {
  /** The pieces that one read completes; `undefined` at the end. `last`: nothing has to follow, so the wait is short. */
  next(last?: boolean): Promise<readonly P[] | undefined>
  /** Reads what little is left in the background, so that the connection can serve again. */
  drain(): void
  /** Closes the socket. */
  cancel(): void
}

/** The events of a stream. `idle` limits every read, in milliseconds. */
export function readEvents(
  answer: WireAnswer,
  limits: AttemptLimits,
  idle: number | undefined,
  framing: Framing | undefined,
): PieceReader<FrameEvent> {
  refusePage(answer, 'a stream of events')
  const parser = createFrameParser(framing, answer.response.headers.get('content-type'))
  let sinceEvent = 0
  return readPieces(answer, limits, idle, (bytes) => {
    if (bytes === undefined) return parser.end()
    const events = parser.push(bytes)
    sinceEvent = events.length > 0 ? 0 : sinceEvent + bytes.byteLength
    if (sinceEvent <= MAX_BODY_BYTES) return events
    throw new StreamError(`an event of ${answer.host} is larger than ${MAX_BODY_BYTES} bytes`, {
      ...answer.fields,
      isRetryable: false,
    })
  })
}

/** The bytes of a stream as they come. */
export function readBytes(
  answer: WireAnswer,
  limits: AttemptLimits,
  idle: number | undefined,
): PieceReader<Uint8Array> {
  return readPieces(answer, limits, idle, (bytes) => (bytes ? [bytes] : []))
}

/** @param split - The pieces that bytes complete, or that their end does. */
function readPieces<P>(
  answer: WireAnswer,
  limits: AttemptLimits,
  idle: number | undefined,
  split: (bytes: Uint8Array | undefined) => readonly P[],
): PieceReader<P> {
  const reader = new BodyReader(answer, limits)
  let ended = false
  return {
    async next(last = false) {
      if (ended) return undefined
      limits.start('idle', idle)
      let bytes: Uint8Array | undefined
      try {
        bytes = await (last ? withinGrace(reader.read()) : reader.read())
      } finally {
        limits.stop('idle')
      }
      if (bytes === undefined) {
        ended = true
        if (last) reader.cancel()
      }
      return split(bytes)
    },
    drain() {
      ended = true
      void withinGrace(reader.read()).then(
        () => reader.cancel(),
        // Aborted meanwhile: the connection is gone already.
        () => {},
      )
    },
    cancel() {
      ended = true
      reader.cancel()
    },
  }
}

/** `undefined` when nothing came in time; everything important has been read before. */
async function withinGrace(read: Promise<Uint8Array | undefined>): Promise<Uint8Array | undefined> {
  let timer: NodeJS.Timeout | undefined
  const grace = new Promise<undefined>((resolve) => {
    timer = unref(setTimeout(resolve, GRACE, undefined))
  })
  try {
    return await Promise.race([read, grace])
  } catch (error) {
    // A server may reset the connection after the last event instead of ending it.
    if (error instanceof ConnectionError) return undefined
    throw error
  } finally {
    clearTimeout(timer)
    read.catch(() => {}) // Handled above, or too late to matter.
  }
}
