/** What admission reads of a call: room for its answer, what it used, and whom it counts for. */
import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { outputLimitsOf } from '../../src/client/admission/output-limits.js'
import { checkCounts, compileScope, keyName, type ScopeFacts } from '../../src/client/admission/scope.js'
import { countOf, addConsumption, usdOf, consumptionOf } from '../../src/client/admission/consumption.js'
import { ConfigError } from '../../src/kernel/errors.js'
import type { Scope } from '../../src/router/options.js'

describe('room for an answer', () => {
  const NOTHING = { output: undefined, thinking: 0, answers: 1 }

  test.each([
    'max_tokens',
    'maxTokens',
    'max-tokens',
    'MAX_TOKENS',
    'max_completion_tokens',
    'max_output_tokens',
    'max_response_output_tokens',
    'max_new_tokens',
    'max_length',
    'max_tokens_to_sample',
    'max_tokens_to_generate',
    'max_gen_len',
    'maxTokenCount',
    'num_predict',
    'n_predict',
  ])('%s', (field) => {
    expect(outputLimitsOf([{ [field]: 7 }])).toEqual({ ...NOTHING, output: 7 })
    expect(outputLimitsOf([{ parameters: { [field]: 7 } }])).toEqual({ ...NOTHING, output: 7 })
  })

  test.each([
    'budget_tokens',
    'thinkingBudget',
    'thinking_budget_tokens',
    'thinking_token_budget',
    'token_budget',
    'reasoning_budget',
    'max_thinking_tokens',
    'max_reasoning_tokens',
  ])('of thinking: %s', (field) => {
    expect(outputLimitsOf([{ config: { [field]: 7 } }])).toEqual({ ...NOTHING, thinking: 7 })
  })

  test.each([
    'n',
    'best_of',
    'candidateCount',
    'num_return_sequences',
    'num_generations',
    'num_completions',
    'num_outputs',
    'num_results',
    'num_images',
    'number_of_images',
    'sample_count',
    'batch_size',
  ])('of several answers: %s', (field) => {
    expect(outputLimitsOf([{ [field]: 7 }])).toEqual({ ...NOTHING, answers: 7 })
  })

  test.each(['reasoning', 'thinking'])('what limits an answer limits thinking within %s', (within) => {
    expect(outputLimitsOf([{ [within]: { max_tokens: 7 } }])).toEqual({ ...NOTHING, thinking: 7 })
  })

  test.each([
    'messages',
    'contents',
    'system',
    'system_instruction',
    'instructions',
    'prompt',
    'tools',
    'tool_choice',
    'tool_config',
    'functions',
    'function_call',
    'documents',
    'metadata',
    'response_format',
    'response_schema',
    'response_json_schema',
    'format',
    'text',
    'schema',
    'json_schema',
    'prediction',
    'logit_bias',
    'variables',
  ])('nothing in %s is a setting', (field) => {
    expect(outputLimitsOf([{ [field]: { max_tokens: 7, n: 7, budget_tokens: 7 } }])).toEqual(NOTHING)
  })

  test.each([
    ['text', '7', 7],
    ['text with space around', ' 7.5 ', 8],
    ['a longer text', '1000.25', 1001],
    ['a fraction', 6.2, 7],
    ['more than any call asks for', 1e300, 2 ** 50],
    ['no number', '7 tokens', undefined],
    ['another', 'x7', undefined],
    ['less than none', -1, undefined],
    ['none', 0, undefined],
    ['nothing', null, undefined],
    ['no limit', Number.NaN, undefined],
    ['yes', true, undefined],
  ])('%s', (_what, value, output) => {
    expect(outputLimitsOf([{ max_tokens: value }])).toEqual({ ...NOTHING, output })
  })

  test('is one answer if there is no number of answers', () => {
    for (const n of [Number.NaN, -1, 0, 'x']) expect(outputLimitsOf([{ n, temperature: 1 }])).toEqual(NOTHING)
  })

  test('is the greatest if it is set more than once', () => {
    const twice = [{ max_tokens: 7, n: 2 }, undefined, { max_completion_tokens: 9, config: { max_tokens: 8 }, n: 1 }]
    expect(outputLimitsOf(twice)).toEqual({ ...NOTHING, output: 9, answers: 2 })
  })

  test('is searched six objects deep, even if an object contains itself', () => {
    const within = (depth: number): object => (depth === 1 ? { max_tokens: 7 } : { x: within(depth - 1) })
    expect(outputLimitsOf([within(6)]).output).toBe(7)
    expect(outputLimitsOf([within(7)]).output).toBeUndefined()
    const itself: Record<string, unknown> = { max_tokens: 7 }
    itself['x'] = itself
    expect(outputLimitsOf([itself]).output).toBe(7)
  })
})

