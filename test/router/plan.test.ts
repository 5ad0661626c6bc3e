/** What aliases compile to: which targets, in which levels, with which shares. */
import { describe, expect, test, vi } from 'vitest'
import { ConfigError } from '../../src/kernel/errors.js'
import type { AliasOptions, ClientOptions } from '../../src/router/options.js'
import { callOf, levelsOf, planOf } from './plan-support.js'

function faultOf(options: ClientOptions): ConfigError {
  try {
    planOf(options)
  } catch (error) {
    if (error instanceof ConfigError) return error
  }
  throw new Error('the options were taken')
}

describe('one target twice in an alias', () => {
  test.each<readonly [string, AliasOptions]>([
    ['text', ['a/x', 'a/x']],
    ['another mark', ['a/x', 'a:x']],
    ['defaults said', ['a/x', { model: 'a/x', weight: 1, order: 1 }]],
    ['options alike', [0, 1].map(() => ({ model: 'a/x', timeout: { total: 5 }, tags: ['t'], when: { p: [1, 2] } }))],
    ['a name', [0, 1].map(() => ({ model: 'a/x', name: 'n', limits: { rpm: 5 } }))],
    ['shares', { strategy: 'weighted', targets: [0, 1].map(() => ({ model: 'a/x', weight: 1 })) }],
  ])('alike (%s): it is one', (_what, alias) => {
    const levels = planOf({ models: { m: alias } }).route('m').levels
    expect(levels).toHaveLength(1)
    expect(levels[0]?.members).toHaveLength(1)
  })

  test.each<readonly [string, Exclude<AliasOptions, string>, string, string]>([
    ['weight', [{ model: 'a/x', weight: 1 }, 'b/x', { model: 'a/x', weight: 3 }], 'models.m[2]', 'models.m[0]'],
    ['timeout', ['a/x', { model: 'a/x', timeout: { total: 5 } }], 'models.m[1]', 'models.m[0]'],
    [
      'params',
      { strategy: 'round-robin', targets: ['a/x', { model: 'a:x', params: { n: 2 } }] },
      'models.m.targets[1]',
      'models.m.targets[0]',
    ],
    ['capabilities', ['a/x', { model: 'a/x', capabilities: { vision: false } }], 'models.m[1]', 'models.m[0]'],
    ['order', ['a/x', { model: 'a/x', order: 2 }], 'models.m[1]', 'models.m[0]'],
    [
      'limits',
      [
        { model: 'a/x', name: 'n', limits: { rpm: 1 } },
        { model: 'a/x', name: 'n', limits: { rpm: 2 } },
      ],
      'models.m[1]',
      'models.m[0]',
    ],
  ])('different in %s: an error that names both places and the way out', (field, alias, path, other) => {
    const error = faultOf({ models: { m: alias } })
    expect(error.path).toBe(path)
    expect(error.message).toContain(`the same target as ${other}`)
    expect(error.message).toContain(`differs in \`${field}\``)
    expect(error.message).toContain('`name`')
  })

  test('different in an alias with a wildcard: found before a call fills it', () => {
    const error = faultOf({ models: { 'm-*': ['a/*', { model: 'a/*', timeout: { total: 5 } }] } })
    expect(error.path).toBe('models.m-*[1]')
  })

  test('conditions and names make them different', () => {
    const when = { plan: 'paid' }
    const plan = planOf({
      models: {
        m: { strategy: 'weighted', targets: [{ model: 'a/x', when, params: { n: 2 } }, 'a/x'] },
        n: ['a/x', { model: 'a/x', name: 'slow', timeout: { total: 5 } }],
      },
    })
    expect(levelsOf(plan, 'm')).toEqual([['a/x', 'a/x']])
    expect(levelsOf(plan, 'n')).toEqual([['a/x'], ['a/x#slow']])
    expect(plan.targets().map(({ target }) => target.id)).toEqual(['a/x', 'a/x#slow'])
  })
})

