/** The way of a call through a compiled plan, without a socket and on a virtual clock. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ConfigError, UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { ErrorClass } from '../../src/policies/classify-error.js'
import { Itinerary } from '../../src/router/itinerary.js'
import type { ClientOptions, FallbackOptions, TargetOptions } from '../../src/router/options.js'
import { compilePlan, type Plan } from '../../src/router/plan.js'
import type { AllInCooldown, RouteStep } from '../../src/router/route-step.js'
import type { RoutedCall } from '../../src/router/strategy.js'
import { everything } from '../../src/whole-catalogue.js'

const providers = Object.fromEntries(
  ['a', 'b', 'c', 'd'].map((id) => [id, { baseURL: `http://127.0.0.1/${id}`, apiKey: 'k' }]),
)

let now = 0
function planOf(options: ClientOptions): Plan {
  now = 1_000_000
  const clock = { now: () => now, date: () => now }
  return compilePlan(
    { providers, ...options },
    { env: {}, catalogue: everything, clock, random: () => 0.5, price: () => undefined },
  )
}

function wayOf(
  plan: Plan,
  model: string,
  call: Partial<RoutedCall> = {},
  own?: readonly FallbackOptions[] | false,
): Itinerary {
  const route = plan.route(model)
  const { retries, whenAllInCooldown } = plan
  const routed: RoutedCall = {
    model,
    stream: false,
    metadata: {},
    inputTokens: 10,
    outputTokens: 0,
    needs: [],
    promptPrefix: '',
    ...call,
  }
  const fallbacks = plan.fallbacks(route, own)
  return new Itinerary({ call: routed, route, fallbacks, retries, whenAllInCooldown, random: () => 0.5 })
}

/** Lets every attempt fail with the next of `failures`, the last for good. */
function walk(way: Itinerary, ...failures: readonly ErrorClass[]): string[] {
  const seen: string[] = []
  let step: RouteStep | AllInCooldown | undefined = way.first()
  for (let i = 0; step && 'member' in step; i += 1) {
    const { health, target } = step.member
    seen.push(target.id)
    const errorClass = failures[Math.min(i, failures.length - 1)] as ErrorClass
    health.begin()({ errorClass, durationMs: 1 })
    step = way.next({ errorClass, retryAfterMs: undefined, remaining: 60_000, target: target.id })
  }
  return seen
}

test('conditions hold for every strategy', () => {
  for (const strategy of ['ordered', 'weighted', 'round-robin', 'least-busy', 'adaptive'] as const) {
    const plan = planOf({
      models: { m: { strategy, targets: [{ model: 'a/x', when: { plan: 'paid' } }, 'b/x'] } },
      retries: 0,
    })
    for (let i = 0; i < 8; i += 1) expect(walk(wayOf(plan, 'm'), 'bad-request')).toEqual(['b/x'])
    expect(walk(wayOf(plan, 'm', { metadata: { plan: 'paid' } }), 'server').toSorted()).toEqual(['a/x', 'b/x'])
  }
})

