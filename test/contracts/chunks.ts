/** A whole completion as the chunks a decoder would make of its stream, and streams as bytes. */
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { blocksOf } from '../../src/kernel/message-blocks.js'
import { parseJson } from '../../src/kernel/json.js'
import { createFrameParser, encodeFrame } from '../../src/kernel/frames.js'
import type { ChatChunk, ChatCompletion, ChunkChoice, ChunkDelta, ToolCall } from '../../src/kernel/hub.js'
import type { DecodeOptions, ChatProtocol, WireEvent } from '../../src/kernel/protocol.js'

/** Pieces of at most `size` characters, none of which cuts a character. */
function pieces(text: string, size: number): string[] {
  const characters = [...text]
  const list: string[] = []
  for (let at = 0; at < characters.length; at += size) list.push(characters.slice(at, at + size).join(''))
  return list
}

function callDeltas(call: ToolCall, index: number, size: number): ChunkDelta[] {
  if (call.type === 'custom') {
    const { name, input } = call.custom
    return [
      { tool_calls: [{ index, id: call.id, type: 'custom', custom: { name, input: '' } }] },
      ...pieces(input, size).map((piece): ChunkDelta => ({ tool_calls: [{ index, custom: { input: piece } }] })),
    ]
  }
  const { name, arguments: text } = call.function
  return [
    { tool_calls: [{ index, id: call.id, type: 'function', function: { name, arguments: '' } }] },
    ...pieces(text, size).map((piece): ChunkDelta => ({ tool_calls: [{ index, function: { arguments: piece } }] })),
  ]
}

function deltasOf(choice: ChatCompletion['choices'][number], size: number): ChunkDelta[] {
  const { message } = choice
  const calls = message.tool_calls ?? []
  const deltas: ChunkDelta[] = [{ role: 'assistant' }]
  blocksOf(message).forEach((block, ordinal) => {
    const own: ChunkDelta[] = []
    if (block.type === 'text') own.push(...pieces(block.text, size).map((content): ChunkDelta => ({ content })))
    else if (block.type === 'refusal')
      own.push(...pieces(block.refusal, size).map((refusal): ChunkDelta => ({ refusal })))
    else if (block.type === 'thinking') {
      for (const thinking of pieces(block.thinking, size)) {
        own.push({ reasoning_content: thinking, thinking_blocks: [{ type: 'thinking', thinking }] })
      }
      const { signature } = block
      if (signature !== undefined) own.push({ thinking_blocks: [{ type: 'thinking', thinking: '', signature }] })
    } else if (block.type === 'redacted_thinking')
      own.push({ thinking_blocks: [{ type: 'redacted_thinking', data: block.data }] })
    else if (block.type === 'tool_call') {
      const index = calls.findIndex((call) => call.id === block.id)
      const call = calls[index]
      if (call) own.push(...callDeltas(call, index, size))
    }
    deltas.push(...own.map((delta) => ({ ...delta, block: ordinal })))
  })
  return deltas
}

export function chunksOf(completion: ChatCompletion, size: number): ChatChunk[] {
  const { choices, usage, object: _object, ...head } = completion
  const chunk = (list: ChunkChoice[]): ChatChunk => ({ ...head, object: 'chat.completion.chunk', choices: list })
  const chunks: ChatChunk[] = []
  for (const choice of choices) {
    const { index, finish_reason } = choice
    for (const delta of deltasOf(choice, size)) chunks.push(chunk([{ index, delta, finish_reason: null }]))
    chunks.push(chunk([{ index, delta: {}, finish_reason }]))
  }
  if (usage) chunks.push({ ...chunk([]), usage })
  return chunks
}

export function eventsOf(protocol: ChatProtocol, chunks: readonly ChatChunk[]): WireEvent[] {
  const encoder = protocol.createStreamEncoder()
  return [...chunks.flatMap((chunk) => [...encoder.push(chunk)]), ...encoder.end()]
}

/** Events as bytes, framed as server-sent events. */
export function sseOf(events: readonly WireEvent[]): Uint8Array {
  return concat(events.map((event) => encodeFrame(event)))
}

/** Events as bytes, framed as the format frames its streams. */
export function bytesOf(protocol: ChatProtocol, events: readonly WireEvent[]): Uint8Array {
  return concat(events.map((event) => encodeFrame(event, protocol.framing)))
}

function concat(frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((length, frame) => length + frame.length, 0))
  let at = 0
  for (const frame of frames) {
    bytes.set(frame, at)
    at += frame.length
  }
  return bytes
}

/** Cuts bytes at the given fractions of their length. */
export function cutAt(bytes: Uint8Array, fractions: readonly number[]): Uint8Array[] {
  const places = [...fractions.map((fraction) => Math.floor(fraction * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  )
  let from = 0
  return places.map((to) => {
    const slice = bytes.subarray(from, to)
    from = to
    return slice
  })
}

export interface StreamResult {
  readonly completion: ChatCompletion
  readonly chunks: readonly ChatChunk[]
  readonly done: boolean
}

/** Reads a stream as the client does: bytes, events, chunks, completion. */
export function readStream(
  protocol: ChatProtocol,
  slices: readonly Uint8Array[],
  options?: DecodeOptions,
): StreamResult {
  const parser = createFrameParser(protocol.framing)
  const decoder = protocol.createStreamDecoder(options)
  const accumulator = createChatAccumulator()
  const events = [...slices.flatMap((slice) => [...parser.push(slice)]), ...parser.end()]
  const chunks = events.flatMap(({ data, event }) => [
    ...decoder.push(data === '[DONE]' ? data : parseJson(data), event),
  ])
  chunks.push(...decoder.end())
  for (const chunk of chunks) accumulator.push(chunk)
  return { completion: accumulator.result(), chunks, done: decoder.done }
}
