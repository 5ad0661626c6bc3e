/** Answers that are failures: a fallback stands ready for them, they count, and nobody cools down. */
import { expect, test } from 'vitest'
import type { ChatBody } from '../../src/index.js'
import { asked, call, cases, clientOf, schema, tools, type Reply } from './answers-that-fail.js'

const faults = cases.map(([what, on, first, more = {}]) => [what, { on, first, more }] as const)

test.each(faults)('%s: a fallback for that answers', async (_what, { on, first, more }) => {
  const after: string[] = []
  const hooks = {
    onFallback: (event: { after: string }) => after.push(event.after),
    onCooldown: () => after.push('cooled down'),
  }
  const { ai } = clientOf(first, [{ model: 'second/m', on }], { hooks })
  const result = await ai.chat.completions.create({ model: 'first/m', messages: asked, ...more, stream: false })
  expect(result.choices[0]?.message.content).toBe('{"city":"Oslo"}')
  const [failed, answered] = result._meta.attempts
  expect(failed).toMatchObject({ target: 'first/m', error: 'ProviderError', failure: after[0] })
  expect(answered).not.toHaveProperty('failure')
  expect(after).toHaveLength(1)
  await ai.close()
})

test.each(faults)('%s: without one, the answer is returned', async (_what, { on, first, more }) => {
  const other = on === 'invalid-output' ? 'empty' : on === 'empty' ? 'refusal' : 'invalid-output'
  const { ai, asked: requests } = clientOf(first, [{ model: 'second/m', on: other }])
  const result = await ai.chat.completions
    .create({ model: 'first/m', messages: asked, ...more })
    .catch((error: unknown) => error)
  if ('status' in first) expect(result).toMatchObject({ status: first.status })
  else {
    const withoutAnswer = { warnings: expect.not.arrayContaining([expect.stringContaining('not taken')]) as string[] }
    expect(result).toMatchObject({ choices: [{ message: first.message }], _meta: withoutAnswer })
  }
  expect(requests).toEqual(['first'])
  await ai.close()
})

test.each([
  ['text', { message: { content: 'hi' } }, {}],
  ['a call', { message: call('weather', '{"city":"Oslo"}'), finish: 'tool_calls' }, { tools }],
  [
    'a call without arguments',
    { message: call('now', ''), finish: 'tool_calls' },
    { tools: [{ type: 'function', function: { name: 'now' } }] },
  ],
  ['JSON in a fence', { message: { content: '```json\n{"city":"Oslo"}\n```' } }, { response_format: schema }],
  ['audio', { message: { audio: { id: 'a', data: '', transcript: '', expires_at: 1 } } }, {}],
] as readonly (readonly [string, Reply, Partial<ChatBody>])[])('%s is no failure', async (_what, first, more) => {
  const { ai, asked: requests } = clientOf(first, [
    { model: 'second/m', on: ['empty', 'refusal', 'content-filter', 'invalid-output'] },
  ])
  await ai.chat.completions.create({ model: 'first/m', messages: asked, ...more })
  expect(requests).toEqual(['first'])
  await ai.close()
})

const short = (result: { choices: readonly { message: { content: string | null } }[] }): boolean =>
  (result.choices[0]?.message.content ?? '').length < 5

test.each([
  ['a function', short],
  ['one that waits', async (result: Parameters<typeof short>[0]) => await Promise.resolve(short(result))],
  ['a list', ['timeout', short] as const],
] as const)("%s of a fallback's own may turn an answer down", async (_what, on) => {
  const { ai } = clientOf({ message: { content: 'hm' } }, ['second/other', { model: 'second/m', on: on as never }])
  const result = await ai.chat.completions.create({ model: 'first/m', messages: asked })
  expect(result._meta).toMatchObject({
    model: 'm',
    provider: 'second',
    attempts: [{ failure: 'rejected' }, { target: 'second/m' }],
    warnings: [expect.stringContaining('first/m was not taken (rejected)')],
  })
  await ai.close()
})

test('a test that throws rejects nothing, and is reported without its message', async () => {
  const on = (): boolean => {
    throw new RangeError('secret words')
  }
  const { ai } = clientOf({ message: { content: 'hm' } }, [{ model: 'second/m', on }])
  const result = await ai.chat.completions.create({ model: 'first/m', messages: asked })
  expect(result.choices[0]?.message.content).toBe('hm')
  expect(result._meta.warnings).toEqual([
    'the test of a fallback threw RangeError, so the answer of first/m was taken as it is',
  ])
  await ai.close()
})

test('of an alias, and of a call', async () => {
  const empty: Reply = { message: {} }
  const on = 'empty' as const
  const { ai } = clientOf(empty, [], {
    models: { a: { targets: ['first/m'], fallbacks: [{ model: 'second/m', on }] } },
  })
  expect((await ai.chat.completions.create({ model: 'a', messages: asked }))._meta.provider).toBe('second')
  const fallbacks = [{ model: 'second/m', on }]
  expect((await ai.chat.completions.create({ model: 'first/m', messages: asked, fallbacks }))._meta.provider).toBe(
    'second',
  )
  const none = await ai.chat.completions.create({ model: 'a', messages: asked, fallbacks: false })
  expect(none._meta.provider).toBe('first')
  await ai.close()
})

