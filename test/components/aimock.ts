/** `@copilotkit/aimock` with the answers that both test files ask for. One instance a process. */
import { LLMock, type JournalEntry } from '@copilotkit/aimock'
import { afterAll, afterEach, beforeAll } from 'vitest'

export const KEY = 'k-very-secret-key'
export const TEXT = 'Hello from a provider that nobody here wrote, told in several pieces.'
// Each format of the mock reads the names of its own provider.
const usage = {
  prompt_tokens: 11,
  completion_tokens: 7,
  total_tokens: 18,
  input_tokens: 11,
  output_tokens: 7,
  promptTokenCount: 11,
  candidatesTokenCount: 7,
  totalTokenCount: 18,
}

/** Starts the mock for a test file, and empties its journal after each test. */
export function aimock(): LLMock {
  const mock = new LLMock({ port: 0, logLevel: 'silent' })
  beforeAll(async () => {
    mock.on({ model: /cut/ }, { content: TEXT, usage }, { chunkSize: 10, truncateAfterChunks: 6, latency: 20 })
    mock.on({ userMessage: 'Say hello.' }, { content: TEXT, usage }, { chunkSize: 10 })
    mock.on({ userMessage: 'Think first.' }, { content: 'Four.', reasoning: 'Two and two.', usage }, { chunkSize: 4 })
    mock.on({ userMessage: 'The weather?', hasToolResult: true }, { content: 'Sunny in both.', usage })
    mock.on(
      { userMessage: 'The weather?' },
      {
        toolCalls: [
          { name: 'weather', arguments: '{"city":"Lisbon"}' },
          { name: 'weather', arguments: '{"city":"Oslo"}' },
        ],
        usage,
      },
      { chunkSize: 5 },
    )
    mock.on(
      { userMessage: 'Fail.' },
      { error: { message: 'no such thing', type: 'invalid_request_error', code: 'bad_thing' }, status: 400 },
    )
    await mock.start()
  })
  afterAll(() => mock.stop())
  afterEach(() => mock.clearRequests())
  return mock
}

export const lastRequest = (mock: LLMock): JournalEntry => mock.getLastRequest() as JournalEntry

export const asked = (content: string): { role: 'user'; content: string }[] => [{ role: 'user', content }]

export const tools = [
  {
    type: 'function' as const,
    function: {
      name: 'weather',
      description: 'The weather of a city',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
]

/** Faults that the mock has for every format; it takes them from the request's headers. */
export const chaos: readonly (readonly [string, Record<string, string>, string])[] = [
  ['a rate limit', { 'x-aimock-chaos-ratelimit': '1' }, 'ProviderError'],
  ['a 500', { 'x-aimock-chaos-drop': '1' }, 'ProviderError'],
  ['malformed JSON', { 'x-aimock-chaos-malformed': '1' }, 'StreamError'],
  ['a disconnect', { 'x-aimock-chaos-disconnect': '1' }, 'ConnectionError'],
  ['no answer in time', { 'x-aimock-chaos-latency': '2000' }, 'TimeoutError'],
]

export async function textOf(
  stream: AsyncIterable<{ choices: { delta: { content?: string | null } }[] }>,
): Promise<string> {
  let text = ''
  for await (const { choices } of stream) text += choices[0]?.delta.content ?? ''
  return text
}
