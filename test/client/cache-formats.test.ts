/** What the cache gives in each operation, as a whole and as a stream. */
import { describe, expect, test } from 'vitest'
import { cacheClient, hitOf, messages, said } from './cache-support.js'
import { read } from './stages-support.js'

const base = { model: 'a/m', messages }
type Chunk = Record<string, unknown> & { choices: { delta: Record<string, unknown>; finish_reason: unknown }[] }

async function chunksOf(stream: AsyncIterable<unknown>): Promise<Chunk[]> {
  const chunks: Chunk[] = []
  for await (const chunk of stream) chunks.push(chunk as Chunk)
  return chunks
}

describe('a stream', () => {
  test('that ended is kept for streams and for plain calls', async () => {
    const { client, sent } = cacheClient()
    const live = await client.chat.completions.create({ ...base, stream: true })
    const { text } = await read(live)
    expect(hitOf({ _meta: live._meta! })).toBe('miss')
    const again = await client.chat.completions.create({ ...base, stream: true })
    expect((await read(again)).text).toBe(text)
    expect(again._meta?.cache?.hit).toBe('exact')
    const plain = await client.chat.completions.create(base)
    expect([hitOf(plain), plain.choices[0]?.message.content]).toEqual(['exact', text])
    expect(sent).toHaveLength(1)
    await client.close()
  })

  test('of a kept answer has the shape of a live one', async () => {
    const { client, sent } = cacheClient()
    const body = { ...base, stream: true, stream_options: { include_usage: true } } as const
    await client.chat.completions.create(base)
    const replayed = await chunksOf(await client.chat.completions.create(body))
    const live = await chunksOf(await client.chat.completions.create({ ...body, cache: false }))
    expect(sent).toHaveLength(2)
    const shape = ({ choices: [choice] }: Chunk) => choice && [Object.keys(choice.delta).sort(), choice.finish_reason]
    // The live one says its content in two pieces.
    expect(replayed.map(shape)).toEqual(live.filter((_, at) => at !== 2).map(shape))
    expect(replayed.at(-1)).toMatchObject({
      choices: [],
      usage: { total_tokens: 15 },
      _meta: { cache: { hit: 'exact' } },
    })
    expect(replayed.every(({ object, id }) => object === 'chat.completion.chunk' && id === 'a')).toBe(true)
    const silent = await chunksOf(await client.chat.completions.create({ ...base, stream: true }))
    expect(silent.some((chunk) => 'usage' in chunk && chunk['usage'] != null)).toBe(false)
    await client.close()
  })

  test('of a kept answer has its calls, reasoning and choices one after the other', async () => {
    const calls = [0, 1].map((at) => ({
      id: `c${at}`,
      type: 'function',
      function: { name: 'f', arguments: `{"a":${at}}` },
    }))
    const { client } = cacheClient({}, () =>
      Response.json(said(0, 'tool_calls', { content: null, reasoning_content: 'so', tool_calls: calls })),
    )
    const whole = await client.chat.completions.create(base)
    const chunks = await chunksOf(await client.chat.completions.create({ ...base, stream: true }))
    expect(chunks.map(({ choices: [choice] }) => [choice?.delta, choice?.finish_reason])).toEqual([
      [{ role: 'assistant', content: null }, null],
      [{ reasoning_content: 'so' }, null],
      [{ tool_calls: [{ index: 0, ...calls[0] }] }, null],
      [{ tool_calls: [{ index: 1, ...calls[1] }] }, null],
      [{}, 'tool_calls'],
    ])
    const { choices } = await client.chat.completions.stream(base).finalChatCompletion()
    expect(choices[0]?.message).toMatchObject(whole.choices[0]!.message)
    await client.close()
  })
})

