/** What is special to one way of framing a stream: lists, checksums, limits. From a real server. */
import { expect, test } from 'vitest'
import { crc32 } from '../../src/kernel/crc32.js'
import { StreamError } from '../../src/kernel/errors.js'
import { FRAMING_MEDIA_TYPES } from '../../src/kernel/frames.js'
import type { ChatProtocol } from '../../src/kernel/protocol.js'
import { eventsOf } from '../contracts/chunks.js'
import { eventually } from './fault-server.js'
import { writable } from './hostile-bodies.js'
import {
  answerWith,
  clientFor,
  expectBroken,
  expectWhole,
  formats,
  messages,
  read,
  server,
  useServer,
} from './stream-reading.js'
import { framesOf, join, TEXT, textChunks } from './stream-wire.js'

useServer()

const formatOf = (id: string): ChatProtocol => formats.find((one) => one.id === id) as ChatProtocol

test("Google's list without alt=sse, in small writes, whole and cut", async () => {
  const gemini = formatOf('gemini-generate')
  const list = new TextEncoder().encode(
    `[${eventsOf(gemini, textChunks)
      .map(({ data }) => JSON.stringify(data, null, 2))
      .join('\n,\r\n')}\n]\n`,
  )
  const pieces: Uint8Array[] = []
  for (let at = 0; at < list.length; at += 13) pieces.push(list.subarray(at, at + 13))
  answerWith(gemini, pieces, 'end', 'application/json; charset=UTF-8')
  expectWhole(gemini, textChunks, await read(clientFor(gemini)))

  answerWith(gemini, pieces.slice(0, pieces.length / 2), 'end', 'application/json; charset=UTF-8')
  const cut = await read(clientFor(gemini))
  expectBroken(cut)
  expect(cut.text).not.toBe('')
})

test("an element of Google's list reaches the caller before the next one is sent", async () => {
  const gemini = formatOf('gemini-generate')
  const [first, ...rest] = eventsOf(gemini, textChunks).map(({ data }) => JSON.stringify(data)) as [string, ...string[]]
  let proceed = (): void => {}
  const told = new Promise<void>((resolve) => {
    proceed = resolve
  })
  server.behave = async (_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.write(`[${first}`)
    await told
    response.end(`,${rest.join(',')}]`)
  }
  const ai = clientFor(gemini)
  let text = ''
  for await (const item of await ai.chat.completions.create({ model: 'odd/m', messages, stream: true })) {
    text += item.choices[0]?.delta.content ?? ''
    proceed()
  }
  expect(text).toBe(TEXT)
})

test('a wrong checksum in an event stream: what came before it, and a typed error', async () => {
  const bedrock = formatOf('bedrock-converse')
  const frames = framesOf(bedrock, eventsOf(bedrock, textChunks))
  const half = Math.floor(frames.length / 2)
  const spoiled = frames.map((frame, at) => (at === half ? frame.with(frame.length - 6, 0) : frame))
  for (const pieces of [spoiled, [join(spoiled)]]) {
    answerWith(bedrock, pieces)
    const outcome = await read(clientFor(bedrock))
    expect(expectBroken(outcome).message).toContain('checksum')
    expect(outcome.text).not.toBe('')
  }
})

const MB = 1024 * 1024
test.each([
  ['openai-chat', 'data: {"a":"'],
  ['ollama-chat', '{"a":"'],
  ['gemini-generate', '[{"a":"'],
] as const)('%s: an event larger than the limit is refused, and its socket closed', async (id, head) => {
  const protocol = formatOf(id)
  let sent = 0
  server.behave = async (_, response) => {
    response.writeHead(200, { 'content-type': FRAMING_MEDIA_TYPES[protocol.framing ?? 'sse'] })
    for (const frame of framesOf(protocol, eventsOf(protocol, textChunks)).slice(0, id === 'gemini-generate' ? 0 : 5))
      response.write(frame)
    response.write(head)
    const piece = Buffer.alloc(MB, 'x')
    while (!response.destroyed && sent < 200) {
      sent += 1
      if (!response.write(piece)) await writable(response)
    }
  }
  const { error } = await read(clientFor(protocol))
  expect(error).toBeInstanceOf(StreamError)
  expect(error).toMatchObject({
    isRetryable: false,
    message: expect.stringMatching(/larger than \d+ bytes/) as string,
  })
  expect(sent).toBeLessThan(150)
  await eventually(() => server.busy() === 0, 'the socket is closed')
})

test('bedrock-converse: a message that says it is larger than the format allows is refused at once', async () => {
  const bedrock = formatOf('bedrock-converse')
  const prelude = new Uint8Array(12)
  const view = new DataView(prelude.buffer)
  view.setUint32(0, 32 * MB)
  view.setUint32(8, crc32(prelude.subarray(0, 8)))
  answerWith(bedrock, [prelude], 'stall')
  const { error } = await read(clientFor(bedrock))
  expect(error).toMatchObject({
    name: 'StreamError',
    message: expect.stringMatching(/larger than \d+ bytes/) as string,
  })
})
