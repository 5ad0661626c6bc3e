/** Aliases with a `*`: what they catch, and what of them is found when the client is made. */
import { describe, expect, test } from 'vitest'
import type { ClientOptions } from '../../src/router/options.js'
import { levelsOf, planOf } from './plan-support.js'

const idsOf = (options: ClientOptions, model: string): string[] => levelsOf(planOf(options), model).flat()

describe('what a wildcard catches', () => {
  const models: ClientOptions['models'] = {
    '*': ['d/all'],
    'b/*': ['d/b-*'],
    'fast-*': ['c/*'],
    m: ['a/x', 'b/x'],
    n: ['fast-1', 'm', 'unheard'],
  }

  test('whatever a call names', () => {
    expect(idsOf({ models }, 'a/x')).toEqual(['d/all'])
    expect(idsOf({ models }, 'b/x')).toEqual(['d/b-x'])
    expect(idsOf({ models }, 'unheard')).toEqual(['d/all'])
    const plan = planOf({ models })
    const [fallback] = plan.fallbacks(plan.route('m'), ['b/y'])
    expect(fallback?.levels[0]?.members[0]?.target.id).toBe('d/b-y')
  })

  test('in the configuration neither an alias nor a target of a provider that is known', () => {
    expect(idsOf({ models }, 'm')).toEqual(['a/x', 'b/x'])
    expect(idsOf({ models }, 'n')).toEqual(['c/1', 'a/x', 'b/x', 'd/all'])
  })

  test('nor a fallback that names one', () => {
    const plan = planOf({
      models: { ...models, o: { targets: ['a/x'], fallbacks: ['b/y', 'fast-2'] } },
      fallbacks: ['c/z', 'm'],
    })
    const ids = plan
      .fallbacks(plan.route('o'))
      .map(({ levels }) => levels.flatMap(({ members }) => members.map(({ target }) => target.id)))
    expect(ids).toEqual([['b/y'], ['c/2'], ['c/z'], ['a/x', 'b/x']])
  })

  test('two that name each other’s provider stand in for each other, in the order written', () => {
    const both = { 'a/*': ['a/*', 'b/*'], 'b/*': ['b/*', 'a/*'] }
    expect(idsOf({ models: both }, 'a/x')).toEqual(['a/x', 'b/x'])
    expect(idsOf({ models: both }, 'b/x')).toEqual(['b/x', 'a/x'])
  })

  test('a catch-all that passes the model on', () => {
    const plan = planOf({ models: { '*': { targets: ['*'], fallbacks: ['a/rescue'] } } })
    expect(levelsOf(plan, 'b/x')).toEqual([['b/x']])
    expect(() => plan.route('unheard')).toThrow('`unheard` names no provider')
  })
})

test.each<readonly [string, ClientOptions, string, string]>([
  ['a cycle', { models: { 'f-*': ['s-*'], 's-*': ['f-*'] } }, 'models.f-*', 'f-* → s-* → f-*'],
  ['a cycle that grows', { models: { 'f-*': ['s-x-*'], 's-*': ['f-y-*'] } }, 'models.f-*', 'f-* → s-* → f-*'],
  ['a cycle through an alias', { models: { 'f-*': ['a/*', 'm'], m: ['f-1'] } }, 'models.m', 'm → f-* → m'],
  ['an unknown provider', { models: { 'f-*': ['a/*', 'nobody/*'] } }, 'models.f-*[1]', 'no provider `nobody`'],
  [
    'an unknown provider of a fallback',
    { models: { 'f-*': { targets: ['a/*'], fallbacks: ['nobody/*'] } } },
    'models.f-*.fallbacks[0]',
    'no provider `nobody`',
  ],
  ['a missing key', { models: { 'f-*': ['groq/*'] } }, 'models.f-*[0]', 'GROQ_API_KEY'],
  ['a target that names none', { models: { 'f-*': ['gpt'] } }, 'models.f-*[0]', '`gpt` names no provider'],
  [
    'a broken condition',
    { models: { 'f-*': [{ model: 'a/*', when: { p: { $gt: 'x' } } as never }] } },
    'models.f-*[0].when.p.$gt',
    'a number',
  ],
  [
    'an option of a target on an alias',
    { models: { m: ['a/x'], 'f-*': [{ model: 'm', region: 'eu' }] } },
    'models.f-*[0].region',
    'is an alias',
  ],
  [
    'an option that its strategy has not',
    { models: { 'f-*': { strategy: { name: 'latency', tolerence: 1 }, targets: ['a/*'] } } },
    'models.f-*.strategy.tolerence',
    'tolerance',
  ],
  ['a star that stands for nothing', { models: { m: ['a/*'] } }, 'models.m[0]', 'stands for nothing'],
  ['a wildcard named without a text', { models: { 'f-*': ['a/*'], m: ['f-*'] } }, 'models.m[0]', 'stands for nothing'],
  ['a star in a fallback', { fallbacks: ['a/*'] }, 'fallbacks[0]', 'stands for nothing'],
])('%s is found when the client is made', (_what, options, path, words) => {
  let failure: unknown
  try {
    planOf(options)
  } catch (error) {
    failure = error
  }
  expect(failure).toMatchObject({ path, message: expect.stringContaining(words) as string })
})