describe('a target with a name in two aliases', () => {
  const named = { model: 'a/x', name: 'mine', limits: { rpm: 5 }, headers: { 'x-a': '1' } }

  test('is one, with one health, whatever its weight and order in each', () => {
    const plan = planOf({
      models: {
        m: [named, 'b/x'],
        n: { strategy: 'weighted', targets: [{ ...named, weight: 3, timeout: { total: 5 } }] },
      },
    })
    const [one, other] = ['m', 'n'].map((name) => plan.route(name).levels[0]?.members[0])
    expect(one?.target.id).toBe('a/x#mine')
    expect(other?.health).toBe(one?.health)
    expect(plan.targets()).toHaveLength(2)
    expect(other?.target.timeout).toEqual({ total: 5 })
    expect(one?.target.timeout).toBeUndefined()
  })

  test.each([
    ['limits', { ...named, limits: { rpm: 6 } }],
    ['headers', { ...named, headers: { 'x-a': '2' } }],
    ['apiKey', { ...named, apiKey: 'sk-never-shown' }],
    ['region', { ...named, region: 'eu' }],
  ])('different in %s: an error that names both places, and no value', (field, changed) => {
    const error = faultOf({ models: { m: [named], n: ['b/x', changed] } })
    expect(error.path).toBe('models.n[1].model')
    expect(error.message).toContain('`a/x#mine`, here and at models.m[0].model')
    expect(error.message).toContain(`\`${field}\``)
    expect(error.message).not.toContain('sk-never-shown')
  })

  test('a region is such a name', () => {
    const eu = { model: 'a/x', region: 'eu' }
    expect(planOf({ models: { m: [eu], n: [eu] } }).targets()).toHaveLength(1)
  })
})

