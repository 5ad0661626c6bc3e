/** The `openai` package reads what the codecs write, and the codecs read what it sends. */
import fc from 'fast-check'
import OpenAI from 'openai'
import { describe, expect, test } from 'vitest'
import type { ChatCompletion } from '../../src/kernel/hub.js'
import { parseJson } from '../../src/kernel/json.js'
import { openaiChat } from '../../src/protocols/openai-chat/index.js'
import { decodeEmbedding, encodeEmbedding, openaiEmbeddings } from '../../src/protocols/openai-embeddings.js'
import { chunksOf, eventsOf, sseOf } from '../contracts/chunks.js'
import { chatCompletion } from '../contracts/hub-arbitraries.js'
import { completionMeaning } from '../contracts/meaning.js'

/** A client whose only server is the function; also gives the last body it sent. */
function clientFor(answer: () => BodyInit, type: string, status = 200): { client: OpenAI; sent: () => unknown } {
  let body: unknown
  const client = new OpenAI({
    apiKey: 'none',
    baseURL: 'http://127.0.0.1:9/v1',
    maxRetries: 0,
    fetch: (_url, init) => {
      body = parseJson(String(init?.body))
      return Promise.resolve(new Response(answer(), { status, headers: { 'content-type': type } }))
    },
  })
  return { client, sent: () => body }
}

const messages = [{ role: 'user' as const, content: 'hi' }]
const completions = chatCompletion(() => true)

/** The package knows no thinking: of a stream it keeps the last piece at most. */
function withoutThinking(completion: ChatCompletion): ChatCompletion {
  const choices = completion.choices.map((choice) => {
    const { reasoning_content: _reasoning, thinking_blocks: _blocks, ...message } = choice.message
    return { ...choice, message }
  })
  return { ...completion, choices }
}

describe('the openai package', () => {
  test('reads an answer as the completion it was written from', async () => {
    await fc.assert(
      fc.asyncProperty(completions, async (completion) => {
        const { client, sent } = clientFor(
          () => JSON.stringify(openaiChat.encodeResponse(completion)),
          'application/json',
        )
        const read = await client.chat.completions.create({ model: 'm', messages })
        expect(completionMeaning(read)).toEqual(completionMeaning(completion))
        expect(openaiChat.decodeRequest(sent())).toBe(sent())
      }),
      { numRuns: 30 },
    )
  })

  test('puts a stream together to the completion it was written from', async () => {
    await fc.assert(
      fc.asyncProperty(completions, fc.integer({ min: 1, max: 7 }), async (completion, size) => {
        const { client } = clientFor(
          () => sseOf(eventsOf(openaiChat, chunksOf(completion, size))) as Uint8Array<ArrayBuffer>,
          'text/event-stream',
        )
        const read: ChatCompletion = await client.chat.completions
          .stream({ model: 'm', messages })
          .finalChatCompletion()
        expect(completionMeaning(withoutThinking(read))).toEqual(completionMeaning(withoutThinking(completion)))
      }),
      { numRuns: 30 },
    )
  })

  test('throws its own error class for an error body', async () => {
    const body = openaiChat.encodeError({ message: 'slow down', type: 'requests', code: 'rate_limit_exceeded' }, 429)
    const { client } = clientFor(() => JSON.stringify(body), 'application/json', 429)
    await expect(client.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject({
      constructor: OpenAI.RateLimitError,
      code: 'rate_limit_exceeded',
      type: 'requests',
      message: '429 slow down',
    })
  })

  test('asks for base64 embeddings, which the codec writes and reads', async () => {
    const numbers = [0.5, -1, 3.25]
    const embedding = encodeEmbedding(numbers)
    const answer = {
      object: 'list',
      model: 'm',
      data: [{ object: 'embedding', index: 0, embedding }],
      usage: { prompt_tokens: 1, total_tokens: 1 },
    }
    const { client, sent } = clientFor(() => JSON.stringify(answer), 'application/json')
    const read = await client.embeddings.create({ model: 'm', input: 'hi' })
    expect(openaiEmbeddings.decodeRequest(sent())).toMatchObject({ encoding_format: 'base64' })
    expect(read.data[0]?.embedding).toEqual(numbers)
    expect(openaiEmbeddings.decodeResponse(answer).data[0]?.embedding).toEqual(decodeEmbedding(embedding))
  })
})
