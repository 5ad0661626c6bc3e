/** Official SDKs on `ai.fetch`, with a provider of every format behind it: nothing of the program changes. */
import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { chatCaller, messagesCaller, responsesCaller, type Caller } from './callers.js'
import { clientBehind, UPSTREAMS, type Upstream } from './upstream.js'

let fake: FakeProvider
beforeAll(async () => {
  fake = await startFakeProvider()
})
afterAll(() => fake.close())

type Fetch = typeof globalThis.fetch
const openai = (fetch: Fetch) => new OpenAI({ baseURL: 'http://tracestitch/v1', apiKey: 'x', fetch, maxRetries: 0 })
const anthropic = (fetch: Fetch) => new Anthropic({ baseURL: 'http://tracestitch', apiKey: 'x', fetch, maxRetries: 0 })

const callers: Readonly<Record<string, (fetch: Fetch) => Caller>> = {
  'openai chat': (fetch) => chatCaller(openai(fetch)),
  'openai responses': (fetch) => responsesCaller(openai(fetch)),
  'anthropic messages': (fetch) => messagesCaller(anthropic(fetch)),
}
const upstreams = Object.keys(UPSTREAMS) as Upstream[]
const pairs = Object.entries(callers).flatMap(([name, make]) => upstreams.map((upstream) => ({ name, make, upstream })))

/** Names of arguments that the fake provider has for the tool, by format. */
const sums: Partial<Record<Upstream, object>> = { 'openai-chat': { a: 2, b: 2 }, 'anthropic-messages': { a: 2, b: 2 } }

describe.each(pairs)('$name over $upstream', ({ make, upstream }) => {
  test('an answer, and the same as a stream', async () => {
    const caller = make(clientBehind(fake, upstream).ai.fetch)
    const whole = await caller.chat('smart')
    expect(whole.text).toBe('Hello there, friend.')
    expect(whole.tokens).toEqual({ input: 11, output: 7 })
    expect(await caller.stream('smart')).toEqual(whole)
  })

  test('a call of a tool', async () => {
    const caller = make(clientBehind(fake, upstream).ai.fetch)
    const { tool } = await caller.tool('smart')
    expect(tool?.name).toBe('add')
    expect(tool?.arguments).toMatchObject(sums[upstream] ?? {})
  })

  test('an error of the provider has its status and its message', async () => {
    const caller = make(clientBehind(fake, upstream, 'error-400').ai.fetch)
    for (const call of [caller.chat('smart'), caller.stream('smart')]) {
      const error = await call.then(
        () => undefined,
        (thrown: unknown) => thrown as { status?: number; message: string },
      )
      expect(error).toMatchObject({ status: 400 })
      expect(error?.message).toContain('bad input (up/m-1)')
    }
  })
})

test.each(Object.entries(callers))('%s: an unknown model is not found', async (_name, make) => {
  const caller = make(clientBehind(fake, 'openai-chat').ai.fetch)
  await expect(caller.chat('nope')).rejects.toMatchObject({ status: 404, message: expect.stringContaining('`nope`') })
})

test.each(Object.keys(callers))('%s: an abort reaches the provider and stays an abort', async (name) => {
  const { ai, asked } = clientBehind(fake, 'openai-chat', 'slow')
  const controller = new AbortController()
  const options = { signal: controller.signal }
  const messages = [{ role: 'user' as const, content: 'hi' }]
  const call = name.startsWith('anthropic')
    ? anthropic(ai.fetch).messages.create({ model: 'smart', max_tokens: 9, messages }, options)
    : name.endsWith('chat')
      ? openai(ai.fetch).chat.completions.create({ model: 'smart', messages }, options)
      : openai(ai.fetch).responses.create({ model: 'smart', input: 'hi' }, options)
  await eventually(() => asked().length > 0, 'the provider is asked')
  controller.abort()
  await expect(call).rejects.toThrow(/abort/i)
  expect(ai.health().targets[0]?.inFlight).toBe(0)
})

test('a stream that breaks off is an error of the SDK', async () => {
  const { ai } = clientBehind(fake, 'openai-chat', 'cut')
  await expect(chatCaller(openai(ai.fetch)).stream('smart')).rejects.toThrow(/broke|cut|ended|terminated|closed/i)
  await expect(messagesCaller(anthropic(ai.fetch)).stream('smart')).rejects.toThrow(
    /broke|cut|ended|terminated|closed/i,
  )
})