describe('what was used', () => {
  const usage = (prompt: unknown, completion: unknown, total: unknown) => ({
    prompt_tokens: prompt,
    completion_tokens: completion,
    total_tokens: total,
  })

  test.each([
    ['the total', usage(3, 4, 7), 7],
    ['its parts, without one', usage(3, 4, undefined), 7],
    ['one part', usage(undefined, 4, undefined), 4],
    ['its parts, where the total is less', usage(3, 4, 5), 7],
    ['a total with thought', usage(3, 4, 7000), 7000],
    ['its parts, where the total is far beyond them', usage(3, 4, 7001), 7],
    ['a total alone', usage(undefined, undefined, 9), 9],
    ['its parts, where the total is none', usage(3, 4, -1), 7],
    ['what of its parts is a count', usage(3, 1.5, undefined), 3],
    ['nothing, where all is 0', usage(0, 0, 0), undefined],
    ['nothing, where nothing is told', undefined, undefined],
    ['no more than any call uses', usage(1e9, 1e9, undefined), 1e9],
  ])('%s', (_what, told, tokens) => {
    expect(consumptionOf(told, true, () => undefined).tokens).toBe(tokens)
    expect(consumptionOf(told, false, () => undefined).tokens).toBeUndefined()
  })

  test('has a cost that is computed when it is read', () => {
    let asked = 0
    const used = consumptionOf(undefined, true, () => (asked += 1))
    expect(asked).toBe(0)
    expect(used.usd).toBe(1)
    expect([0, 10_000, 10_000.1, -1, Number.NaN, null].map(usdOf)).toEqual([0, 10_000, ...Array<undefined>(4)])
    expect([0, 1e9, 1e9 + 1, 0.5, '7'].map(countOf)).toEqual([0, 1e9, ...Array<undefined>(3)])
  })

  test('of two answers is both, where both are known', () => {
    const [one, other] = [
      { tokens: 1, usd: 0.5 },
      { tokens: 2, usd: undefined },
    ]
    expect(addConsumption(one, one)).toEqual({ tokens: 2, usd: 1 })
    expect(addConsumption(one, other)).toEqual({ tokens: 3, usd: undefined })
    expect(addConsumption(other, { tokens: undefined, usd: 1 })).toEqual({ tokens: undefined, usd: undefined })
    expect([
      addConsumption(one, undefined),
      addConsumption(undefined, other),
      addConsumption(undefined, undefined),
    ]).toEqual([one, other, undefined])
  })
})

describe('whom a call counts for', () => {
  const keys = (scope: Scope | undefined, facts: Partial<ScopeFacts>) =>
    compileScope(scope).keys({ tags: [], ...facts })

  test.each<[Scope | undefined, Partial<ScopeFacts>, readonly string[]]>([
    [undefined, {}, ['']],
    [{ user: 'ann' }, { user: 'ann' }, [' user="ann"']],
    [{ user: 'ann' }, { user: 'eve' }, []],
    [{ user: 'ann' }, {}, []],
    [{ user: '*' }, { user: 'ann' }, [' user=ann']],
    [{ user: '*' }, {}, []],
    [{ tag: '*' }, { tags: ['b', 'a', 'b'] }, [' tag=a', ' tag=b']],
    [{ tag: 'a' }, { tags: ['b', 'a'] }, [' tag="a"']],
    [{ user: '*', tag: '*' }, { user: 'ann', tags: ['b', 'a'] }, [' user=ann tag=a', ' user=ann tag=b']],
    [{ user: '*' }, { user: 'a b"=%' }, [' user=a%20b%22%3D%25']],
    [{ user: '*' }, { user: 'x'.repeat(200) }, [` user=${'x'.repeat(200)}`]],
    [
      { user: '*' },
      { user: 'x'.repeat(201) },
      [` user=#${createHash('sha256').update('x'.repeat(201), 'utf16le').digest('hex')}`],
    ],
    [{ user: '*' }, { user: '\uD800' }, [` user=#${createHash('sha256').update('\uD800', 'utf16le').digest('hex')}`]],
  ])('%o of %o', (scope, facts, expected) => {
    expect(keys(scope, facts)).toEqual(expected)
  })

  test('has a name in words', () => {
    expect(compileScope().name).toBe('all calls')
    expect(compileScope({ user: '*', client: 'web' }).name).toBe('client web, user *')
    expect(keyName(' client="web" user=ann')).toBe('client=web user=ann')
  })

  test('depends on the target if a provider or a model is named', () => {
    const ofTarget = [{}, { user: 'a', alias: 'b' }, { provider: 'p' }, { user: 'a', model: 'p/m' }]
    expect(ofTarget.map((scope) => compileScope(scope).ofTarget)).toEqual([false, false, true, true])
    expect(compileScope({ user: 'a', client: 'b' }).id).toBe(compileScope({ client: 'b', user: 'a' }).id)
  })

  test('is at most what one operation of the store counts', () => {
    const tags = Array.from({ length: 257 }, (_, at) => `${at}`)
    expect(keys({ tag: '*' }, { tags: tags.slice(1) })).toHaveLength(256)
    expect(() => keys({ tag: '*' }, { tags })).toThrow(/can have 256 tags .* this one has 257/)
    expect(keys({ tag: '7' }, { tags })).toHaveLength(1)
    expect(keys({ user: '*' }, { user: 'ann', tags })).toHaveLength(1)
    expect(() => checkCounts(1000)).not.toThrow()
    expect(() => checkCounts(1001)).toThrow(ConfigError)
  })
})
