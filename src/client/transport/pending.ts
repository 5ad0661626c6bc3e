/**
 * Answers that a server announces before the model has made them. They are polled until they are whole, or read from the
 * stream whose address the announcement has. The codec knows where; see `pending` of the contract.
 */
import { TracestitchError } from '../../kernel/errors.js'
import { encodeFrame } from '../../kernel/frames.js'
import type { ChatProtocol, EncodedRequest, PendingAnswer } from '../../kernel/protocol.js'
import type { Abortable } from '../call/abortable.js'
import { BodyReader, readJson, type WireAnswer } from './body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import { decoding } from './failure.js'
import { AttemptLimits } from '../call/time-limits.js'
import type { FollowUp } from './send.js'
import { operationURL } from './url.js'

/** Milliseconds between two polls of an answer. */
const INTERVAL = 500

/** Milliseconds for one poll, which the server answers at once, or not at all. */
const LOOK = 30_000

/** A poll that fails is repeated: to start again would make the model answer, and bill, twice. */
const MAX_FAILED_LOOKS = 3

/** Polls of an answer after its events have ended; only the usage is still missing. */
const MAX_LAST_LOOKS = 4

export interface WholeAnswer {
  /** The exchange that brought it. */
  readonly answer: WireAnswer
  readonly wire: unknown
}

/** Sends the request, and waits until its answer is whole. */
export async function sendWhole(run: AttemptRun, codec: ChatProtocol, encoded: EncodedRequest): Promise<WholeAnswer> {
  const answer = await run.send(encoded, codec, false)
  const whole = { answer, wire: await readJson(answer, run.limits) }
  return codec.pending ? settle(run, codec, whole) : whole
}

/** Sends the request for a stream. An announced answer that cannot be streamed is polled, and comes as JSON. */
export async function sendStream(run: AttemptRun, codec: ChatProtocol, encoded: EncodedRequest): Promise<WireAnswer> {
  const answer = await run.send(encoded, codec, true)
  if (!codec.pending || !/json/i.test(answer.response.headers.get('content-type') ?? '')) return answer
  const first = { answer, wire: await readJson(answer, run.limits) }
  const pending = codec.pending(first.wire)
  const url = pending && eventsURL(run, codec, pending)
  if (pending && url !== undefined) {
    const events = await run.send(addressed(url), codec, true)
    return joined(run, codec, { first: first.wire, events, pending })
  }
  if (pending) run.encodeContext.warn('the answer cannot be read as a stream here, so it comes whole')
  const last = await settle(run, codec, first)
  // Too deep a nesting can be read and not be written.
  return withBody(
    last.answer,
    decoding(() => JSON.stringify(last.wire)),
    'application/json',
  )
}

async function settle(run: AttemptRun, codec: ChatProtocol, first: WholeAnswer): Promise<WholeAnswer> {
  let whole = first
  let failed = 0
  for (;;) {
    const pending = codec.pending?.(whole.wire)
    if (!pending) return whole
    await pause(run.limits)
    try {
      whole = await poll(run, codec, pending)
      failed = 0
    } catch (error) {
      failed += 1
      const mayPass = error instanceof TracestitchError && error.isRetryable
      if (run.limits.aborted || !mayPass || failed >= MAX_FAILED_LOOKS) throw error
    }
  }
}

async function poll(run: AttemptRun, codec: ChatProtocol, { path }: PendingAnswer): Promise<WholeAnswer> {
  const { provider, model } = run.target
  const limits = new AttemptLimits(run.limits, { provider: provider.id, model })
  limits.start('attempt', LOOK, 'of one look at an answer that is being made')
  try {
    const answer = await run.send(addressed(operationURL(provider.baseURL, path)), codec, false, limits)
    return { answer, wire: await readJson(answer, limits) }
  } finally {
    limits.release()
  }
}

function addressed(url: string): FollowUp {
  return { url, headers: { 'cache-control': 'no-store' } }
}

/** Waits for {@link INTERVAL}, or throws the reason of the abort. */
async function pause(limits: Abortable): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, INTERVAL)
  })
  await limits.race(over).finally(() => clearTimeout(timer))
}

/** `undefined` when there is no stream, or its address must not get the key. */
function eventsURL({ target }: AttemptRun, codec: ChatProtocol, { events }: PendingAnswer): string | undefined {
  if (events === undefined || !URL.canParse(events)) return undefined
  const url = new URL(events)
  const base = new URL(target.provider.baseURL)
  if (url.origin === base.origin) return events
  const related = codec.hostEnds?.some((end) => url.hostname.endsWith(end) && base.hostname.endsWith(end))
  return related && url.protocol === 'https:' ? events : undefined
}

interface Parts {
  readonly first: unknown
  readonly events: WireAnswer
  readonly pending: PendingAnswer
}

/** One stream: the announced answer, which names it; its events; and the answer at the end, which has the usage. */
function joined(run: AttemptRun, codec: ChatProtocol, { first, events, pending }: Parts): WireAnswer {
  const head = decoding(() => encodeFrame({ data: first }, codec.framing))
  const reader = new BodyReader(events, run.limits)
  const body = new ReadableStream<Uint8Array>({
    start: (sink) => sink.enqueue(head),
    async pull(sink) {
      const bytes = await reader.read()
      if (bytes) return sink.enqueue(bytes)
      const last = await lastLook(run, codec, pending)
      if (last !== undefined) {
        // The events may have broken off within a line.
        sink.enqueue(new TextEncoder().encode('\n\n'))
        sink.enqueue(encodeFrame({ data: last }, codec.framing))
      }
      sink.close()
    },
    cancel: () => reader.cancel(),
  })
  return withBody(events, body, events.response.headers.get('content-type') ?? 'text/event-stream')
}

/** `undefined` when it cannot be read; the decoder knows whether what came before is an answer. */
async function lastLook(run: AttemptRun, codec: ChatProtocol, pending: PendingAnswer): Promise<unknown> {
  for (let looks = 0; looks < MAX_LAST_LOOKS; looks += 1) {
    try {
      if (looks > 0) await pause(run.limits)
      const { wire } = await poll(run, codec, pending)
      if (!codec.pending?.(wire)) return wire
    } catch (error) {
      if (run.limits.aborted) throw error
      if (!(error instanceof TracestitchError && error.isRetryable)) break
    }
  }
  return undefined
}

function withBody(answer: WireAnswer, body: string | ReadableStream<Uint8Array>, type: string): WireAnswer {
  return { ...answer, response: new Response(body, { headers: { 'content-type': type } }) }
}
