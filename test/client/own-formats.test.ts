/** Rows of providers with formats of their own: where a request goes, how the key is sent, what comes back. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { startServer, type FaultServer } from './fault-server.js'

let server: FaultServer
const messages = [{ role: 'user' as const, content: 'Capital of Norway?' }]

const gemini = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'Oslo' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 1, totalTokenCount: 6 },
}
const ANSWERS: readonly (readonly [RegExp, unknown])[] = [
  [/:generateContent$/, gemini],
  [/:embedContent$/, { embedding: { values: [1, 2] } }],
  [/:batchEmbedContents$/, { embeddings: [{ values: [1, 2] }, { values: [3, 4] }] }],
  [/:predict$/, { predictions: [{ embeddings: { values: [1, 2], statistics: { token_count: 3 } } }] }],
  [
    /\/api\/chat$/,
    {
      model: 'llama3.3',
      created_at: '2026-01-01T00:00:00Z',
      message: { role: 'assistant', content: 'Oslo' },
      done: true,
      done_reason: 'stop',
      prompt_eval_count: 5,
      eval_count: 1,
    },
  ],
  [/\/api\/embed$/, { model: 'e', embeddings: [[1, 2]], prompt_eval_count: 3 }],
]

beforeEach(async () => {
  server = await startServer(({ path }, response) => {
    const [, answer] = ANSWERS.find(([pattern]) => pattern.test(path)) ?? []
    response.writeHead(answer ? 200 : 404, { 'content-type': 'application/json' })
    response.end(JSON.stringify(answer ?? { error: { code: 404, message: `nothing at ${path}` } }))
  })
})
afterEach(() => server.close())

const clientFor = () =>
  createClient({
    retries: 0,
    providers: {
      gemini: { baseURL: `${server.origin}/v1beta`, apiKey: 'g-key' },
      vertex: { baseURL: `${server.origin}/v1/projects/p/locations/global/publishers/google`, apiKey: () => 'a-token' },
      ollama: { baseURL: server.origin },
    },
  })

test.each<[string, string, Record<string, string | undefined>]>([
  [
    'gemini/gemini-3-pro',
    '/v1beta/models/gemini-3-pro:generateContent',
    { 'x-goog-api-key': 'g-key', authorization: undefined },
  ],
  [
    'vertex/gemini-3-pro',
    '/v1/projects/p/locations/global/publishers/google/models/gemini-3-pro:generateContent',
    { authorization: 'Bearer a-token' },
  ],
  ['ollama/llama3.3', '/api/chat', { authorization: undefined }],
])('chat with %s goes to %s', async (model, path, headers) => {
  const result = await clientFor().chat.completions.create({ model, messages })
  expect(result.choices[0]?.message.content).toBe('Oslo')
  expect(result.usage).toMatchObject({ prompt_tokens: 5, completion_tokens: 1 })
  expect(result.id).not.toBe('')
  expect(server.seen[0]?.path).toBe(path)
  for (const [name, value] of Object.entries(headers)) expect(server.seen[0]?.headers[name]).toBe(value)
})

test.each<[string, string | string[], string, number[][]]>([
  ['gemini/gemini-embedding-001', 'one', ':embedContent', [[1, 2]]],
  [
    'gemini/gemini-embedding-001',
    ['one', 'two'],
    ':batchEmbedContents',
    [
      [1, 2],
      [3, 4],
    ],
  ],
  ['vertex/text-embedding-005', 'one', '/models/text-embedding-005:predict', [[1, 2]]],
  ['ollama/nomic-embed-text', 'one', '/api/embed', [[1, 2]]],
])('embeddings with %s of %j go to %s', async (model, input, path, vectors) => {
  const result = await clientFor().embeddings.create({ model, input })
  expect(result.data.map(({ embedding }) => embedding)).toEqual(vectors)
  expect(server.seen[0]?.path.endsWith(path)).toBe(true)
})

test('a dialect of a known provider can be named, with its base URL', async () => {
  server.behave = (_, response) => {
    const answer = {
      id: 'a',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Oslo' }, finish_reason: 'stop' }],
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer))
  }
  const ai = createClient({ providers: { ollama: { protocol: 'openai-chat', baseURL: `${server.origin}/v1` } } })
  await ai.chat.completions.create({ model: 'ollama/llama3.3', messages })
  expect(server.seen[0]?.path).toBe('/v1/chat/completions')
})