describe('an alias in an alias', () => {
  const inner = {
    strategy: 'weighted',
    targets: [
      { model: 'b/x', weight: 1 },
      { model: 'c/x', weight: 3 },
    ],
  } as const

  test('has one share as a whole, spread by the weights of its targets', () => {
    const models = {
      inner,
      m: {
        targets: [
          { model: 'a/x', weight: 1 },
          { model: 'inner', weight: 3 },
        ],
      },
    }
    expect(levelsOf(planOf({ models }), 'm')).toEqual([['a/x', 'b/x × 0.75', 'c/x × 2.25']])
  })

  test('has the default share without a weight, at any depth', () => {
    const models: ClientOptions['models'] = {
      inner,
      middle: { strategy: 'weighted', targets: ['inner', 'd/x'] },
      m: { strategy: 'weighted', targets: ['a/x', 'middle'] },
    }
    expect(levelsOf(planOf({ models }), 'm')).toEqual([['a/x', 'b/x × 0.125', 'c/x × 0.375', 'd/x × 0.5']])
  })

  test('the random choice follows the shares', () => {
    const plan = planOf({
      models: {
        inner,
        m: {
          targets: [
            { model: 'a/x', weight: 1 },
            { model: 'inner', weight: 3 },
          ],
        },
      },
    })
    const [level] = plan.route('m').levels
    let own = 0
    for (let i = 0; i < 4000; i += 1) if (level?.selector.select(callOf(), () => true)?.index === 0) own += 1
    expect(own / 4000).toBeGreaterThan(0.2)
    expect(own / 4000).toBeLessThan(0.3)
  })

  test('a weight of 0 within it means last there; one for the whole alias, last for all of them', () => {
    const reserve = {
      targets: [
        { model: 'b/x', weight: 1 },
        { model: 'c/x', weight: 0 },
      ],
    }
    const only = (weight: number) => ({
      reserve,
      m: {
        targets: [
          { model: 'a/x', weight: 1 },
          { model: 'reserve', weight },
        ],
      },
    })
    expect(levelsOf(planOf({ models: only(2) }), 'm')).toEqual([['a/x', 'b/x × 2', 'c/x × 0']])
    expect(levelsOf(planOf({ models: only(0) }), 'm')).toEqual([['a/x', 'b/x × 0', 'c/x × 0']])
    const cooling = {
      targets: [
        { model: 'b/x', weight: 0 },
        { model: 'c/x', weight: 0 },
      ],
    }
    expect(
      levelsOf(planOf({ models: { cooling, m: { strategy: 'weighted', targets: ['a/x', 'cooling'] } } }), 'm'),
    ).toEqual([['a/x', 'b/x × 0.5', 'c/x × 0.5']])
  })

  test('keeps its levels, each with its whole share', () => {
    const models: ClientOptions['models'] = {
      fast: ['b/x', 'c/x'],
      m: {
        targets: [
          { model: 'a/x', weight: 1 },
          { model: 'fast', weight: 3 },
          { model: 'd/x', weight: 1, order: 2 },
        ],
      },
    }
    expect(levelsOf(planOf({ models }), 'm')).toEqual([['a/x', 'b/x × 3'], ['c/x × 3'], ['d/x']])
  })

  test('in order, it keeps its levels and its strategy, which others share with it', () => {
    const plan = planOf({ models: { inner, m: ['a/x', 'inner'], n: [{ model: 'inner', timeout: { total: 5 } }] } })
    expect(levelsOf(plan, 'm')).toEqual([['a/x'], ['b/x', 'c/x × 3']])
    const [own] = plan.route('inner').levels
    expect(plan.route('m').levels[1]).toBe(own)
    const [changed] = plan.route('n').levels
    expect(changed?.selector).toBe(own?.selector)
    expect(changed?.members.map(({ target }) => target.timeout)).toEqual([{ total: 5 }, { total: 5 }])
  })

  test('with conditions, its targets stay together, in their order', () => {
    const when = { plan: 'paid' }
    const models: ClientOptions['models'] = {
      good: ['b/x', 'c/x'],
      m: { strategy: 'conditional', targets: [{ model: 'good', when }, 'a/x'] },
    }
    const [level, ...others] = planOf({ models }).route('m').levels
    expect(others).toEqual([])
    const tried: number[] = []
    for (;;) {
      const choice = level?.selector.select(callOf({ metadata: { plan: 'paid' } }), (index) => !tried.includes(index))
      if (!choice) break
      tried.push(choice.index)
    }
    expect(tried.map((index) => level?.members[index]?.target.id)).toEqual(['b/x', 'c/x', 'a/x'])
  })

  test('its conditions and those of the entry must both hold, in order too', () => {
    const models: ClientOptions['models'] = {
      inner: [{ model: 'b/x', when: { region: 'eu' } }],
      m: [{ model: 'inner', when: { plan: 'paid' } }],
    }
    const when = planOf({ models }).route('m').levels[0]?.members[0]?.when
    expect(
      [{ plan: 'paid' }, { region: 'eu' }, { plan: 'paid', region: 'eu' }].map((metadata) => when?.(metadata)),
    ).toEqual([false, false, true])
  })

  test('in order, its strategy chooses by what the entry says', () => {
    const models: ClientOptions['models'] = {
      inner: { strategy: 'tags', targets: ['b/x'] },
      m: [{ model: 'inner', tags: ['t'] }],
    }
    const plan = planOf({ models })
    // Tagged, it is no default any more.
    expect(plan.route('m').levels[0]?.selector.select(callOf(), () => true)).toBeUndefined()
    expect(plan.route('inner').levels[0]?.selector.select(callOf(), () => true)?.reason).toBe('default of tags')
  })

  test('a target that it shares with the alias is one, with both shares; where they differ, both serve', () => {
    const targets = ['b/x', 'inner']
    const alike = planOf({ models: { inner, m: { strategy: 'weighted', targets } } })
    expect(levelsOf(alike, 'm')).toEqual([['b/x × 1.25', 'c/x × 0.75']])
    const changed = [{ model: 'b/x', params: { n: 2 } }, 'inner']
    const different = planOf({ models: { inner, m: { strategy: 'weighted', targets: changed } } })
    expect(levelsOf(different, 'm')).toEqual([['b/x', 'b/x × 0.25', 'c/x × 0.75']])
  })
})

