/** A fallback that cannot be tried: the caller sees what failed, and what kept the call from going on. */
import { expect, test } from 'vitest'
import type { LimitError, TargetOptions, TracestitchError } from '../../src/index.js'
import { asked, cases, clientOf } from './answers-that-fail.js'

const ask = async (ai: ReturnType<typeof clientOf>['ai'], kind: 'plain' | 'stream', more: object) => {
  const body = { model: 'first/m', messages: asked, max_tokens: 5, ...more }
  if (kind === 'plain') return (await ai.chat.completions.create({ ...body, stream: false }))._meta
  const stream = await ai.chat.completions.create({ ...body, stream: true })
  for await (const _ of stream) void _
  return stream._meta
}

const caught = async (doing: Promise<unknown>): Promise<TracestitchError> =>
  doing.then(
    () => expect.unreachable('it did not fail'),
    (error: TracestitchError) => error,
  )

const table = cases.map(([what, on, first, more = {}]) => ({ what, on, first, more }))

test.each(table)('$what: a budget has no room for the fallback', async ({ on, first, more }) => {
  const budgets = [{ scope: { provider: 'second' }, tokens: 1, per: 'day' as const }]
  const { ai, asked: requests } = clientOf(first, [{ model: 'second/m', on }], { budgets })
  const error = await caught(ask(ai, 'plain', more))
  expect(requests).toEqual(['first'])
  // What failed comes first, then what kept the call.
  expect(error.name).toBe('ProviderError')
  const says = /budgets\[0\] \(provider=second\) has 1 tokens left of 1 tokens/
  expect(error.message).toMatch(/ \(first\/m; second\/m was not tried: budgets\[0\] /)
  expect(error.stack).toContain('second/m was not tried')
  expect(error.notTried).toMatchObject([{ target: 'second/m', why: expect.stringMatching(says) as string }])
  expect(error.notTried[0]?.error as LimitError).toMatchObject({ name: 'LimitError', limit: 'budget' })
  expect(error.attempts).toMatchObject([{ target: 'first/m' }])
  await ai.close()
})

test('a fallback after a failure of any kind, refused by a rate', async () => {
  const { ai } = clientOf({ status: 500, body: { error: { message: 'broken' } } }, [{ model: 'second/m' }], {
    limits: [{ scope: { provider: 'second' }, rpm: 1, onLimit: 'reject' }],
  })
  await ai.chat.completions.create({ model: 'second/m', messages: asked })
  const error = await caught(ask(ai, 'plain', {}))
  expect(error.notTried).toMatchObject([{ target: 'second/m' }])
  expect(error.notTried[0]?.why).toMatch(/takes no further call/)
  expect(error.notTried[0]?.error as LimitError).toMatchObject({ name: 'LimitError', limit: 'requests' })
  await ai.close()
})

/** What stands ready for the fault has no target that takes this call. */
const kept: readonly (readonly [string, TargetOptions, RegExp])[] = [
  ['a context that is too small', { model: 'second/m', contextWindow: 3 }, /seems too small for the call/],
  ['no tools', { model: 'second/m', capabilities: { tools: false } }, /has no tools/],
]

test.each(kept.flatMap((row) => (['plain', 'stream'] as const).map((kind) => [...row, kind] as const)))(
  'an answer whose fallback has %s is given, and says so',
  async (_, target, says, kind) => {
    const models = { back: [target] }
    const { ai, asked: requests } = clientOf({ message: {} }, [{ model: 'back', on: 'empty' }], { models })
    const tools = [{ type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } }]
    const meta = await ask(ai, kind, { tools })
    expect(requests).toEqual(['first'])
    expect(meta?.warnings.join()).toMatch(/the answer is empty; second\/m, the fallback for it, was not tried/)
    expect(meta?.warnings.join()).toMatch(says)
    await ai.close()
  },
)
