/** A stream of an operation that is passed on: each event goes to the caller as it came. */
import { StreamError } from '../../kernel/errors.js'
import type { FrameEvent } from '../../kernel/frames.js'
import { isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject, PassthroughFormat } from '../../kernel/protocol.js'
import { providerErrorOf } from '../../protocols/openai-chat/error.js'
import { parseBody, readEvents, type WireAnswer } from '../transport/body.js'
import type { AttemptRun } from '../call/attempt-run.js'
import type { Answer } from '../call/answer.js'
import { factsOf } from '../../protocols/shared/passthrough-facts.js'
import type { OpenStream, StreamReading } from './stream-attempt.js'
import type { CallMeta, StreamItem } from '../types/meta.js'

type Item = StreamItem<JsonObject>

export function openPassthroughEvents(
  run: AttemptRun,
  format: PassthroughFormat,
  wire: WireAnswer,
): OpenStream<FrameEvent, Item> {
  const pieces = readEvents(wire, run.limits, run.timeout.idle, 'sse')
  return { wire, pieces, reading: new PassthroughReading(format, wire) }
}

class PassthroughReading implements StreamReading<FrameEvent, Item> {
  hasContent = false
  private readonly format: PassthroughFormat
  private readonly wire: WireAnswer
  /** The newest event with usage, or the newest one. */
  private last: JsonObject = {}
  private lastSeen = false
  private ended = false

  constructor(format: PassthroughFormat, wire: WireAnswer) {
    this.format = format
    this.wire = wire
  }

  get mayBeLast(): boolean {
    return this.lastSeen
  }

  get isComplete(): boolean {
    return this.lastSeen
  }

  answer(): Answer {
    return { other: factsOf(this.last) }
  }

  withMeta(item: Item, meta: CallMeta): Item {
    return { ...item, _meta: meta }
  }

  read({ data, whole }: FrameEvent, give: (item: Item) => void): boolean {
    if (data === '') return false
    if (data === '[DONE]') return (this.ended = true)
    const { host, fields } = this.wire
    const event = whole ? parseBody(this.wire, data) : parseJson(data)
    if (!isObject(event)) {
      const what = whole ? `the answer of ${host} is not an object` : 'an event of the stream is not a JSON object'
      throw new StreamError(what, fields)
    }
    const failure = event['type'] === 'error' || event['error'] != null ? providerErrorOf(event) : undefined
    if (failure) throw failure
    if (event['type'] === this.format.lastEvent) this.lastSeen = true
    if (isObject(event['usage']) || !isObject(this.last['usage'])) this.last = event
    this.hasContent = true
    give(event)
    // A server that does not stream this operation answers with one JSON body.
    if (whole) this.ended = true
    return this.ended
  }

  end(): void {
    const { fields } = this.wire
    if (!this.lastSeen && !this.ended) throw new StreamError('the stream ended before its end was sent', fields)
    if (!this.hasContent) throw new StreamError('the stream ended without an answer', fields)
  }
}
