/** Fallbacks by class of failure, with their own parameters and messages as the provider gets them. */
import { expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import type { FallbackOptions } from '../../src/router/options.js'
import { faultPair, messages, text } from './fault-pair.js'
import {
  beginStream,
  chunk,
  completion,
  sendEvent,
  sendJson,
  wantsUsage,
  usageChunk,
  type Behaviour,
} from './fault-server.js'

const pair = faultPair()
const clientWith = (...fallbacks: FallbackOptions[]) =>
  createClient({
    providers: { bad: { baseURL: pair.bad.baseURL }, good: { baseURL: pair.good.baseURL } },
    fallbacks,
    retries: 0,
    timeout: 3000,
  })

test.each([false, true])(
  'the fallback of the class that failed is tried, with its own words; stream %s',
  async (stream) => {
    pair.bad.behave = (_, response) =>
      sendJson(response, 400, { error: { message: 'too long', code: 'context_length_exceeded' } })
    const shorter = [{ role: 'user' as const, content: 'in short' }]
    const ai = clientWith(
      { model: 'good/any' },
      { model: 'good/safe', on: 'content-policy' },
      { model: 'good/large', on: 'context-length', params: { temperature: 0.1, max_tokens: 7 }, messages: shorter },
    )
    const answer = await ai.chat.completions.create({ model: 'bad/m', messages, temperature: 1, stream })
    if (Symbol.asyncIterator in answer) expect(await text(answer)).toBe('Hello from next door')
    expect(pair.good.seen.map(({ body }) => body)).toMatchObject([
      { model: 'large', temperature: 0.1, max_tokens: 7, messages: shorter },
    ])
    expect(pair.bad.seen[0]?.body).toMatchObject({ model: 'm', temperature: 1, messages })
  },
)

const filtered: Behaviour = (request, response) => {
  const choice = {
    index: 0,
    message: { role: 'assistant', content: '' },
    finish_reason: 'content_filter',
    logprobs: null,
  }
  if (request.body['stream'] !== true) return sendJson(response, 200, completion('', { choices: [choice] }))
  beginStream(response)
  sendEvent(response, chunk({ role: 'assistant', content: '' }))
  sendEvent(response, chunk({}, 'content_filter'))
  if (wantsUsage(request)) sendEvent(response, usageChunk)
  sendEvent(response, '[DONE]')
  response.end()
}

test.each([false, true])('a filtered answer is followed by a fallback that is for it; stream %s', async (stream) => {
  pair.bad.behave = filtered
  const ai = clientWith({ model: 'good/safe', on: 'content-policy' })
  const answer = await ai.chat.completions.create({ model: 'bad/m', messages, stream })
  const said = Symbol.asyncIterator in answer ? await text(answer) : answer.choices[0]?.message.content
  expect(said).toBe('Hello from next door')
  expect(answer._meta?.attempts).toMatchObject([
    { target: 'bad/m', status: 200, error: 'ProviderError' },
    { target: 'good/safe', status: 200 },
  ])
})

test.each([false, true])('otherwise it is the answer; stream %s', async (stream) => {
  pair.bad.behave = filtered
  const ai = clientWith('good/any')
  const answer = await ai.chat.completions.create({ model: 'bad/m', messages, stream })
  let finish: unknown
  if (Symbol.asyncIterator in answer) for await (const item of answer) finish = item.choices[0]?.finish_reason ?? finish
  else finish = answer.choices[0]?.finish_reason
  expect(finish).toBe('content_filter')
  expect(pair.good.seen).toHaveLength(0)
})

test('content before the filter goes to the caller: such a stream does not start anew', async () => {
  pair.bad.behave = (_, response) => {
    beginStream(response)
    sendEvent(response, chunk({ role: 'assistant', content: 'well, ' }))
    sendEvent(response, chunk({}, 'content_filter'))
    sendEvent(response, '[DONE]')
    response.end()
  }
  const ai = clientWith({ model: 'good/safe', on: 'content-policy' })
  expect(await text(await ai.chat.completions.create({ model: 'bad/m', messages, stream: true }))).toBe('well, ')
  expect(pair.good.seen).toHaveLength(0)
})

test('a call may forbid fallbacks, or name its own', async () => {
  pair.bad.behave = (_, response) => sendJson(response, 503, {})
  const ai = clientWith('good/any')
  await expect(ai.chat.completions.create({ model: 'bad/m', messages }, { fallbacks: false })).rejects.toMatchObject({
    status: 503,
  })
  const answer = await ai.chat.completions.create({ model: 'bad/m', messages }, { fallbacks: ['good/mine'] })
  expect(answer._meta.model).toBe('mine')
})
