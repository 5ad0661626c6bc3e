/** The exact cache: what is answered from it, what is kept in it, and for whom. */
import { describe, expect, test } from 'vitest'
import type { CallOptions, ClientOptions } from '../../src/index.js'
import { cacheClient, hitOf, messages, said, streamOf, wire } from './cache-support.js'
import { read } from './stages-support.js'

type Body = Record<string, unknown>
const base = { model: 'a/m', messages }

/** What two calls, one after the other, are to the cache. */
async function twice(
  [first, second]: readonly [Body, Body],
  options: ClientOptions = {},
  [one, two]: readonly [CallOptions?, CallOptions?] = [],
): Promise<readonly string[]> {
  const { client } = cacheClient(options)
  const create = client.chat.completions.create as (body: object, options?: CallOptions) => Promise<never>
  const hits = [hitOf(await create({ ...base, ...first }, one)), hitOf(await create({ ...base, ...second }, two))]
  await client.close()
  return hits
}

describe('an answer from the cache', () => {
  test('is the answer, costs nothing, and says what it saved', async () => {
    const { client, sent, events, pass } = cacheClient()
    const first = await client.chat.completions.create(base)
    pass(5_000)
    const second = await client.chat.completions.create(base)
    expect(sent).toHaveLength(1)
    expect(first._meta.cache).toBeNull()
    expect(second).toMatchObject({ choices: first.choices, usage: first.usage, id: first.id })
    expect(second._meta).toMatchObject({
      provider: 'a',
      model: 'm',
      attempts: [],
      cost: { usd: 0 },
      cache: {
        by: 'cache',
        hit: 'exact',
        ageMs: 5_000,
        savedUsd: 15e-6,
        key: expect.stringMatching(/^v1:[\da-f]{64}$/),
      },
    })
    expect(client.spend().total).toMatchObject({ calls: 2, usd: 15e-6, inputTokens: 10 })
    expect(events).toEqual([
      { model: 'a/m', outcome: 'miss', ageMs: undefined, similarity: undefined, savedUsd: 0 },
      { model: 'a/m', outcome: 'exact', ageMs: 5_000, similarity: undefined, savedUsd: 15e-6 },
    ])
    // A caller may change what it got; the next one gets the answer as it came.
    second.choices[0]!.message.content = 'changed'
    expect((await client.chat.completions.create(base)).choices[0]?.message.content).toBe('answer 0')
    await client.close()
  })

  test('is that of the target which answered, whichever an alias would try now', async () => {
    const options: ClientOptions = { models: { smart: ['a/m', 'b/m'] } }
    const { client, sent } = cacheClient(options, ({ url }, count) =>
      url.startsWith('http://a') ? new Response('{}', { status: 500 }) : Response.json(said(count)),
    )
    await client.chat.completions.create({ ...base, model: 'smart' })
    const again = await client.chat.completions.create({ ...base, model: 'smart' })
    expect(again._meta).toMatchObject({ provider: 'b', cache: { hit: 'exact' } })
    expect(sent).toHaveLength(2)
    // The model of the target is another question.
    expect(hitOf(await client.chat.completions.create({ ...base, model: 'b/m' }))).toBe('miss')
    await client.close()
  })

  test('uses nothing of limits and budgets', async () => {
    const { client, sent } = cacheClient({ limits: [{ rpm: 1, queue: 0 }], budgets: [{ usd: 20e-6, per: 'day' }] })
    for (const _ of [1, 2, 3, 4]) await client.chat.completions.create({ ...base, max_tokens: 5 })
    expect(sent).toHaveLength(1)
    await client.close()
  })

  test('is gone after its time, and the least used one when there are too many', async () => {
    const { client, pass } = cacheClient({ cache: { exact: { ttl: 1_000, max: 2 } } })
    const ask = async (content: string) =>
      hitOf(await client.chat.completions.create({ model: 'a/m', messages: [{ role: 'user', content }] }))
    expect([await ask('a'), await ask('b'), await ask('a'), await ask('c')]).toEqual(['miss', 'miss', 'exact', 'miss'])
    expect([await ask('a'), await ask('b')]).toEqual(['exact', 'miss'])
    pass(1_001)
    expect(await ask('a')).toBe('miss')
    await client.close()
  })
})

