/** Counts of tokens of streams that are sent on request only: asked for by option, hidden from the program, missed by name. */
import type { AIMessageChunk } from '@langchain/core/messages'
import { ChatOpenAI } from '@langchain/openai'
import OpenAI from 'openai'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { autolog, type Autolog, type AutologOptions } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'

const said: string[] = []
vi.spyOn(console, 'warn').mockImplementation((line: string) => void said.push(line))

let log: Autolog | undefined
afterEach(() => {
  log?.off()
  log = undefined
  said.length = 0
})

interface Sent {
  readonly stream_options?: object
}

/** Answers as OpenAI does: the count comes in a chunk of its own, where it is asked for. */
function provider() {
  const bodies: Sent[] = []
  const fetch = (_url: unknown, init?: { body?: unknown }): Promise<Response> => {
    const body = JSON.parse(String(init?.body)) as Sent & { stream_options?: { include_usage?: boolean } | null }
    bodies.push(body)
    const chunk = (more: object): string =>
      `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', model: 'm', ...more })}\n\n`
    const text =
      chunk({ choices: [{ index: 0, delta: { role: 'assistant', content: 'Hi' }, text: 'Hi', finish_reason: null }] }) +
      chunk({ choices: [{ index: 0, delta: {}, text: '', finish_reason: 'stop' }] }) +
      (body.stream_options?.include_usage
        ? chunk({ choices: [], usage: { prompt_tokens: 8, completion_tokens: 3 } })
        : '') +
      'data: [DONE]\n\n'
    return Promise.resolve(new Response(text, { headers: { 'content-type': 'text/event-stream' } }))
  }
  return { bodies, fetch }
}

function start(options: AutologOptions) {
  const recorder = recordSpans()
  log = autolog({ exporter: recorder, ...options })
  return recorder
}

const request = { model: 'm', messages: [{ role: 'user' as const, content: 'Hello' }], stream: true as const }
const client = (fetch: unknown, baseURL = 'https://api.openai.com/v1'): OpenAI =>
  new OpenAI({ apiKey: 'k', baseURL, fetch: fetch as typeof globalThis.fetch })
async function read(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const chunks: unknown[] = []
  for await (const chunk of stream) chunks.push(chunk)
  return chunks
}
const USAGE = { 'gen_ai.usage.input_tokens': 8, 'gen_ai.usage.output_tokens': 3 }

test('without it, the span says that no usage was sent, and one line how to get it', async () => {
  const { bodies, fetch } = provider()
  const recorder = start({})
  for (let i = 0; i < 2; i++) await read(await client(fetch).chat.completions.create(request))
  for await (const _ of await client(fetch).chat.completions.create(request)) break
  expect(bodies[0]).not.toHaveProperty('stream_options')
  expect(recorder.spans.map(({ attributes }) => attributes['tracestitch.usage.not_sent'])).toEqual([
    true,
    true,
    undefined,
  ])
  expect(said).toEqual([expect.stringMatching(/stream_options: \{ include_usage: true \}.*streamUsage: true/)])
})

describe('streamUsage', () => {
  test.each<[string, (openai: OpenAI) => Promise<AsyncIterable<unknown>>]>([
    ['chat completions', async (openai) => openai.chat.completions.create(request)],
    ['completions', async (openai) => openai.completions.create({ model: 'm', prompt: 'Hello', stream: true })],
    [
      'a request by path',
      async (openai) =>
        (await openai.post('/chat/completions', { body: request, stream: true })) as AsyncIterable<unknown>,
    ],
    ['.stream()', (openai) => Promise.resolve(openai.chat.completions.stream(request))],
  ])('%s: the span has the count, and the program the chunks of before', async (_name, ask) => {
    const { bodies, fetch } = provider()
    const plain = await read(await ask(client(fetch)))
    const given = structuredClone(request)
    const recorder = start({ streamUsage: true })
    expect(await read(await ask(client(fetch)))).toEqual(plain)
    expect(bodies.map((body) => body.stream_options)).toEqual([undefined, { include_usage: true }])
    expect(request).toEqual(given)
    expect(recorder.spans[0]?.attributes).toMatchObject(USAGE)
    expect(recorder.spans[0]?.attributes).not.toHaveProperty('tracestitch.usage.not_sent')
    expect(said).toEqual([])
  })

  test.each<[string, object, string]>([
    ['what the program asks for itself', { stream_options: { include_usage: true } }, 'https://api.openai.com/v1'],
    ['what the program does not want', { stream_options: { include_usage: false } }, 'https://api.openai.com/v1'],
    ['a host that refuses the option', {}, 'https://api.mistral.ai/v1'],
  ])('leaves %s alone', async (_name, more, baseURL) => {
    const { bodies, fetch } = provider()
    const plain = await read(await client(fetch, baseURL).chat.completions.create({ ...request, ...more }))
    start({ streamUsage: true })
    expect(await read(await client(fetch, baseURL).chat.completions.create({ ...request, ...more }))).toEqual(plain)
    expect(bodies[1]).toEqual(bodies[0])
  })

  test('keeps the other stream options of the request', async () => {
    const { bodies, fetch } = provider()
    start({ streamUsage: true })
    await read(
      await client(fetch).chat.completions.create({ ...request, stream_options: { include_obfuscation: false } }),
    )
    expect(bodies[0]?.stream_options).toEqual({ include_obfuscation: false, include_usage: true })
  })
})

describe('through LangChain', () => {
  const chat = (fetch: unknown, streamUsage: boolean): ChatOpenAI =>
    new ChatOpenAI({
      apiKey: 'k',
      model: 'm',
      streamUsage,
      configuration: { baseURL: 'https://api.openai.com/v1', fetch: fetch as typeof globalThis.fetch },
    })
  const messagesOf = async (model: ChatOpenAI): Promise<[content: unknown, usage: unknown][]> =>
    ((await read(await model.stream('Hello'))) as AIMessageChunk[]).map(({ content, usage_metadata: usage }) => [
      content,
      usage,
    ])

  test('a count that only the option asks for is on the span, and LangChain sees what it would see without', async () => {
    const alone = provider()
    const without = await messagesOf(chat(alone.fetch, false))
    const { bodies, fetch } = provider()
    const recorder = start({ streamUsage: true })
    expect(await messagesOf(chat(fetch, false))).toEqual(without)
    expect(without.every(([, usage]) => usage === undefined)).toBe(true)
    expect(bodies[0]?.stream_options).toEqual({ include_usage: true })
    expect(recorder.find('chat m').attributes).toMatchObject(USAGE)
    expect(said).toEqual([])
  })

  test('a count that LangChain asks for itself stays with it', async () => {
    const { bodies, fetch } = provider()
    const recorder = start({ streamUsage: true })
    const counts = (await messagesOf(chat(fetch, true))).map(([, usage]) => usage).filter(Boolean)
    expect(counts).toEqual([expect.objectContaining({ input_tokens: 8, output_tokens: 3 })])
    expect(bodies[0]?.stream_options).toEqual({ include_usage: true })
    expect(recorder.find('chat m').attributes).toMatchObject(USAGE)
  })
})
