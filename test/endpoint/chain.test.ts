/** One client behind another: what the endpoint writes in each format is what a client of that format reads. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createClient, type Client } from '../../src/index.js'
import type { ChatChunk } from '../../src/kernel/hub.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { parameters, QUESTION } from './callers.js'
import { clientBehind, UPSTREAMS, type Upstream } from './upstream.js'

let fake: FakeProvider
beforeAll(async () => {
  fake = await startFakeProvider()
})
afterAll(() => fake.close())

const formats = Object.keys(UPSTREAMS) as Upstream[]
const pairs = formats.flatMap((format) => formats.map((upstream) => ({ format, upstream })))

/** A client whose provider is the endpoint of `inner`. */
function inFrontOf(inner: Client, protocol: Upstream | 'openai-completions'): Client {
  const path = protocol === 'openai-completions' ? '/v1' : UPSTREAMS[protocol]
  const gateway = { protocol, baseURL: `http://tracestitch${path}`, apiKey: 'k' }
  return createClient({ retries: 0, fetch: inner.fetch, providers: { gateway } })
}

const messages = [{ role: 'user' as const, content: QUESTION }]
const tools = [{ type: 'function' as const, function: { name: 'add', parameters } }]

async function textOf(stream: AsyncIterable<ChatChunk>): Promise<string> {
  let text = ''
  for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
  return text
}

describe.each(pairs)('$format, and $upstream behind it', ({ format, upstream }) => {
  test('an answer and a stream', async () => {
    const { ai } = clientBehind(fake, upstream)
    const outer = inFrontOf(ai, format)
    const answer = await outer.chat.completions.create({ model: 'gateway/smart', messages })
    expect(answer.choices[0]?.message.content).toBe('Hello there, friend.')
    expect(answer.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 })
    const stream = await outer.chat.completions.create({ model: 'gateway/smart', messages, stream: true })
    expect(await textOf(stream)).toBe('Hello there, friend.')
    expect(stream._meta?.usage).toMatchObject({ prompt_tokens: 11, completion_tokens: 7 })
  })

  test('a call of a tool, whole and as a stream', async () => {
    const { ai } = clientBehind(fake, upstream)
    const outer = inFrontOf(ai, format)
    const answer = await outer.chat.completions.create({ model: 'gateway/smart', messages, tools })
    const [call] = answer.choices[0]?.message.tool_calls ?? []
    expect(call?.type === 'function' && call.function.name).toBe('add')
    expect(answer.choices[0]?.finish_reason).toBe('tool_calls')
    const stream = outer.chat.completions.stream({ model: 'gateway/smart', messages, tools })
    const [again] = (await stream.finalChatCompletion()).choices[0]?.message.tool_calls ?? []
    expect(again?.type === 'function' && again.function).toMatchObject(call?.type === 'function' ? call.function : {})
  })
})

describe.each(formats)('errors in %s', (format) => {
  test.each([
    ['error-400', 400],
    ['error-401', 401],
    ['error-500', 500],
  ])('%s', async (behaviour, status) => {
    const { ai } = clientBehind(fake, 'openai-chat', behaviour)
    const outer = inFrontOf(ai, format)
    const call = outer.chat.completions.create({ model: 'gateway/smart', messages })
    await expect(call).rejects.toMatchObject({ name: 'ProviderError', status })
    const stream = outer.chat.completions.create({ model: 'gateway/smart', messages, stream: true })
    await expect(stream).rejects.toMatchObject({ name: 'ProviderError', status })
  })

  test('a stream that breaks off behind it is not a whole answer', async () => {
    const { ai } = clientBehind(fake, 'openai-chat', 'cut')
    const outer = inFrontOf(ai, format)
    const stream = await outer.chat.completions.create({ model: 'gateway/smart', messages, stream: true })
    await expect(textOf(stream)).rejects.toMatchObject({ name: expect.stringMatching(/^(Provider|Stream)Error$/) })
  })

  test('a model that is not there', async () => {
    const { ai } = clientBehind(fake, 'openai-chat')
    const call = inFrontOf(ai, format).chat.completions.create({ model: 'gateway/nobody', messages })
    await expect(call).rejects.toMatchObject({ name: 'ProviderError', status: 404 })
  })
})

test('text completions', async () => {
  const { ai } = clientBehind(fake, 'openai-chat')
  const outer = inFrontOf(ai, 'openai-completions')
  const answer = await outer.chat.completions.create({ model: 'gateway/smart', messages })
  expect(answer.choices[0]?.message.content).toBe('Hello there, friend.')
})