describe('the same request', () => {
  const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }]
  const swapped = [{ function: { parameters: { properties: {}, type: 'object' }, name: 'f' }, type: 'function' }]
  test.each<readonly [string, Body, Body]>([
    ['is the same in another order of fields', { tools, temperature: 1 }, { temperature: 1, tools: swapped }],
    ['is the same with a field that is null', {}, { temperature: null }],
    ['is the same with other metadata', { metadata: { run: '1' } }, { metadata: { run: '2' } }],
    ['is the same with another cache key of the provider', { prompt_cache_key: 'x' }, { prompt_cache_key: 'y' }],
  ])('%s', async (_name, one, two) => {
    expect(await twice([one, two])).toEqual(['miss', 'exact'])
  })

  test.each<readonly [string, Body, Body]>([
    ['temperature', { temperature: 0 }, { temperature: 1 }],
    ['seed', { seed: 1 }, { seed: 2 }],
    ['a tool', { tools }, {}],
    ['the limit of tokens', { max_tokens: 5 }, { max_tokens: 6 }],
    ['the format', { response_format: { type: 'json_object' } }, {}],
    ['an unknown field', { vendor_setting: 1 }, { vendor_setting: 2 }],
    ['the messages', {}, { messages: [...messages, { role: 'assistant', content: 'x' }, ...messages] }],
    ['two characters that UTF-8 has no form for', { seed: '\ud800' }, { seed: '\ud801' }],
    ['extra_body', { extra_body: { a: 1 } }, { extra_body: { a: 2 } }],
    ['provider_options', { provider_options: { a: { x: 1 } } }, {}],
    ['a header', { headers: { 'x-beta': '1' } }, {}],
    ['fallbacks of the call', { fallbacks: ['b/m'] }, {}],
    ['the user that the body names', { user: 'ann' }, { user: 'bob' }],
    ['the safety identifier', { safety_identifier: 'ann' }, { safety_identifier: 'bob' }],
  ])('is another with another value of %s', async (_name, one, two) => {
    expect(await twice([one, two])).toEqual(['miss', 'miss'])
    expect(await twice([one, one])).toEqual(['miss', 'exact'])
  })

  test('is the same with other ids of traces in its headers', async () => {
    expect(await twice([{ headers: { traceparent: 'a' } }, { headers: { 'X-Request-Id': 'b' } }])).toEqual([
      'miss',
      'exact',
    ])
  })

  test.each<readonly [string, Body]>([
    ['a conversation at the provider', { conversation: 'conv_1' }],
    ['a response in the background', { background: true }],
    ['a container', { extra_body: { container: 'c' } }],
    ['a fallback that tests answers', { fallbacks: [{ model: 'b/m', on: () => false }] }],
  ])('with %s is asked each time', async (_name, body) => {
    expect(await twice([body, body])).toEqual(['miss', 'miss'])
  })
})

describe('whose answers they are', () => {
  const ann = { metadata: { user: 'ann', key: 'k1', session: 's1', tags: ['x', 'y'] } }
  const rows: readonly (readonly [string, CallOptions, boolean, boolean, boolean])[] = [
    // name, the second call's options, shared by `user`, by `key`, by `all`
    ['another session', { metadata: { ...ann.metadata, session: 's2' } }, true, true, true],
    ['tags in another order', { metadata: { ...ann.metadata, tags: ['y', 'x'] } }, true, true, true],
    ['another user', { metadata: { ...ann.metadata, user: 'bob' } }, false, true, true],
    ['other tags', { metadata: { ...ann.metadata, tags: ['z'] } }, false, true, true],
    ['another tenant', { metadata: { ...ann.metadata, tenant: 't' } }, false, true, true],
    ['another key', { metadata: { ...ann.metadata, key: 'k2' } }, false, false, true],
    ['nobody', {}, false, false, true],
  ]
  test.each(rows)('%s', async (_name, other, user, key, all) => {
    for (const [scope, isShared] of [
      ['user', user],
      ['key', key],
      ['all', all],
    ] as const) {
      expect([scope, await twice([{}, {}], { cache: { scope } }, [ann, other])]).toEqual([
        scope,
        ['miss', isShared ? 'exact' : 'miss'],
      ])
      expect(
        (
          await twice([{}, {}], {}, [
            { ...ann, cache: { scope } },
            { ...other, cache: { scope } },
          ])
        )[1],
      ).toBe(isShared ? 'exact' : 'miss')
    }
  })

  test('a namespace separates them', async () => {
    expect(await twice([{ cache: { namespace: 'a' } }, { cache: { namespace: 'b' } }])).toEqual(['miss', 'miss'])
    expect(await twice([{ cache: { namespace: 'a' } }, {}], { cache: { namespace: 'a' } })).toEqual(['miss', 'exact'])
  })
})

