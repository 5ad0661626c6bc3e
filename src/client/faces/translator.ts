/** Writes the events of a wire format. */
import type { ChatChunk } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { ChatProtocol, JsonObject, StreamEncoder, WireEvent } from '../../kernel/protocol.js'
import { withGivenUsage } from '../facts/given-usage.js'
import type { ItemWriter } from '../streams/chat-reading.js'

/** If only frames name events, as in AWS event streams, the name becomes the key, as in the SDK of that format. */
export function named({ framing }: ChatProtocol, data: JsonObject, name: string | undefined): JsonObject {
  return framing === 'aws-eventstream' && name !== undefined ? { [name]: data } : data
}

/** Writes events of the caller's format from hub chunks. */
export class Translator implements ItemWriter<JsonObject> {
  private readonly codec: ChatProtocol
  private readonly encoder: StreamEncoder
  private readonly echo: JsonObject
  private readonly echoIn: string | undefined
  private readonly restore: (event: JsonObject) => readonly JsonObject[]

  /**
   * @param echo - Fields of the request that answers repeat, in the field `echoIn` of events.
   * @param restore - Undoes what was done to the caller's schemas.
   */
  constructor(codec: ChatProtocol, echo: JsonObject, echoIn: string | undefined, restore: Translator['restore']) {
    this.codec = codec
    this.encoder = codec.createStreamEncoder()
    this.echo = echo
    this.echoIn = echoIn
    this.restore = restore
  }

  event(_wire: unknown, chunks: readonly ChatChunk[]): readonly JsonObject[] {
    const items: JsonObject[] = []
    for (const chunk of chunks) this.add(items, this.encoder.push(withGivenUsage(chunk)))
    return items
  }

  end(chunks: readonly ChatChunk[]): readonly JsonObject[] {
    const items = [...this.event(undefined, chunks)]
    this.add(items, this.encoder.end())
    return items
  }

  whole(chunks: readonly ChatChunk[]): readonly JsonObject[] {
    return this.end(chunks)
  }

  private add(items: JsonObject[], events: readonly WireEvent[]): void {
    for (const { data, event } of events) {
      if (!isObject(data)) continue
      const held = this.echoIn === undefined ? undefined : data[this.echoIn]
      const whole = isObject(held) ? { ...data, [this.echoIn as string]: { ...held, ...this.echo } } : data
      items.push(...this.restore(named(this.codec, whole, event)))
    }
  }
}
