/** The semantic cache: one answer for questions that mean about the same, of one user, in one setting. */
import { describe, expect, test, vi } from 'vitest'
import type { ChatBody, ClientOptions, VectorEntry } from '../../src/index.js'
import { cacheClient, hitOf, provide } from './cache-support.js'

const cache = { semantic: { model: 'b/vectors', threshold: 0.9 } } as const
type Body = Partial<ChatBody>
const say = (content: string) => ({ messages: [{ role: 'user' as const, content }] })
const QUESTION = 'what is the capital of france'
const NEAR = 'what is the capitals of france?'

function open(options: ClientOptions = {}, provider = provide) {
  const all = cacheClient({ cache, ...options }, provider)
  const ask = (body: Body, call = {}) =>
    all.client.chat.completions.create({ model: 'a/m', ...body } as ChatBody, call) as never as Promise<
      Parameters<typeof hitOf>[0] & { choices: unknown[] }
    >
  return { ...all, ask, asked: () => all.sent.filter(({ url }) => url.endsWith('/chat/completions')).length }
}

describe('a question that means about the same', () => {
  test('gets the same answer, and the embedding is paid for', async () => {
    const { ask, asked, client } = open()
    const first = await ask(say(QUESTION))
    const near = await ask(say(NEAR))
    expect([asked(), hitOf(near)]).toEqual([1, 'semantic'])
    expect(near.choices).toEqual(first.choices)
    expect(near._meta).toMatchObject({ cost: { usd: 0 }, cache: { savedUsd: 15e-6 } })
    expect(near._meta.cache?.similarity).toBeGreaterThanOrEqual(0.9)
    // Two embeddings of ten tokens, and one answer.
    expect(client.spend().total.usd).toBeCloseTo(20e-6 + 15e-6, 12)
    expect(hitOf(await ask(say('name a good dish with rice')))).toBe('miss')
    // The exact cache needs no vector.
    expect([hitOf(await ask(say(QUESTION))), asked()]).toEqual(['exact', 2])
    await client.close()
  })

  const system = (content: string): Body => ({ messages: [{ role: 'system', content }, ...say(NEAR).messages] })
  const tool = { type: 'function' as const, function: { name: 'f' } }
  const image = { type: 'image_url' as const, image_url: { url: 'http://x/y.png' } }
  test.each<readonly [string, Body, object]>([
    ['with a system prompt', system('be brief'), {}],
    ['with a tool', { ...say(NEAR), tools: [tool] }, {}],
    ['with another temperature', { ...say(NEAR), temperature: 1 }, {}],
    ['for another model', { ...say(NEAR), model: 'b/m' }, {}],
    ['of another user', say(NEAR), { metadata: { user: 'bob' } }],
    ['in another namespace', say(NEAR), { cache: { namespace: 'n' } }],
    [
      'after other messages',
      { messages: [{ role: 'user', content: 'a' }, { role: 'assistant', content: 'b' }, ...say(NEAR).messages] },
      {},
    ],
    ['with an image', { messages: [{ role: 'user', content: [{ type: 'text', text: NEAR }, image] }] }, {}],
    ['that wants no such answer', say(NEAR), { cache: { semantic: false } }],
  ])('%s is a miss', async (_name, body, call) => {
    const { ask, client } = open()
    await ask(say(QUESTION))
    expect(hitOf(await ask(body, call))).toBe('miss')
    expect(hitOf(await ask(say(`${QUESTION}!`)))).toBe('semantic')
    await client.close()
  })

  test('is a miss when there is no vector, and that is said once', async () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const { ask, asked, client } = open({}, (sent, count) =>
      sent.url.endsWith('/embeddings') ? new Response('{}', { status: 500 }) : provide(sent, count),
    )
    expect([hitOf(await ask(say(QUESTION))), hitOf(await ask(say(NEAR))), asked()]).toEqual(['miss', 'miss', 2])
    expect(warn.mock.calls).toEqual([[expect.stringContaining('the semantic cache has no vector of b/vectors')]])
    warn.mockRestore()
    await client.close()
  })

  test('is found by an index of your own', async () => {
    const kept: (VectorEntry & { key: string })[] = []
    const index = {
      name: 'mine',
      add: async (entry: VectorEntry & { key: string }) => void kept.push(entry),
      search: async ({ space }: VectorEntry) => {
        const found = kept.find((entry) => entry.space === space)
        return found && { key: found.key, similarity: 0.97 }
      },
    }
    const { ask, client } = open({ cache: { semantic: { ...cache.semantic, index } } })
    await ask(say(QUESTION))
    const near = await ask(say('anything'))
    expect(near._meta.cache).toMatchObject({ hit: 'semantic', similarity: 0.97, key: kept[0]?.key })
    expect(Math.hypot(...(kept[0]?.vector ?? []))).toBeCloseTo(1, 9)
    await client.close()
  })
})
