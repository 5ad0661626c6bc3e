/** Whose figure a cost is: the provider's own, where it can be, or the price of what it counted. */
import { describe, expect, test } from 'vitest'
import { costOf, priceCall, type Cost, type CostQuery, type PriceOverride } from '../../src/cost/price.js'
import { usageFault } from '../../src/cost/usage-fault.js'

const at = Date.parse('2026-06-01T12:00:00Z')
/** A USD for a million tokens. */
const ONE = { input: 1, output: 1 }
const told = (usage: object, entry: PriceOverride | undefined = ONE, more: Partial<CostQuery> = {}): Cost =>
  costOf({ provider: 'p', model: 'm', usage, at, ...more }, entry && { overrides: { 'p/m': entry } })
const tokens = (prompt: number, completion = 0) => ({ prompt_tokens: prompt, completion_tokens: completion })

describe('a figure of the provider', () => {
  test.each<[string, object, number | null, Cost['source']]>([
    ['is believed', { ...tokens(1000), cost: 0.5 }, 0.5, 'provider'],
    ['up to 10 USD, whatever the price says', { ...tokens(1), cost: 10 }, 10, 'provider'],
    ['and above it where the price comes near', { ...tokens(11_000), cost: 11 }, 11, 'provider'],
    ['not where it is beyond all fees', { ...tokens(10_999), cost: 11 }, 0.010_999, 'override'],
    ['not of 0, where there is a price', { ...tokens(1000), cost: 0 }, 0.001, 'override'],
    ['with its parts', { ...tokens(1000), cost: { total_cost: 0.5, input_tokens_cost: 0.1 } }, 0.5, 'provider'],
    ['where nothing is counted', { cost: 0 }, 0, 'provider'],
    ['where counts make no sense', { ...tokens(-1), cost: 20 }, 20, 'provider'],
    ['though not of 0 there', { ...tokens(-1), cost: 0 }, null, null],
    ['where all counts are 0', { ...tokens(0), cost: 20 }, 20, 'provider'],
    ['though not of 0 there either', { ...tokens(0), cost: 0 }, null, null],
    ['up to 10 000 USD', { ...tokens(1_000_000_000), cost: 10_000 }, 10_000, 'provider'],
    ['no more than that', { ...tokens(1000), cost: 10_000.01 }, 0.001, 'override'],
    ['less than nothing is none', { ...tokens(1000), cost: -0.5 }, 0.001, 'override'],
    ['text is none', { ...tokens(1000), cost: '0.5' }, 0.001, 'override'],
    ['nothing is none', { ...tokens(1000), cost: null }, 0.001, 'override'],
  ])('%s', (_what, usage, usd, source) => {
    expect(told(usage)).toMatchObject({ usd, source, priced_at: '2026-06-01' })
  })

  test('of 0 is believed where the price is 0, or nobody knows one', () => {
    const usage = { ...tokens(1000, 5), cost: 0 }
    const free = { usd: 0, source: 'provider', confidence: 'reported', missing: [] }
    expect(told(usage, { input: 0, output: 0 })).toMatchObject(free)
    expect(told(usage, { input: 1 })).toMatchObject(free)
    expect(costOf({ provider: 'nobody', model: 'm', usage })).toMatchObject(free)
  })

  test('that cannot be is told, and makes the price less sure', () => {
    expect(told({ ...tokens(1000), cost: 0 })).toMatchObject({
      confidence: 'matched',
      missing: ['cost: the provider says 0 USD, which cannot be; its price counts'],
    })
    expect(told({ ...tokens(1000), cost: -1 })).toMatchObject({
      confidence: 'matched',
      missing: ['cost: the provider says -1, which cannot be the cost of a call'],
    })
    expect(told({ ...tokens(1000), cost: 'secret' }).missing).toEqual([
      'cost: the provider says string, which cannot be the cost of a call',
    ])
    expect(told(tokens(1000))).toMatchObject({ confidence: 'exact', missing: [] })
  })

  test('keeps what is said of the call', () => {
    const broken = 'partial: the answer broke off; what came of it is priced'
    const doubted = { doubt: 'usage: more than the call was', partial: true }
    expect(told({ ...tokens(1000), cost: 0.5 }, ONE, doubted)).toMatchObject({
      usd: 0.5,
      missing: [broken, doubted.doubt],
    })
    expect(told({ ...tokens(1000), cost: 0.5 }, ONE, { partial: true }).missing).toEqual([broken])
    // Without one, what is doubted has no price.
    expect(told(tokens(1000), ONE, doubted)).toMatchObject({ usd: null, missing: [broken, doubted.doubt] })
    expect(told(tokens(1000), ONE, { partial: true })).toMatchObject({ usd: 0.001, missing: [broken] })
  })
})