describe('model strings that calls make up', () => {
  const made = (count: number, of: (i: number) => string, plan = planOf({})): void => {
    for (let i = 0; i < count; i += 1) plan.route(of(i))
  }

  test('at most 1,024 are kept, and those that were not used for longest are dropped', () => {
    const plan = planOf({ models: { 'any-*': ['b/*', 'c/*'] } })
    const used = plan.route('a/used')
    const filled = plan.route('any-used')
    const old = plan.route('a/old')
    for (let i = 0; i < 3000; i += 1) {
      plan.route(`a/${i}`)
      if (i % 100 === 0) {
        expect(plan.route('a/used')).toBe(used)
        expect(plan.route('any-used')).toBe(filled)
      }
    }
    expect(plan.route('a/old')).not.toBe(old)
    const ids = plan.targets().map(({ target }) => target.id)
    expect(ids).toEqual(expect.arrayContaining(['a/used', 'b/used', 'c/used', 'a/2999']))
    expect(ids).not.toContain('a/0')
    // One route has two targets.
    expect(ids).toHaveLength(1025)
  })

  test('a target stays one as long as a route to it is kept', () => {
    const plan = planOf({ models: { 'any-*': ['b/*'] } })
    const direct = plan.route('b/x')
    plan.route('any-x')
    made(
      3000,
      (i) => {
        plan.route('any-x')
        return `a/${i}`
      },
      plan,
    )
    const again = plan.route('b/x')
    expect(again).not.toBe(direct)
    expect(again.levels[0]?.members[0]?.health).toBe(direct.levels[0]?.members[0]?.health)
  })

  test('dropped routes watch nothing any more, and an open call may go on with one', () => {
    const plan = planOf({
      models: { 'any-*': { strategy: 'least-busy', targets: ['b/*', { model: 'c/x', params: { n: 1 } }] } },
    })
    const shared = plan.route('any-0').levels[0]?.members[1]?.health
    if (!shared) throw new Error('no such member')
    const watch = vi.spyOn(shared, 'watch')
    made(1100, (i) => `any-${i}`, plan)
    const ended = watch.mock.results.filter(({ value }) => (value as () => boolean)() === false).length
    expect(watch.mock.calls.length).toBe(1099)
    expect(ended).toBeGreaterThan(50)
    const old = plan.route('any-0').levels[0]
    made(1100, (i) => `d/${i}`, plan)
    expect(old?.selector.select(callOf(), () => true)).toBeDefined()
  })

  test('one that fails leaves nothing behind', () => {
    const plan = planOf({ models: { '*': ['b/x-*', '*'] } })
    expect(() => plan.route('nobody/x')).toThrow(ConfigError)
    expect(plan.targets()).toEqual([])
  })
})

test('scopes of limits and budgets that apply to something are accepted', () => {
  const scopes = [
    {},
    { alias: '*', provider: '*', model: '*' },
    { alias: 'm', user: 'whoever' },
    { alias: 'any-1' },
    { provider: 'a' },
    // No key is needed to count what is never called.
    { provider: 'groq' },
    { model: 'a/org/model' },
  ]
  const options: ClientOptions = {
    models: { m: ['a/x'], 'any-*': ['b/*'] },
    limits: [{ rpm: 1 }, ...scopes.map((scope) => ({ scope, rpm: 1 }))],
    budgets: scopes.map((scope) => ({ scope, usd: 1, per: 'day' as const })),
  }
  expect(planOf(options).targets()).toHaveLength(1)
})