test('when no target is fit, the error says why', () => {
  const blind = planOf({ models: { m: [{ model: 'a/x', capabilities: { vision: false } }] } })
  expect(() => wayOf(blind, 'm', { needs: ['vision'] }).first()).toThrow(UnsupportedParameterError)
  const mixed = planOf({
    models: {
      m: [
        { model: 'a/x', region: 'eu' },
        { model: 'b/x', when: { plan: 'paid' } },
      ],
    },
  })
  const first = (): unknown => wayOf(mixed, 'm', { metadata: { region: 'us' } }).first()
  expect(first).toThrow(ConfigError)
  expect(first).toThrow(/a\/x#eu is in eu; b\/x is for other calls/)
})

test('a region that a call asks for is kept, fallbacks without one included; without regions it means nothing', () => {
  const plan = planOf({
    models: {
      m: [
        { model: 'a/x', region: 'us' },
        { model: 'b/x', region: 'eu' },
      ],
    },
    fallbacks: ['c/x'],
    retries: 0,
  })
  expect(walk(wayOf(plan, 'm', { metadata: { region: 'eu' } }), 'server')).toEqual(['b/x#eu'])
  expect(walk(wayOf(planOf({ retries: 0 }), 'c/x', { metadata: { region: 'eu' } }), 'server')).toEqual(['c/x'])
})

test('a target that seems too small comes last, but is tried', () => {
  const plan = planOf({ models: { m: [{ model: 'a/x', contextWindow: 5 }, 'b/x'] }, fallbacks: ['c/x'], retries: 0 })
  expect(walk(wayOf(plan, 'm'), 'server')).toEqual(['b/x', 'c/x', 'a/x'])
  const alone = planOf({ models: { m: [{ model: 'a/x', contextWindow: 5 }] }, retries: 0 })
  expect(walk(wayOf(alone, 'm'), 'server')).toEqual(['a/x'])
})

test.each<[string, TargetOptions | string, Partial<RoutedCall>, boolean]>([
  ['known by its name', 'a/claude-haiku-4-5', { inputTokens: 250_000 }, true],
  ['that holds as much', 'a/claude-opus-5', { inputTokens: 250_000 }, false],
  ['with the answer', 'a/gpt-4o', { inputTokens: 120_000, outputTokens: 10_000 }, true],
  ['whose answers are shorter', 'a/gpt-4o', { outputTokens: 64_000 }, true],
  ['behind an opaque id', { model: 'a/prod-1', base: 'claude-haiku-4-5' }, { inputTokens: 250_000 }, true],
  [
    'of which the provider knows more',
    { model: 'a/claude-haiku-4-5', contextWindow: 1e6 },
    { inputTokens: 3e5 },
    false,
  ],
  ['of no known model', 'a/x', { inputTokens: 9e9 }, false],
])('a target %s comes last where it is too small', (_what, target, call, isLast) => {
  const plan = planOf({ models: { m: [target, 'b/x'] }, retries: 0 })
  const ids = walk(wayOf(plan, 'm', call), 'server')
  expect(ids.map((id) => id[0])).toEqual(isLast ? ['b', 'a'] : ['a', 'b'])
})

test('for the only target, the call is not measured', () => {
  const uncounted = {
    get inputTokens(): number {
      throw new Error('was counted')
    },
  }
  const plan = planOf({ models: { m: ['a/gpt-4o'] }, retries: 0 })
  const route = plan.route('m')
  const { retries, whenAllInCooldown } = plan
  const rest = { model: 'm', stream: false, metadata: {}, outputTokens: 0, needs: [], promptPrefix: '' }
  const call: RoutedCall = Object.assign(uncounted, rest)
  const way = new Itinerary({ call, route, fallbacks: [], retries, whenAllInCooldown, random: () => 0.5 })
  expect(way.first()).toMatchObject({ member: { target: { id: 'a/gpt-4o' } } })
})

test('a fallback of a class is tried at once, and then the rest; one in cooldown is skipped', () => {
  const options: ClientOptions = {
    models: { m: ['a/x', 'b/x'] },
    fallbacks: [{ model: 'c/x', on: 'rate-limit', params: { n: 1 } }, 'd/x'],
    retries: 0,
  }
  expect(walk(wayOf(planOf(options), 'm'), 'rate-limit', 'server')).toEqual(['a/x', 'c/x', 'b/x', 'd/x'])
  const plan = planOf(options)
  walk(wayOf(plan, 'c/x', {}, false), 'rate-limit')
  expect(walk(wayOf(plan, 'm'), 'rate-limit', 'server')).toEqual(['a/x', 'b/x', 'd/x'])
})

test('a retry goes to a target for which waiting may help', () => {
  const plan = planOf({ models: { m: { strategy: 'round-robin', targets: ['a/x', 'b/x'] } }, retries: 1 })
  expect(walk(wayOf(plan, 'm'), 'auth', 'server')).toEqual(['a/x', 'b/x', 'b/x'])
})

test('when all are in cooldown: the soonest, with its parameters, or the time', () => {
  const options: ClientOptions = { models: { m: ['a/x'] }, fallbacks: [{ model: 'b/x', params: { n: 1 } }], retries: 0 }
  for (const whenAllInCooldown of ['soonest', 'reject'] as const) {
    const plan = planOf({ ...options, cooldown: { whenAllInCooldown } })
    for (const { health, target } of plan.targets()) {
      health.begin()({ errorClass: 'rate-limit', retryAfterMs: target.id === 'a/x' ? 9000 : 4000, durationMs: 1 })
    }
    const first = wayOf(plan, 'm').first()
    if (whenAllInCooldown === 'reject') expect(first).toEqual({ retryAfterMs: 4000 })
    else expect(first).toMatchObject({ member: { target: { id: 'b/x' } }, params: { n: 1 } })
  }
})

/** every target is in cooldown, each as long as `cooldowns` says. */
function allInCooldown(plan: Plan, cooldowns: Readonly<Record<string, number>>): Plan {
  for (const { health, target } of plan.targets()) {
    health.begin()({ errorClass: 'rate-limit', retryAfterMs: cooldowns[target.id] ?? 60_000, durationMs: 1 })
  }
  return plan
}

test('when all are in cooldown: the soonest of those that the strategy would choose', () => {
  const cooldowns = { 'a/x': 9000, 'b/x': 2000, 'c/x': 5000 }
  const firstOf = (targets: readonly object[], strategy: 'tags' | 'conditional' | 'round-robin', metadata: object) => {
    const plan = planOf({ models: { m: { strategy, targets: targets as TargetOptions[] } }, retries: 0 })
    const step = wayOf(allInCooldown(plan, cooldowns), 'm', { metadata: { ...metadata } }).first()
    return 'member' in step ? step.member.target.id : step
  }
  const tagged = [{ model: 'a/x', tags: ['t'] }, { model: 'b/x' }, { model: 'c/x', tags: ['t'] }]
  expect(firstOf(tagged, 'tags', { tags: ['t'] })).toBe('c/x')
  expect(firstOf(tagged, 'tags', {})).toBe('b/x')
  const paid = { plan: 'paid' }
  const conditions = [
    { model: 'a/x', when: paid },
    { model: 'b/x', when: { plan: 'free' } },
    { model: 'c/x', when: paid },
  ]
  for (const strategy of ['conditional', 'round-robin'] as const) {
    expect(firstOf(conditions, strategy, paid)).toBe('c/x')
    expect(firstOf(conditions, strategy, { plan: 'free' })).toBe('b/x')
  }
  const small = [{ model: 'a/x' }, { model: 'b/x', contextWindow: 5 }, { model: 'c/x' }]
  expect(firstOf(small, 'round-robin', {})).toBe('c/x')
  const allSmall = small.map((target) => ({ ...target, contextWindow: 5 }))
  expect(firstOf(allSmall, 'round-robin', {})).toBe('b/x')
})

test('when all are in cooldown, a custom strategy that chooses none of them is respected', () => {
  const plan = planOf({
    models: { m: { strategy: (targets) => targets.find(({ id }) => id !== 'b/x'), targets: ['a/x', 'b/x', 'c/x'] } },
    retries: 0,
  })
  const step = wayOf(allInCooldown(plan, { 'a/x': 9000, 'b/x': 2000, 'c/x': 5000 }), 'm').first()
  expect(step).toMatchObject({ member: { target: { id: 'c/x' } } })
})

test('when all were in cooldown and the soonest failed, those that came back meanwhile are tried, its stage or not', () => {
  const plan = planOf({
    models: { m: ['a/x', 'b/x'] },
    fallbacks: [{ model: 'c/x', params: { n: 1 } }, 'd/x'],
    retries: 0,
  })
  allInCooldown(plan, { 'a/x': 3000, 'b/x': 60_000, 'c/x': 1000, 'd/x': 3000 })
  const way = wayOf(plan, 'm')
  const first = way.first() as RouteStep
  expect([first.member.target.id, first.params]).toEqual(['c/x', { n: 1 }])
  now += 5000
  const failure = { errorClass: 'server', retryAfterMs: undefined, remaining: 60_000 } as const
  const second = way.next(failure)
  expect([second?.member.target.id, second?.params]).toEqual(['a/x', undefined])
  expect(way.next(failure)?.member.target.id).toBe('d/x')
  expect(way.next(failure)).toBeUndefined()
})

test('a target that takes no call may be tried later, and the call goes on from the one that is waited for', () => {
  const way = wayOf(planOf({ models: { m: ['a/x', 'b/x'] }, retries: { max: 0, attempts: 2 } }), 'm')
  const first = way.first() as RouteStep
  const back = way.checkpoint()
  expect(way.skip()?.member.target.id).toBe('b/x')
  expect(way.skip()).toBeUndefined()
  back()
  expect(first.member.target.id).toBe('a/x')
  const failure = { errorClass: 'server', retryAfterMs: undefined, remaining: 1000 } as const
  expect(way.next(failure)?.member.target.id).toBe('b/x')
  expect(way.next(failure)).toBeUndefined()
})

test('two aliases may be fallbacks of each other; a cycle of targets is refused', () => {
  const plan = planOf({
    models: { m: { targets: ['a/x'], fallbacks: ['n', 'm'] }, n: { targets: ['b/x'], fallbacks: ['m'] } },
    retries: 0,
  })
  expect(walk(wayOf(plan, 'm'), 'server')).toEqual(['a/x', 'b/x'])
  expect(walk(wayOf(plan, 'n'), 'server')).toEqual(['b/x', 'a/x'])
  expect(() => planOf({ models: { m: ['n'], n: ['m'] } })).toThrow('m → n → m')
})

test('the most specific wildcard, its star filled in; a target of it means itself', () => {
  const plan = planOf({ models: { 'a/*': ['b/*', 'a/*'], 'a/big-*': ['c/*'] }, retries: 0 })
  expect(walk(wayOf(plan, 'a/mini'), 'server')).toEqual(['b/mini', 'a/mini'])
  expect(walk(wayOf(plan, 'a/big-1'), 'server')).toEqual(['c/1'])
})

test('made-up model strings are forgotten with their targets, and one entry may serve several', () => {
  const plan = planOf({
    models: { 'any-*': { strategy: 'least-busy', targets: [{ model: 'a/x', limits: { rpm: 1 } }, 'b/*'] } },
  })
  for (let i = 0; i < 10_000; i += 1) {
    plan.route(`any-${i}`)
    plan.route(`c/${i}`)
  }
  expect(plan.targets().length).toBeLessThan(4000)
})

test('options of targets are refused on an alias', () => {
  expect(() => planOf({ models: { m: ['a/x'], n: [{ model: 'm', limits: { rpm: 1 } }] } })).toThrow(
    'models.n[0].limits',
  )
})

test('fallbacks of a call, and none', () => {
  const plan = planOf({ models: { m: ['a/x'] }, fallbacks: ['b/x'], retries: 0 })
  expect(walk(wayOf(plan, 'm', {}, ['c/x', 'a/x']), 'server')).toEqual(['a/x', 'c/x'])
  expect(
    walk(wayOf(planOf({ models: { m: ['a/x'] }, fallbacks: ['b/x'], retries: 0 }), 'm', {}, false), 'server'),
  ).toEqual(['a/x'])
})

test('never a target twice but for retries, never more attempts than allowed, always an end', () => {
  const model = fc.constantFrom('a/x', 'b/x', 'c/x', 'd/x', 'a/y')
  const errorClass = fc.constantFrom<ErrorClass>(
    'server',
    'rate-limit',
    'timeout',
    'auth',
    'quota',
    'context-length',
    'bad-request',
  )
  const fallback = fc.oneof(
    model,
    fc.record({ model, on: fc.constantFrom('rate-limit' as const, 'timeout' as const, 'context-length' as const) }),
  )
  fc.assert(
    fc.property(
      fc.uniqueArray(model, { minLength: 1 }),
      fc.array(fallback, { maxLength: 4 }),
      fc.constantFrom('ordered' as const, 'round-robin' as const, 'weighted' as const),
      fc.array(errorClass, { minLength: 1, maxLength: 30 }),
      fc.nat(3),
      fc.integer({ min: 1, max: 12 }),
      fc.dictionary(model, fc.integer({ min: 1, max: 50 })),
      (targets, fallbacks, strategy, failures, max, attempts, cooldowns) => {
        const plan = planOf({ models: { m: { strategy, targets } }, fallbacks, retries: { max, attempts } })
        for (const { health, target } of plan.targets()) {
          const retryAfterMs = cooldowns[target.id]
          if (retryAfterMs) health.begin()({ errorClass: 'rate-limit', retryAfterMs, durationMs: 1 })
        }
        const way = wayOf(plan, 'm')
        const seen = new Set<string>()
        let step: RouteStep | AllInCooldown | undefined = way.first()
        let made = 0
        for (; step && 'member' in step; made += 1) {
          const { health, target } = step.member
          if (step.reason !== 'retry') expect(seen).not.toContain(target.id)
          seen.add(target.id)
          const failed = failures[made % failures.length] as ErrorClass
          health.begin()({ errorClass: failed, durationMs: 1 })
          now += 10
          step = way.next({ errorClass: failed, retryAfterMs: undefined, remaining: 60_000, target: target.id })
        }
        expect(made).toBeGreaterThan(0)
        expect(made).toBeLessThanOrEqual(attempts)
      },
    ),
  )
})