describe('what has no price', () => {
  test.each<[string, object, Partial<CostQuery>, string]>([
    ['all counts are 0', tokens(0), {}, 'usage: all counts are 0'],
    ['nothing is counted', {}, {}, 'the answer carries no token counts'],
    ['no provider is named', tokens(1), { provider: undefined as never }, 'no provider and model are named'],
    ['no model is named', tokens(1), { model: undefined as never }, 'no provider and model are named'],
  ])('%s', (_what, usage, more, reason) => {
    expect(told(usage, ONE, more)).toMatchObject({ usd: null, source: null, confidence: 'none', missing: [reason] })
    expect(priceCall({ provider: 'p', model: 'm', usage, at, ...more })).toBeUndefined()
  })

  test('fees alone are unknown, and beside tokens they are left out, which is told', () => {
    expect(told({ search_units: 3 })).toMatchObject({ usd: null, missing: ['no price for search_units of p/m'] })
    expect(told({ ...tokens(1000), search_units: 3 })).toMatchObject({
      usd: 0.001,
      missing: ['search_units: 3 without a price, not counted'],
    })
  })
})

describe('of what is said of a call', () => {
  test.each<[string, object, Partial<CostQuery>, number]>([
    ['the tier that served it', { service_tier: 'flex' }, {}, 0.0005],
    ['the tier that the caller knows', { service_tier: 'flex' }, { serviceTier: 'priority' }, 0.002],
    ['the speed', { speed: 'fast', service_tier: 'flex' }, {}, 0.006],
    ['another speed says nothing', { speed: 'standard', service_tier: 'flex' }, {}, 0.0005],
    ['where it was', { inference_geo: 'US' }, {}, 0.0011],
    ['where the caller wanted it', { inference_geo: 'us' }, { region: 'eu' }, 0.0012],
    ['nowhere is no region', { inference_geo: 'not_available' }, {}, 0.001],
    ['nor is a number', { inference_geo: 7 }, {}, 0.001],
  ])('%s counts', (_what, said, more, usd) => {
    const entry = {
      ...ONE,
      service_tiers: { flex: 0.5, priority: 2, fast: 6 },
      regions: { us: 1.1, eu: 1.2, not_available: 9 },
    }
    expect(told({ ...tokens(1000), ...said }, entry, more).usd).toBe(usd)
  })
})

describe('the entry of a model', () => {
  const A = { input: 1 }
  const B = { input: 2 }
  test.each<[string, Record<string, PriceOverride>, Partial<CostQuery>, number | null]>([
    ['its own before that of the model behind it', { 'p/alias': A, 'p/m': B }, { model: 'alias', base: 'm' }, 1],
    ['that of the model behind it', { 'p/m': B }, { model: 'alias', base: 'm' }, 2],
    ['what was asked for before what answered', { 'p/m': A, 'p/served': B }, { served: 'served' }, 1],
    ['what answered', { 'p/served': B }, { served: 'served' }, 2],
    ['no name is none', { 'p/': B }, { served: '' }, null],
    ['its own before that of all', { 'p/*': B, 'p/m': A }, {}, 1],
    ['that of all', { 'p/*': B }, {}, 2],
    ['that of the model at any provider', { m: B }, {}, 2],
    ['that of all, of a provider by its other name', { 'xai/*': B }, { provider: 'x_ai' }, 2],
    ['of a provider by its other name', { 'x_ai/m': B }, { provider: 'xai' }, 2],
    ['and the other way round', { 'xai/m': B }, { provider: 'x_ai' }, 2],
    ['what every object has is none', {}, { provider: 'p', model: 'constructor' }, null],
    ['what is no entry is none', { 'p/m': 5 as never }, {}, null],
  ])('%s', (_what, overrides, more, usd) => {
    const query = { provider: 'p', model: 'm', usage: tokens(1_000_000), at, ...more }
    expect(costOf(query, { overrides }).usd).toBe(usd)
  })
})

