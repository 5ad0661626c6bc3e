/** A server that writes a stream as it is told, and a client that reads it. */
import { afterAll, beforeAll, expect } from 'vitest'
import { createClient, type Client } from '../../src/index.js'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import { StreamError } from '../../src/kernel/errors.js'
import { FRAMING_MEDIA_TYPES } from '../../src/kernel/frames.js'
import type { ChatChunk, ChatCompletion } from '../../src/kernel/hub.js'
import type { ChatProtocol } from '../../src/kernel/protocol.js'
import { protocols } from '../../src/protocols/index.js'
import { eventsOf } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'
import { startServer, type FaultServer } from './fault-server.js'
import { callChunks, TEXT } from './stream-wire.js'

export const formats = Object.values(protocols).filter((protocol): protocol is ChatProtocol => protocol.kind === 'chat')
export const messages = [{ role: 'user' as const, content: 'hi' }]

/** Of the running test file. */
export let server: FaultServer

/** Call it once in a test file. */
export function useServer(): void {
  beforeAll(async () => {
    server = await startServer(() => {})
  })
  afterAll(() => server.close())
}

export type End = 'end' | 'reset' | 'stall'

/**
 * Sends each piece as a write of its own.
 *
 * @param cut - When a connection that is reset is; a reset may overtake what was sent. Default: at once.
 */
export function answerWith(
  protocol: ChatProtocol,
  pieces: readonly Uint8Array[],
  end: End = 'end',
  type?: string,
  cut?: Promise<void>,
): void {
  server.behave = async (_, response, socket) => {
    socket.setNoDelay(true)
    // A connection that a test leaves idle for long may be closed just as the next one uses it.
    response.writeHead(200, {
      'content-type': type ?? FRAMING_MEDIA_TYPES[protocol.framing ?? 'sse'],
      connection: 'close',
    })
    for (const piece of pieces) {
      response.write(piece)
      await new Promise(setImmediate)
    }
    if (end === 'end') return void response.end()
    if (end === 'stall') return
    await cut
    socket.resetAndDestroy()
  }
}

export interface Outcome {
  readonly completion: ChatCompletion
  readonly text: string
  readonly error: unknown
}

/** @param limit - Milliseconds for the first chunk, and between two: more than a busy machine needs. */
export function clientFor(protocol: ChatProtocol, limit = 60_000): Client {
  return createClient({
    providers: { odd: { protocol: protocol.id, baseURL: server.origin, apiKey: 'k' } },
    retries: 0,
    timeout: { firstChunk: limit, idle: limit, total: 90_000 },
    fetch: (...request) => (answer ?? globalThis.fetch)(...request),
  })
}

/** In place of the server. */
let answer: typeof globalThis.fetch | undefined

/** @param onChunk - Notice of each as it comes. */
export async function read(
  ai: Client,
  instead?: typeof globalThis.fetch,
  onChunk?: (chunk: ChatChunk) => void,
): Promise<Outcome> {
  answer = instead
  const accumulator = createChatAccumulator()
  let error: unknown
  try {
    const body = { model: 'odd/m', messages, stream: true as const, stream_options: { include_usage: true } }
    for await (const item of await ai.chat.completions.create(body)) {
      accumulator.push(item as ChatChunk)
      onChunk?.(item as ChatChunk)
    }
  } catch (thrown) {
    error = thrown
  }
  const completion = accumulator.result()
  return { completion, text: String(completion.choices[0]?.message.content ?? ''), error }
}

/** Bytes in pieces of any size, which a socket would join again. */
export const inPieces =
  (protocol: ChatProtocol, bytes: Uint8Array, cuts: readonly number[]): typeof globalThis.fetch =>
  () => {
    const places = [0, ...cuts, bytes.length]
    const body = new ReadableStream<Uint8Array>({
      start(sink) {
        places.slice(1).forEach((to, at) => sink.enqueue(bytes.slice(places[at], to)))
        sink.close()
      },
    })
    const headers = { 'content-type': FRAMING_MEDIA_TYPES[protocol.framing ?? 'sse'] }
    return Promise.resolve(new Response(body, { headers }))
  }

export function expectWhole(
  protocol: ChatProtocol,
  chunks: readonly ChatChunk[],
  { completion, error }: Outcome,
): void {
  expect(error).toBeUndefined()
  const named = { id: 'a', model: 'm' }
  const expected = readDirectly(protocol, chunks)
  expect(completionMeaning({ ...completion, ...named })).toEqual(completionMeaning({ ...expected, ...named }))
}

/** The codec alone, without a wire. */
export function readDirectly(protocol: ChatProtocol, chunks: readonly ChatChunk[]): ChatCompletion {
  const decoder = protocol.createStreamDecoder()
  const accumulator = createChatAccumulator()
  const events = eventsOf(protocol, chunks)
  for (const { data, event } of events) for (const chunk of decoder.push(data, event)) accumulator.push(chunk)
  for (const chunk of decoder.end()) accumulator.push(chunk)
  return accumulator.result()
}

export function takesCalls(protocol: ChatProtocol): boolean {
  return readDirectly(protocol, callChunks(false)).choices[0]?.message.tool_calls?.length === 2
}

/** One typed error with provider, model and, where content came before it, that content. */
export function expectBroken({ text, error }: Outcome): StreamError {
  expect(error).toBeInstanceOf(StreamError)
  const failure = error as StreamError
  expect(failure).toMatchObject({ provider: 'odd', model: 'm' })
  expect(failure.attempts).toHaveLength(1)
  expect(TEXT.startsWith(text)).toBe(true)
  if (text !== '') expect(failure.partial).toMatchObject({ choices: [{ message: { content: text } }] })
  return failure
}