describe('responses', () => {
  const body = { model: 'openai/gpt-5.4', input: 'hi' }
  const options = { providers: { openai: { baseURL: 'http://o/v1', apiKey: 'k' } } }

  test('come as they came, with the fields of their own request', async () => {
    const { client, sent } = cacheClient(options)
    const first = await client.responses.create({ ...body, metadata: { run: '1' } })
    const second = await client.responses.create({ ...body, metadata: { run: '2' } })
    const third = await client.responses.create(body)
    expect(sent).toHaveLength(1)
    expect([first.metadata, second.metadata, third.metadata]).toEqual([{ run: '1' }, { run: '2' }, {}])
    expect(second).toMatchObject({ id: first.id, output: first.output, output_text: 'answer 0' })
    expect(hitOf(second)).toBe('exact')
    await client.close()
  })

  test('are replayed as events', async () => {
    const { client, sent } = cacheClient(options)
    await client.responses.create(body)
    const stream = await client.responses.create({ ...body, stream: true })
    const types: string[] = []
    for await (const event of stream) types.push(event.type)
    expect([types[0], types.at(-1), sent.length]).toEqual(['response.created', 'response.completed', 1])
    expect(stream._meta?.cache?.hit).toBe('exact')
    await client.close()
  })
})

test('rerank', async () => {
  const { client, sent } = cacheClient({ providers: { c: { protocol: 'cohere-rerank', baseURL: 'http://c/v2' } } })
  const ask = { model: 'c/m', query: 'q', documents: ['d'] }
  const [first, second] = [await client.rerank.create(ask), await client.rerank.create(ask)]
  expect([hitOf(first), hitOf(second), sent.length]).toEqual(['miss', 'exact', 1])
  expect(second.results).toEqual(first.results)
  expect(hitOf(await client.rerank.create({ ...ask, top_n: 1 }))).toBe('miss')
  await client.close()
})

describe('embeddings', () => {
  const inputs = (sent: readonly { body: Record<string, unknown> }[]) => sent.map(({ body }) => body['input'])

  test('are kept input by input, and only the others are asked for', async () => {
    const { client, sent } = cacheClient()
    const ask = (input: string | string[]) => client.embeddings.create({ model: 'a/m', input })
    const first = await ask(['ab', 'cd'])
    const part = await ask(['ef', 'ab', 'gh', 'cd'])
    expect(inputs(sent)).toEqual([
      ['ab', 'cd'],
      ['ef', 'gh'],
    ])
    expect(part.data.map(({ index }) => index)).toEqual([0, 1, 2, 3])
    expect([part.data[1]?.embedding, part.data[3]?.embedding]).toEqual(first.data.map(({ embedding }) => embedding))
    expect(part._meta).toMatchObject({ cache: null, usage: { prompt_tokens: 20 }, cost: { usd: 20e-6 } })
    const whole = await ask(['gh', 'ab'])
    expect(whole._meta).toMatchObject({ attempts: [], cost: { usd: 0 }, cache: { hit: 'exact', savedUsd: 20e-6 } })
    expect(whole.data[1]?.embedding).toEqual(first.data[0]?.embedding)
    expect(hitOf(await ask('ab'))).toBe('exact')
    expect(hitOf(await client.embeddings.create({ model: 'a/m', input: 'ab', dimensions: 3 }))).toBe('miss')
    await client.close()
  })

  test('are given in base64 to those who ask for it', async () => {
    const { client, sent } = cacheClient()
    const plain = await client.embeddings.create({ model: 'a/m', input: 'ab' })
    const packed = await client.embeddings.create({ model: 'a/m', input: 'ab', encoding_format: 'base64' })
    const bytes = Buffer.from(packed.data[0]?.embedding as unknown as string, 'base64')
    expect([...new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))]).toEqual(
      plain.data[0]?.embedding,
    )
    expect(sent).toHaveLength(1)
    await client.close()
  })

  test('of two models do not mix', async () => {
    const options = { models: { vectors: ['a/m', 'b/m'] } }
    let isDown = false
    const { client, sent } = cacheClient(options, ({ url, body }) => {
      const list = [body['input']].flat() as string[]
      const of = url.startsWith('http://a') ? 1 : 2
      if (isDown && of === 1) return new Response('{}', { status: 500 })
      const data = list.map((_, index) => ({ object: 'embedding', index, embedding: [of, of] }))
      return Response.json({ object: 'list', model: `m${of}`, data })
    })
    const ask = (input: string[]) => client.embeddings.create({ model: 'vectors', input })
    await ask(['x', 'y'])
    isDown = true
    const other = await ask(['x', 'z'])
    expect(other.data.map(({ embedding }) => embedding)).toEqual([
      [2, 2],
      [2, 2],
    ])
    // The fallback was asked for both, the first target only for what it had not made.
    expect(inputs(sent).slice(1)).toEqual([['z'], ['x', 'z']])
    await client.close()
  })
})