describe('a usage that is no account of a call', () => {
  const NAMES = ['prompt_tokens', 'input_tokens', 'promptTokenCount', 'inputTokens']
  const ANSWERS = ['completion_tokens', 'output_tokens', 'candidatesTokenCount', 'outputTokens']
  const TOTALS = ['total_tokens', 'totalTokenCount', 'totalTokens']

  test.each([...NAMES, ...ANSWERS, ...TOTALS])('%s', (name) => {
    for (const count of [0, 7, 1e9, null]) expect(usageFault({ [name]: count })).toBeUndefined()
    for (const none of [-1, 0.5, 1e9 + 1, Number.NaN, Infinity])
      expect(usageFault({ [name]: none })).toBe(`usage: ${name} is ${none}, which cannot be the count of a call`)
    expect(usageFault({ [name]: 'secret' })).toBe(`usage: ${name} is string, which cannot be the count of a call`)
  })

  test.each(NAMES)('of a total says nothing where %s is told', (name) => {
    expect(usageFault({ [name]: 7, total_tokens: -1 })).toBeUndefined()
  })

  test.each(ANSWERS)('and does where only %s is: the prompt is what the total leaves', (name) => {
    expect(usageFault({ [name]: 7, total_tokens: -1 })).toMatch(/total_tokens is -1/)
  })

  test('what is no object', () => {
    expect(usageFault(undefined)).toBeUndefined()
    expect(usageFault(null)).toBeUndefined()
    expect(usageFault('secret')).toBe('usage: it is string')
  })
})

describe('what is remembered of a price is not that of another call', () => {
  const M = { input: 1, tiers: [{ above: 5000, input: 2 }], regions: { eu: 1.5 }, service_tiers: { flex: 0.5 } }
  const overrides = { 'p/m': M, 'p/n': { input: 3 }, 'q/m': { input: 4 }, 'p/served': { input: 5 } }
  const prices = { overrides }
  const rows: readonly (readonly [Partial<CostQuery>, number])[] = [
    [{}, 0.001],
    [{ region: 'eu' }, 0.0015],
    [{ serviceTier: 'flex' }, 0.0005],
    [{ usage: tokens(6000) }, 0.012],
    [{ region: 'eu', serviceTier: 'flex', usage: tokens(6000) }, 0.009],
    [{ model: 'n' }, 0.003],
    [{ provider: 'q' }, 0.004],
    [{ model: 'x', served: 'served' }, 0.005],
    [{ model: 'x', served: 'n' }, 0.003],
    [{ model: 'x', base: 'm' }, 0.001],
    [{ model: 'x', base: 'n' }, 0.003],
  ]
  const query = { provider: 'p', model: 'm', usage: tokens(1000), at }

  test.each(rows)('of any of the others before %j', (more, usd) => {
    for (const [before, own] of rows) {
      expect(costOf({ ...query, ...before }, prices).usd).toBe(own)
      expect(costOf({ ...query, ...more }, prices).usd).toBe(usd)
    }
  })
})

test('nor is what the table said of the call before', () => {
  const calls: Partial<CostQuery>[] = [
    { model: 'gpt-4o' },
    { model: 'gpt-4o-mini' },
    { provider: 'azure', model: 'gpt-4o' },
    { model: 'x', served: 'gpt-4o' },
    { model: 'x', served: 'gpt-4o-mini' },
    { model: 'x', base: 'gpt-4o' },
    { model: 'x', base: 'gpt-4o-mini' },
    { model: 'x' },
    { model: 'gpt-4o', serviceTier: 'batch' },
  ]
  for (const before of calls) {
    for (const more of calls) {
      const [first, query] = [before, more].map((call) => ({ provider: 'openai', usage: tokens(1000), at, ...call }))
      costOf(first as CostQuery)
      // Where a caller has prices nothing is remembered.
      expect(costOf(query as CostQuery)).toEqual(costOf(query as CostQuery, { overrides: {} }))
    }
  }
})
