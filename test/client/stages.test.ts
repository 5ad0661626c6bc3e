/** What stands around every call: it refuses, changes and sees the end, of plain calls and of streams. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { CallView, Stage } from '../../src/client/call/stage.js'
import { ProviderError } from '../../src/kernel/provider-error.js'
import type { ChatChunk, ChatCompletion } from '../../src/kernel/hub.js'
import type { ClientOptions } from '../../src/index.js'
import {
  clientOf,
  completion,
  exporter,
  forgetSpans,
  json,
  keepSpans,
  messages,
  read,
  usage,
  type Stream,
} from './stages-support.js'

beforeEach(keepSpans)
afterEach(forgetSpans)

describe('before a call', () => {
  test('a refusal is the call’s error: nothing is sent, and the span has it', async () => {
    const guard: Stage = {
      id: 'guard',
      before: () => Promise.reject(new ProviderError('not allowed', { failureClass: 'content-filter' })),
    }
    const { client, asked, attempts } = clientOf([guard], { fallbacks: ['b/m'] })
    for (const stream of [false, true]) {
      const call = client.chat.completions.create({ model: 'a/m', messages, stream })
      await expect(call).rejects.toMatchObject({ message: 'not allowed', attempts: [] })
    }
    expect([asked, attempts]).toEqual([[], []])
    expect(exporter.getFinishedSpans().map(({ status }) => status.code)).toEqual([2, 2])
  })

  const masks: Stage = {
    id: 'mask',
    before(call) {
      if (call.request && 'chat' in call.request)
        call.replaceRequest({ chat: { ...call.request.chat, messages: [{ role: 'user', content: '[hidden]' }] } })
      else if (call.request) call.replaceRequest({ embeddings: { ...call.request.embeddings, input: '[hidden]' } })
      return undefined
    },
  }
  test('another request goes to every target, whatever the caller writes', async () => {
    const seen: CallView['request'][] = []
    const sees: Stage = { id: 'sees', before: (call) => void seen.push(call.request) as undefined }
    const { client, asked } = clientOf([masks, sees], {
      providers: { a: { baseURL: 'http://a/v1', protocol: ['openai-chat', 'openai-responses', 'openai-embeddings'] } },
    })
    await client.chat.completions.create({ model: 'a/m', messages })
    await client.responses.create({ model: 'a/m', input: 'hi' })
    await client.embeddings.create({ model: 'a/m', input: 'hi' })
    expect(asked.map(({ body }) => JSON.stringify(body).includes('"hi"'))).toEqual([false, false, false])
    expect(asked.map(({ body }) => JSON.stringify(body).includes('[hidden]'))).toEqual([true, true, true])
    // The next stage sees what the one before it has put there.
    expect(seen.every((request) => JSON.stringify(request).includes('[hidden]'))).toBe(true)
  })

  test('a stage that replaces nothing leaves the body to the caller', async () => {
    const idle: Stage = { id: 'idle', before: () => undefined }
    const options = { providers: { a: { baseURL: 'http://a/v1', protocol: ['openai-responses' as const] } } }
    const bodies = await Promise.all(
      [[], [idle]].map(async (stages) => {
        const { client, asked } = clientOf(stages, options)
        const input = [{ type: 'message', role: 'user', content: 'hi', of_this_format: 1 }]
        await client.responses.create({ model: 'a/m', input }).catch(() => {})
        return asked[0]?.body
      }),
    )
    expect(bodies[1]).toEqual(bodies[0])
    expect(JSON.stringify(bodies[1])).toContain('of_this_format')
  })
})

describe('an answer', () => {
  const isSecret = ({ choices }: ChatCompletion): boolean => choices[0]?.message.content?.includes('secret') ?? false
  const refusing: Stage = {
    id: 'guard',
    async after(_, answer) {
      await new Promise(setImmediate)
      if ('chat' in answer && isSecret(answer.chat))
        throw new ProviderError('too secret', { failureClass: 'content-filter' })
      return answer
    },
  }
  const options: ClientOptions = { fallbacks: [{ model: 'b/m', on: 'content-filter' }] }

  test.each([false, true])('that is refused falls back, and counts as paid (stream: %s)', async (stream) => {
    const { client, asked, attempts } = clientOf([refusing], options)
    const call = await client.chat.completions.create({ model: 'a/m', messages, stream })
    const text = 'choices' in call ? call.choices[0]?.message.content : (await read(call as Stream)).text
    expect(text).toBe('plain word')
    expect(call._meta).toMatchObject({ provider: 'b', attempts: [{ target: 'a/m', failure: 'content-filter' }, {}] })
    expect(call._meta?.warnings).toEqual(['an answer of a/m was not taken (content-filter), and is paid for too'])
    expect(asked.map(({ host }) => host)).toEqual(['a', 'b'])
    expect(attempts.map(({ outcome }) => outcome)).toEqual(['content-filter', 'ok'])
    expect(client.spend().total).toMatchObject({ calls: 2, usd: 30e-6 })
  })

  test('without a fallback it is the call’s error', async () => {
    const { client } = clientOf([refusing])
    const call = client.chat.completions.create({ model: 'a/m', messages })
    await expect(call).rejects.toMatchObject({ name: 'ProviderError', code: undefined, attempts: [{ target: 'a/m' }] })
  })

  const masking = (log: unknown[] = []): Stage => ({
    id: 'mask',
    after(_, answer) {
      if (!('chat' in answer)) return answer
      const content = answer.chat.choices[0]?.message.content?.replaceAll('secret', '******') ?? ''
      return { chat: completion(content) }
    },
    chunks: () => ({
      push: (chunks) => Promise.resolve(chunks.map(masked)),
      end: () => [],
    }),
    done: (_, { answer, partial }) =>
      void log.push('chat' in answer && answer.chat.choices[0]?.message.content, partial),
  })
  const masked = (chunk: ChatChunk): ChatChunk => ({
    ...chunk,
    choices: chunk.choices.map(({ delta, ...choice }) => ({
      ...choice,
      delta: { ...delta, ...(delta.content && { content: delta.content.replaceAll('secret', '******') }) },
    })),
  })

  test('is changed, and `done` sees the changed one', async () => {
    const log: unknown[] = []
    const { client } = clientOf([masking(log)])
    const answer = await client.chat.completions.create({ model: 'a/m', messages })
    expect(answer.choices[0]?.message.content).toBe('****** word')
    const stream = await client.chat.completions.create({ model: 'a/m', messages, stream: true })
    expect((await read(stream)).text).toBe('****** word')
    expect(stream._meta?.usage).toEqual(usage)
    expect(log).toEqual(['****** word', false, '****** word', false])
  })

  test('is changed even if it would have gone to the caller unchanged', async () => {
    const own = { baseURL: 'http://a/v1', protocol: ['openai-responses', 'openai-chat'] as const }
    const response = {
      id: 'resp_1',
      object: 'response',
      created_at: 1,
      model: 'm',
      status: 'completed',
      output: [
        {
          type: 'message',
          id: 'msg_1',
          role: 'assistant',
          status: 'completed',
          content: [{ type: 'output_text', text: 'secret word', annotations: [] }],
        },
      ],
      usage: { input_tokens: 10, output_tokens: 5, total_tokens: 15 },
    }
    const events = [
      { type: 'response.created', response: { ...response, status: 'in_progress', output: [] } },
      { type: 'response.output_item.added', output_index: 0, item: { ...response.output[0], content: [] } },
      { type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta: 'secret word' },
      { type: 'response.output_item.done', output_index: 0, item: response.output[0] },
      { type: 'response.completed', response },
    ]
    const fetch = (async (_: string, { body }: RequestInit) =>
      (JSON.parse(body as string) as { stream?: boolean }).stream
        ? new Response(events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join(''), {
            headers: { 'content-type': 'text/event-stream' },
          })
        : json(response)) as typeof globalThis.fetch
    const { client } = clientOf([masking()], { providers: { a: own }, fetch })
    const answer = await client.responses.create({ model: 'a/m', input: 'hi' })
    expect(answer.output_text).toBe('****** word')
    expect(JSON.stringify(answer)).not.toContain('secret')
    const stream = await client.responses.create({ model: 'a/m', input: 'hi', stream: true })
    const seen: unknown[] = []
    for await (const event of stream) seen.push(event)
    expect(JSON.stringify(seen)).toContain('****** word')
    expect(JSON.stringify(seen)).not.toContain('secret')
  })

  test('a stage for whole answers gets a stream as one: the caller gets nothing before its end', async () => {
    const shown: unknown[] = []
    const stage: Stage = {
      id: 'whole',
      after: (_, answer) => (shown.push('chat' in answer && answer.chat.choices[0]?.message.content), answer),
    }
    const { client } = clientOf([stage])
    const stream = await client.chat.completions.create({ model: 'a/m', messages, stream: true })
    expect(shown).toEqual(['secret word'])
    const { text, items } = await read(stream)
    expect(text).toBe('secret word')
    expect(items.at(-1)?._meta).toMatchObject({ usage })
  })

  test('a refusal in the middle of a stream is a typed error, with what came', async () => {
    let words = 0
    const stage: Stage = {
      id: 'guard',
      chunks: () => ({
        push(chunks) {
          if (chunks.some(({ choices }) => choices[0]?.delta.content) && (words += 1) > 1)
            throw new ProviderError('enough')
          return chunks
        },
        end: () => [],
      }),
    }
    const { client } = clientOf([stage], options)
    const stream = await client.chat.completions.create({ model: 'a/m', messages, stream: true })
    await expect(read(stream)).rejects.toMatchObject({
      name: 'StreamError',
      cause: { message: 'enough' },
      partial: { choices: [{ message: { content: 'secret' } }] },
    })
    expect(exporter.getFinishedSpans().at(-1)?.status.code).toBe(2)
  })

  test('what a stage throws after a call changes nothing', async () => {
    const { client } = clientOf([
      {
        id: 'broken',
        done: () => {
          throw new Error('full')
        },
      },
    ])
    const answer = await client.chat.completions.create({ model: 'a/m', messages })
    expect(answer._meta.provider).toBe('a')
  })

  test('a stream that the caller closes early is reported as partial', async () => {
    const log: unknown[] = []
    const begun = `data: ${JSON.stringify({
      id: 'a',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, delta: { role: 'assistant', content: 'secret' }, finish_reason: null }],
    })}\n\n`
    const fetch = (async () =>
      new Response(new ReadableStream({ start: (sink) => sink.enqueue(new TextEncoder().encode(begun)) }), {
        headers: { 'content-type': 'text/event-stream' },
      })) as typeof globalThis.fetch
    const { client } = clientOf([masking(log)], { fetch })
    const stream = await client.chat.completions.create({ model: 'a/m', messages, stream: true })
    for await (const item of stream) if (item.choices[0]?.delta.content) break
    expect(log).toEqual(['******', true])
  })
})
