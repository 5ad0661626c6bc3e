/** The same answer as the bytes of each format's stream, and ways to write those bytes that a reader has to bear. */
import { encodeEventStreamMessage } from '../../src/kernel/event-stream.js'
import { encodeFrame, EXCEPTION_EVENT, type Framing } from '../../src/kernel/frames.js'
import type { ChatChunk, ChatCompletion, ChunkDelta } from '../../src/kernel/hub.js'
import type { ChatProtocol, WireEvent } from '../../src/kernel/protocol.js'

export const TEXT = 'Grüße 🙂 from the dust of the moon'
export const USAGE = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 }

const HEAD = { id: 'answer-1', created: 1_760_000_000, model: 'm-2026' }

const chunk = (
  delta: ChunkDelta,
  finish: ChatCompletion['choices'][number]['finish_reason'] | null = null,
): ChatChunk => ({
  ...HEAD,
  object: 'chat.completion.chunk',
  choices: [{ index: 0, delta, finish_reason: finish, logprobs: null }],
})
const usage: ChatChunk = { ...HEAD, object: 'chat.completion.chunk', choices: [], usage: USAGE }
const text = (block: number): ChatChunk[] =>
  [...TEXT.matchAll(/.{1,3}/gsu)].map(([piece]) => chunk({ content: piece, block }))

/** Text in pieces of three characters, the reason of the end, and the counts after it. */
export const textChunks: readonly ChatChunk[] = [chunk({ role: 'assistant' }), ...text(0), chunk({}, 'stop'), usage]

export const CALLS = [
  { id: 'call_1', name: 'weather', arguments: '{"city":"Tromsø","days":3}' },
  { id: 'call_2', name: 'clock', arguments: '{"zone":"Europe/Oslo","big":[1,2,{"a":"}"}]}' },
] as const

const start = (index: number): ChatChunk => {
  const { id, name } = CALLS[index] as (typeof CALLS)[number]
  return chunk({ tool_calls: [{ index, id, type: 'function', function: { name, arguments: '' } }], block: index + 1 })
}
const fragments = (index: number): ChatChunk[] =>
  [...(CALLS[index] as (typeof CALLS)[number]).arguments.matchAll(/.{1,4}/gsu)].map(([piece]) =>
    chunk({ tool_calls: [{ index, function: { arguments: piece } }], block: index + 1 }),
  )

/** Two calls after the text, their arguments in fragments: one call after the other, or both in turn. */
export function callChunks(interleaved: boolean): ChatChunk[] {
  const [first, second] = [fragments(0), fragments(1)]
  const both = Array.from({ length: Math.max(first.length, second.length) }, (_, at) => [first[at], second[at]])
  const calls = interleaved
    ? [start(0), start(1), ...both.flat().filter((one) => one !== undefined)]
    : [start(0), ...first, start(1), ...second]
  return [chunk({ role: 'assistant' }), ...text(0), ...calls, chunk({}, 'tool_calls'), usage]
}

export function framesOf(protocol: ChatProtocol, events: readonly WireEvent[]): Uint8Array[] {
  return events.map((event) => encodeFrame(event, protocol.framing))
}

export const join = (pieces: readonly Uint8Array[]): Uint8Array => new Uint8Array(Buffer.concat(pieces))

/** The end of the list that the transport adds, where the format has one. */
export const isDone = ({ data }: WireEvent): boolean => data === '[DONE]'

/** An error as the format sends it inside a stream. */
export function errorEvent(protocol: ChatProtocol): WireEvent {
  const data = protocol.encodeError({ message: 'no room', type: 'overloaded_error' }, 529)
  if (protocol.framing === 'aws-eventstream') {
    return { event: EXCEPTION_EVENT, data: { __type: 'serviceUnavailableException', message: 'no room' } }
  }
  return typeof data['type'] === 'string' ? { event: data['type'], data } : { data }
}