describe('a call', () => {
  test.each<readonly [string, Body, Body, readonly string[]]>([
    ['without the cache neither reads', {}, { cache: false }, ['miss', 'miss']],
    ['without the cache nor writes', { cache: false }, {}, ['miss', 'miss']],
    ['that does not store may read', {}, { cache: { store: false } }, ['miss', 'exact']],
    ['that does not store writes nothing', { cache: { store: false } }, {}, ['miss', 'miss']],
    ['that refreshes does not read', {}, { cache: { refresh: true } }, ['miss', 'miss']],
    ['that refreshes writes', { cache: { refresh: true } }, {}, ['miss', 'exact']],
  ])('%s', async (_name, one, two, hits) => {
    expect(await twice([one, two])).toEqual(hits)
  })

  test('has a time of its own, to keep and to take', async () => {
    const { client, pass } = cacheClient()
    const ask = async (cache: CallOptions['cache']) => hitOf(await client.chat.completions.create({ ...base, cache }))
    expect(await ask({ ttl: 100 })).toBe('miss')
    pass(50)
    expect([await ask({ maxAge: 50 }), await ask({ maxAge: 49, store: false })]).toEqual(['exact', 'miss'])
    pass(51)
    expect(await ask(true)).toBe('miss')
    await client.close()
  })

  test('uses a cache on request only, if so set', async () => {
    const options: ClientOptions = { cache: { optIn: true } }
    expect(await twice([{}, {}], options)).toEqual(['miss', 'miss'])
    expect(await twice([{ cache: true }, { cache: {} }], options)).toEqual(['miss', 'exact'])
  })

  test('is told that its client has none', async () => {
    const { client } = cacheClient({ cache: false })
    const { _meta } = await client.chat.completions.create({ ...base, cache: { ttl: 5 } })
    expect(_meta.warnings).toEqual([
      '`cache` has no effect: the client has no cache; set the option `cache` of createClient',
    ])
    expect((await client.chat.completions.create({ ...base, cache: false }))._meta.warnings).toEqual([])
    await client.close()
  })
})

describe('what is not kept', () => {
  test.each<readonly [string, () => Response]>([
    ['a filtered answer', () => Response.json(said(0, 'content_filter'))],
    ['a refusal', () => Response.json(said(0, 'stop', { content: null, refusal: 'no' }))],
    ['an empty answer', () => Response.json(said(0, 'stop', { content: '' }))],
    [
      'one of which only reasoning came',
      () => Response.json(said(0, 'length', { content: '', reasoning_content: 'x' })),
    ],
  ])('%s', async (_name, answer) => {
    const { client, sent } = cacheClient({}, answer)
    for (const _ of [1, 2]) await client.chat.completions.create(base)
    expect(sent).toHaveLength(2)
    await client.close()
  })

  test('a failure', async () => {
    const { client, sent } = cacheClient({}, (_, count) =>
      count === 0 ? Response.json({ error: { message: 'x' } }, { status: 400 }) : Response.json(said(count)),
    )
    await expect(client.chat.completions.create(base)).rejects.toMatchObject({ status: 400 })
    expect(hitOf(await client.chat.completions.create(base))).toBe('miss')
    expect(hitOf(await client.chat.completions.create(base))).toBe('exact')
    expect(sent).toHaveLength(2)
    await client.close()
  })

  test.each([
    ['a stream that the caller left', streamOf(0).slice(0, 3), 'leave'],
    ['a stream that was cut', streamOf(0).slice(0, 3), 'cut'],
    ['a stream that was filtered', streamOf(0, 'content_filter'), 'read'],
  ] as const)('%s', async (_name, list, how) => {
    const { client, sent } = cacheClient({}, () => wire(list, how === 'read'))
    for (const _ of [1, 2]) {
      const stream = await client.chat.completions.create({ ...base, stream: true })
      if (how === 'leave') for await (const _chunk of stream) break
      else if (how === 'cut') await expect(read(stream)).rejects.toThrow('before its end')
      else await read(stream)
    }
    expect(sent).toHaveLength(2)
    await client.close()
  })

  test.each([
    ['cut by its limit', 'length', {}],
    [
      'with a call of a tool',
      'tool_calls',
      { content: null, tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: '{}' } }] },
    ],
  ])('an answer %s is kept', async (_name, finish, message) => {
    const { client } = cacheClient({}, () => Response.json(said(0, finish, message)))
    const first = await client.chat.completions.create(base)
    const second = await client.chat.completions.create(base)
    expect([hitOf(second), second.choices]).toEqual(['exact', first.choices])
    await client.close()
  })
})
