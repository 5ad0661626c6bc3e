/** The official SDK reads what the codecs write, and the codecs read what the SDK sends. */
import {
  ApiError,
  FunctionCallingConfigMode,
  GoogleGenAI,
  ThinkingLevel,
  Type,
  type GenerateContentResponse,
} from '@google/genai'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createChatAccumulator } from '../../src/kernel/accumulate.js'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import { geminiEmbeddings } from '../../src/protocols/gemini-embeddings.js'
import { geminiGenerate as codec } from '../../src/protocols/gemini-generate/index.js'
import { vertexEmbeddings } from '../../src/protocols/vertex-embeddings.js'
import { chunksOf, eventsOf, readStream } from '../contracts/chunks.js'
import { completionMeaning } from '../contracts/meaning.js'
import { startLoopback, type Loopback } from '../support/loopback.js'
import { twoCalls } from './support/two-calls.js'

const contents = [{ role: 'user', parts: [{ text: 'hi' }] }]
const sse = readFileSync(new URL('../fixtures/gemini-generate/answer.sse', import.meta.url))

const completion: ChatCompletion = {
  ...twoCalls,
  created: 1_700_000_000,
  usage: {
    prompt_tokens: 9,
    completion_tokens: 7,
    total_tokens: 16,
    prompt_tokens_details: { cached_tokens: 5 },
    completion_tokens_details: { reasoning_tokens: 3 },
  },
}

let server: Loopback
let client: GoogleGenAI

beforeAll(async () => {
  server = await startLoopback()
  client = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: server.origin } })
})
afterAll(() => server.close())

async function collect(stream: AsyncIterable<GenerateContentResponse>): Promise<GenerateContentResponse[]> {
  const list: GenerateContentResponse[] = []
  for await (const chunk of stream) list.push(chunk)
  return list
}

function expectOther(answer: GenerateContentResponse): void {
  expect(answer.usageMetadata).toMatchObject({
    promptTokenCount: 9,
    candidatesTokenCount: 4,
    thoughtsTokenCount: 3,
    cachedContentTokenCount: 5,
    totalTokenCount: 16,
  })
  expect(answer).toMatchObject({ responseId: 'answer-1', modelVersion: 'other' })
}

test('generateContent gives another provider’s answer', async () => {
  server.answer = { json: codec.encodeResponse(completion) }
  const answer = await client.models.generateContent({ model: 'm', contents })
  expect(answer.text).toBe('Two calls.')
  expect(answer.candidates?.[0]?.content?.parts?.[0]).toEqual({ text: 'Both are needed.', thought: true })
  expect(answer.functionCalls).toEqual(['a', 'b'].map((id) => ({ id, name: 'f', args: { id } })))
  expect(answer.candidates?.[0]?.finishReason).toBe('STOP')
  expectOther(answer)
})

test('generateContentStream gives the same', async () => {
  server.answer = { events: eventsOf(codec, chunksOf(completion, 3)) }
  const chunks = await collect(await client.models.generateContentStream({ model: 'm', contents }))
  expect(server.requests.at(-1)?.path).toMatch(/^\/v1\w*\/models\/m:streamGenerateContent\?alt=sse$/)
  expect(chunks.map((chunk) => chunk.text ?? '').join('')).toBe('Two calls.')
  expect(chunks.flatMap((chunk) => chunk.functionCalls ?? [])).toEqual(
    ['a', 'b'].map((id) => ({ id, name: 'f', args: { id } })),
  )
  expect(chunks.at(-1)?.candidates?.[0]?.finishReason).toBe('STOP')
  expectOther(chunks.at(-1)!)
})

test('a stream of the format’s own passes through the hub and the SDK', async () => {
  const original = readStream(codec, [sse])
  server.answer = { events: eventsOf(codec, original.chunks) }
  const decoder = codec.createStreamDecoder()
  const accumulator = createChatAccumulator()
  // The SDK's objects are what an instrumentation sees.
  for (const chunk of await collect(await client.models.generateContentStream({ model: 'm', contents }))) {
    for (const one of decoder.push(chunk)) accumulator.push(one)
  }
  for (const one of decoder.end()) accumulator.push(one)
  expect(decoder.done).toBe(true)
  expect(completionMeaning(accumulator.result())).toEqual(completionMeaning(original.completion))
  expect(accumulator.result().choices[0]?.message.blocks).toEqual(original.completion.choices[0]?.message.blocks)
})