/** An event whose data is no JSON, framed as it should be. */
export function brokenFrame(framing: Framing = 'sse'): Uint8Array {
  const half = new TextEncoder().encode('{"oops')
  if (framing === 'aws-eventstream') {
    const headers = {
      ':event-type': 'contentBlockDelta',
      ':content-type': 'application/json',
      ':message-type': 'event',
    }
    const typed = Object.entries(headers).map(([name, value]) => [name, { type: 'string', value }] as const)
    return encodeEventStreamMessage({ headers: new Map(typed), payload: half })
  }
  return new TextEncoder().encode(framing === 'ndjson' ? '{"oops\n' : 'data: {"oops\n\n')
}

type Rewrite = (events: readonly WireEvent[], protocol: ChatProtocol) => Uint8Array

const asText =
  (rewrite: (text: string) => string): Rewrite =>
  (events, protocol) =>
    new TextEncoder().encode(rewrite(Buffer.concat(framesOf(protocol, events)).toString()))

const between =
  (noise: string, from = 0): Rewrite =>
  (events, protocol) =>
    join(
      framesOf(protocol, events).flatMap((frame, at) =>
        at < from ? [frame] : [new TextEncoder().encode(noise), frame],
      ),
    )

/** As several lines, which the reader joins. */
function spread(event: WireEvent): string {
  const name = event.event === undefined ? '' : `event: ${event.event}\n`
  const lines = isDone(event) ? ['[DONE]'] : JSON.stringify(event.data, null, 1).split('\n')
  return `${name}${lines.map((line) => `data: ${line}\n`).join('')}\n`
}

/** Each says the same as the plain form. */
export const HARMLESS: readonly {
  readonly name: string
  readonly framings: readonly Framing[]
  readonly write: Rewrite
}[] = [
  {
    name: 'as it is',
    framings: ['sse', 'ndjson', 'aws-eventstream'],
    write: (events, protocol) => join(framesOf(protocol, events)),
  },
  { name: 'CRLF', framings: ['sse', 'ndjson'], write: asText((all) => all.replaceAll('\n', '\r\n')) },
  { name: 'CR alone', framings: ['sse', 'ndjson'], write: asText((all) => all.replaceAll('\n', '\r')) },
  { name: 'a byte order mark', framings: ['sse', 'ndjson'], write: asText((all) => `\uFEFF${all}`) },
  { name: 'no line end after the last event', framings: ['sse', 'ndjson'], write: asText((all) => all.trimEnd()) },
  { name: 'comments between events', framings: ['sse'], write: between(': still here\n\n') },
  { name: 'comments within events', framings: ['sse'], write: asText((all) => all.replaceAll(/^data:/gm, ':\ndata:')) },
  { name: 'empty lines between events', framings: ['sse', 'ndjson'], write: between('\n\n') },
  { name: 'empty events between events', framings: ['sse'], write: between('data:\n\n', 1) },
  {
    name: 'no space after the colon',
    framings: ['sse'],
    write: asText((all) => all.replaceAll(/^(data|event): /gm, '$1:')),
  },
  {
    name: 'ids and retry times',
    framings: ['sse'],
    write: asText((all) => all.replaceAll(/^data:/gm, 'id: 7\nretry: 3000\ndata:')),
  },
  {
    name: 'several data lines an event',
    framings: ['sse'],
    write: (events) => new TextEncoder().encode(events.map(spread).join('')),
  },
  {
    name: 'no [DONE]',
    framings: ['sse'],
    write: (events, protocol) =>
      join(
        framesOf(
          protocol,
          events.filter((event) => !isDone(event)),
        ),
      ),
  },
  {
    name: 'messages of a kind nobody knows',
    framings: ['aws-eventstream'],
    write: (events, protocol) =>
      join(
        framesOf(
          protocol,
          events.flatMap((event) => [event, { event: 'initial-response', data: {} }]),
        ),
      ),
  },
]