test('the last answer is returned, whatever it is', async () => {
  const { ai } = clientOf({ message: {} }, [{ model: 'second/m', on: 'empty' }], {}, { message: {} })
  const result = await ai.chat.completions.create({ model: 'first/m', messages: asked })
  expect(result._meta).toMatchObject({ provider: 'second', attempts: [{ failure: 'empty' }, {}] })
  await ai.close()
})

test('a fallback that fails is the error of the call', async () => {
  const second: Reply = { status: 401, body: { error: { message: 'no' } } }
  const { ai } = clientOf({ message: {} }, [{ model: 'second/m', on: 'empty' }], {}, second)
  await expect(ai.chat.completions.create({ model: 'first/m', messages: asked })).rejects.toMatchObject({
    status: 401,
    attempts: [{ failure: 'empty' }, { failure: 'auth' }],
  })
  await ai.close()
})

test('an answer that is rejected has cost: it counts in sums and budgets, and its target stays in use', async () => {
  const { ai } = clientOf({ message: {} }, [{ model: 'second/m', on: 'empty' }])
  for (let i = 0; i < 12; i += 1) await ai.chat.completions.create({ model: 'first/m', messages: asked })
  expect(ai.spend({ by: 'provider' }).rows).toMatchObject([
    { name: 'first', calls: 12, outputTokens: 60 },
    { name: 'second', calls: 12, outputTokens: 60 },
  ])
  const { targets } = ai.health()
  expect(targets.find(({ target }) => target === 'first/m')).toMatchObject({ state: 'closed' })
  await ai.close()
})

test('both answers count in a budget', async () => {
  const budgets = [{ tokens: 95, per: 'day' as const }]
  const { ai } = clientOf({ message: {} }, [{ model: 'second/m', on: 'empty' }], { budgets })
  const ask = (): Promise<unknown> => ai.chat.completions.create({ model: 'first/m', messages: asked, max_tokens: 5 })
  // Of 15 tokens each.
  for (let i = 0; i < 3; i += 1) await ask()
  await expect(ask()).rejects.toMatchObject({ limit: 'budget', budget: { left: 5 } })
  await ai.close()
})

test.each([
  ['withheld', 'content-filter', { message: {}, finish: 'content_filter' }, 'content-filter'],
  ['empty', 'empty', { message: {} }, 'empty'],
  ['declined', 'refusal', { message: { refusal: 'no' } }, 'refusal'],
] as const)('a stream that is %s from its beginning', async (_what, on, first, failure) => {
  const { ai } = clientOf(first, [{ model: 'second/m', on }])
  const stream = await ai.chat.completions.create({ model: 'first/m', messages: asked, stream: true })
  let said = ''
  for await (const chunk of stream) said += chunk.choices[0]?.delta.content ?? ''
  expect(said).toBe('{"city":"Oslo"}')
  expect(stream._meta).toMatchObject({ provider: 'second', attempts: [{ failure }, { target: 'second/m' }] })
  expect(ai.spend({ by: 'provider' }).rows).toHaveLength(2)
  await ai.close()
})

test('a stream that has content goes to the caller, and a test of whole answers is not called', async () => {
  const on = ['content-filter', 'empty', short] as never
  const { ai, asked: requests } = clientOf({ message: { content: 'hm' }, finish: 'content_filter' }, [
    { model: 'second/m', on },
  ])
  const stream = await ai.chat.completions.create({ model: 'first/m', messages: asked, stream: true })
  for await (const _chunk of stream);
  expect(stream._meta).toMatchObject({ provider: 'first' })
  expect(stream._meta?.warnings.some((warning) => warning.includes('are not tried for a stream'))).toBe(true)
  expect(requests).toEqual(['first'])
  await ai.close()
})

test('responses too', async () => {
  const { ai } = clientOf({ message: {} }, [{ model: 'second/m', on: 'empty' }])
  const result = await ai.responses.create({ model: 'first/m', input: 'where?' })
  expect(result._meta).toMatchObject({ provider: 'second', attempts: [{ failure: 'empty' }, {}] })
  await ai.close()
})

test.each(['rate-limit', 'context-length'] as const)('a request larger than the rate is %s too', async (on) => {
  const message = 'Request too large for m on tokens per min (TPM): Limit 30000, Requested 45000.'
  const first: Reply = { status: 429, body: { error: { message, type: 'tokens', code: 'rate_limit_exceeded' } } }
  const { ai } = clientOf(first, [{ model: 'second/m', on }])
  expect((await ai.chat.completions.create({ model: 'first/m', messages: asked }))._meta.provider).toBe('second')
  await ai.close()
})