test('a request of the SDK is read', async () => {
  server.answer = { json: codec.encodeResponse(completion) }
  await client.models.generateContent({
    model: 'gemini-3-flash-preview',
    contents: 'hi',
    config: {
      systemInstruction: 'Be brief.',
      temperature: 0.5,
      maxOutputTokens: 20,
      responseMimeType: 'application/json',
      responseSchema: { type: Type.OBJECT, properties: { a: { type: Type.STRING } } },
      thinkingConfig: { thinkingLevel: ThinkingLevel.LOW, includeThoughts: true },
      tools: [
        { functionDeclarations: [{ name: 'f', parameters: { type: Type.OBJECT, properties: {} } }] },
        { googleSearch: {} },
      ],
      toolConfig: { functionCallingConfig: { mode: FunctionCallingConfigMode.ANY } },
    },
  })
  const { path, body } = server.requests.at(-1)!
  const request = codec.decodeRequest(body, { path })
  expect(request).toMatchObject({
    model: 'gemini-3-flash-preview',
    stream: false,
    temperature: 0.5,
    max_tokens: 20,
    reasoning_effort: 'low',
    tool_choice: 'required',
    messages: [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'hi' },
    ],
    response_format: {
      type: 'json_schema',
      json_schema: { schema: { type: 'object', properties: { a: { type: 'string' } } } },
    },
    tools: [
      { type: 'function', function: { name: 'f' } },
      { type: 'raw', value: { googleSearch: {} } },
    ],
  })
  const context = {
    provider: 'google',
    model: request.model,
    quirks: {},
    dropUnsupported: false,
    warn: () => undefined,
  }
  expect(codec.encodeRequest(request, context).body).toEqual(body)
})

test('a chat of the SDK sends back what it was given', async () => {
  server.answer = { events: eventsOf(codec, readStream(codec, [sse]).chunks) }
  const chat = client.chats.create({ model: 'm' })
  await collect(await chat.sendMessageStream({ message: 'weather?' }))
  server.answer = { json: codec.encodeResponse(completion) }
  await chat.sendMessage({ message: [{ functionResponse: { name: 'weather', response: { output: 'sunny' } } }] })
  const { path, body } = server.requests.at(-1)!
  const { messages } = codec.decodeRequest(body, { path })
  expect(messages.at(-1)).toEqual({ role: 'tool', tool_call_id: 'gcall_0', content: 'sunny' })
  expect(JSON.stringify(body)).toContain('c2lnLWNhbGw=')
})

test('errors are errors of the SDK', async () => {
  server.answer = { status: 429, json: codec.encodeError({ message: 'slow down' }, 429) }
  const failing = client.models.generateContent({ model: 'm', contents })
  await expect(failing).rejects.toBeInstanceOf(ApiError)
  await expect(failing).rejects.toMatchObject({
    status: 429,
    message: expect.stringContaining('RESOURCE_EXHAUSTED') as string,
  })
})

test('embedContent gives the vectors, and is read', async () => {
  server.answer = {
    json: geminiEmbeddings.encodeResponse({
      object: 'list',
      model: 'm',
      data: [
        [1, 2],
        [3, 4],
      ].map((embedding, index) => ({ object: 'embedding', index, embedding })),
      usage: { prompt_tokens: 3, total_tokens: 3 },
    }),
  }
  const answer = await client.models.embedContent({
    model: 'gemini-embedding-001',
    contents: ['a', 'b'],
    config: { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 2 },
  })
  expect(answer.embeddings?.map(({ values }) => values)).toEqual([
    [1, 2],
    [3, 4],
  ])
  const { path, body } = server.requests.at(-1)!
  expect(geminiEmbeddings.decodeRequest(body, { path })).toMatchObject({
    model: 'gemini-embedding-001',
    input: ['a', 'b'],
    dimensions: 2,
    raw: { value: { taskType: 'RETRIEVAL_QUERY', role: 'user' } },
  })
})

test('Vertex AI: predict gives the vectors, and is read', async () => {
  const vertex = new GoogleGenAI({ vertexai: true, apiKey: 'test', httpOptions: { baseUrl: server.origin } })
  server.answer = {
    json: vertexEmbeddings.encodeResponse({
      object: 'list',
      model: '',
      data: [{ object: 'embedding', index: 0, embedding: [1, 2] }],
      usage: { prompt_tokens: 3, total_tokens: 3 },
    }),
  }
  const answer = await vertex.models.embedContent({
    model: 'text-embedding-005',
    contents: ['a'],
    config: { taskType: 'RETRIEVAL_QUERY', outputDimensionality: 2 },
  })
  expect(answer.embeddings?.[0]).toMatchObject({ values: [1, 2], statistics: { tokenCount: 3 } })
  const { path, body } = server.requests.at(-1)!
  expect(path).toMatch(/\/publishers\/google\/models\/text-embedding-005:predict$/)
  expect(vertexEmbeddings.decodeRequest(body, { path })).toMatchObject({
    model: 'text-embedding-005',
    input: ['a'],
    dimensions: 2,
  })
})
