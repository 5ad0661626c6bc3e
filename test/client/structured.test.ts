/** Structured output: native where the target has it, asked for in the prompt and said so where it has not. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import * as z from 'zod'
import { createClient } from '../../src/index.js'
import { startServer, type FaultServer } from './fault-server.js'

let server: FaultServer
let text: string

const schema = z.object({ city: z.string() })
const messages = [{ role: 'user' as const, content: 'Capital of Norway?' }]

beforeEach(async () => {
  text = '{"city":"Oslo"}'
  server = await startServer(({ path }, response) => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const [, answer] = ANSWERS.find(([ending]) => path.includes(ending))!
    response.end(JSON.stringify(answer()))
  })
})
afterEach(() => server.close())

const ANSWERS: readonly (readonly [string, () => unknown])[] = [
  [
    '/chat/completions',
    () => ({
      id: 'a',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [{ index: 0, message: { role: 'assistant', content: text }, finish_reason: 'stop' }],
    }),
  ],
  [
    '/messages',
    () => ({
      id: 'a',
      type: 'message',
      role: 'assistant',
      model: 'm',
      content: [{ type: 'text', text }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 1, output_tokens: 1 },
    }),
  ],
  [
    ':generateContent',
    () => ({ candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP' }] }),
  ],
  [
    '/v2/chat',
    () => ({ id: 'a', message: { role: 'assistant', content: [{ type: 'text', text }] }, finish_reason: 'COMPLETE' }),
  ],
  [
    '/api/chat',
    () => ({
      model: 'm',
      created_at: '2026-01-01T00:00:00Z',
      message: { role: 'assistant', content: text },
      done: true,
      done_reason: 'stop',
    }),
  ],
  [
    '/converse',
    () => ({
      output: { message: { role: 'assistant', content: [{ text }] } },
      stopReason: 'end_turn',
      usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
    }),
  ],
]

const clientFor = () =>
  createClient({
    retries: 0,
    providers: {
      openai: { baseURL: server.baseURL, apiKey: 'k' },
      deepseek: { baseURL: server.baseURL, apiKey: 'k' },
      anthropic: { baseURL: server.origin, apiKey: 'k' },
      gemini: { baseURL: `${server.origin}/v1beta`, apiKey: 'k' },
      cohere: { baseURL: server.origin, apiKey: 'k' },
      ollama: { baseURL: server.origin },
      bedrock: { baseURL: server.origin, apiKey: 'k' },
    },
  })

test.each([
  ['openai/gpt-5.4'],
  ['anthropic/claude-sonnet-4-6'],
  ['gemini/gemini-3-pro'],
  ['cohere/command-a'],
  ['ollama/llama3.3'],
  ['bedrock/anthropic.claude-sonnet-4-6'],
])('%s gets the schema, without a warning', async (model) => {
  const result = await clientFor().chat.completions.parse({ model, messages, max_tokens: 99, response_format: schema })
  expect(result.choices[0]?.message.parsed).toEqual({ city: 'Oslo' })
  expect(result._meta.warnings).toEqual([])
  const { messages: sent, contents, system, ...settings } = server.seen[0]!.body
  void [sent, contents, system]
  expect(JSON.stringify(settings).replaceAll('\\', '')).toContain('"city":{"type":"string"}')
})

test.each([['deepseek/deepseek-chat'], ['anthropic/claude-3-5-haiku-20241022'], ['bedrock/amazon.nova-pro-v1:0']])(
  '%s is asked for it in the system prompt, with a warning',
  async (model) => {
    const result = await clientFor().chat.completions.parse({
      model,
      messages,
      max_tokens: 99,
      response_format: schema,
    })
    expect(result.choices[0]?.message.parsed).toEqual({ city: 'Oslo' })
    expect(result._meta.warnings).toEqual([
      expect.stringContaining('`response_format` json_schema is asked for in the system prompt'),
    ])
    expect(JSON.stringify(server.seen[0]!.body).replaceAll('\\', '')).toContain('"city":{"type":"string"}')
  },
)

test('a code fence around the answer is no part of it', async () => {
  const ask = () =>
    clientFor().chat.completions.parse({ model: 'deepseek/deepseek-chat', messages, response_format: schema })
  text = '```json\n{"city":"Oslo"}\n```'
  expect((await ask()).choices[0]?.message).toMatchObject({ parsed: { city: 'Oslo' }, content: text })
  text = '```\n{"city":7}\n```'
  await expect(ask()).rejects.toMatchObject({ name: 'SchemaError', message: expect.stringContaining('city') })
  text = 'Oslo, a secret'
  await expect(ask()).rejects.toThrow(/not JSON(?!.*secret)/)
})
