/** What a request may cost, before it is sent. */
import { describe, expect, test } from 'vitest'
import { estimateCost } from '../../src/cost/estimate-cost.js'

const prices = { overrides: { 'mine/m': { input: 1, output: 10 } } }
const request = { model: 'mine/m', messages: [{ role: 'user', content: 'x'.repeat(4000) }] }

describe('estimateCost', () => {
  test('input by its characters, output by its limit', () => {
    const cost = estimateCost({ ...request, max_tokens: 100 }, { ...prices, tokenizer: 'characters' })
    // 1000 of the text, 1 of the role, 4 around the message.
    expect(cost.tokens).toEqual({ input: 1005, output: 100 })
    expect(cost).toMatchObject({ usd: 0.002005, low: 0.000804, high: 0.002206, source: 'override', missing: [] })
  })

  test('without a limit it says what it assumes', () => {
    const cost = estimateCost({ ...request, n: 2 }, prices)
    expect(cost.tokens.output).toBe(2000)
    expect(cost.missing).toEqual(['output: no limit is set, 2000 tokens are assumed'])
  })

  test.each([
    ['texts for embeddings', { model: 'mine/m', input: ['abcd', 'abcdefgh'] }, { input: 3, output: 0 }],
    ['tokens for embeddings', { model: 'mine/m', input: [[1, 2, 3], [4]] }, { input: 4, output: 0 }],
    ['a Responses request', { model: 'mine/m', input: 'abcd', max_output_tokens: 7 }, { input: 1, output: 7 }],
  ])('%s', (_what, body, tokens) => {
    expect(estimateCost(body, { ...prices, tokenizer: 'characters' }).tokens).toEqual(tokens)
  })

  test('the content of a picture is not counted by its characters', () => {
    const image = { type: 'image_url', image_url: { url: `data:image/png;base64,${'A'.repeat(1_000_000)}` } }
    const { tokens } = estimateCost({ ...request, messages: [{ role: 'user', content: [image] }] }, prices)
    expect(tokens.input).toBeLessThan(1100)
  })

  test("a tokenizer of the caller's", () => {
    const words = (text: string) => text.split(/\s+/).length
    const messages = [{ role: 'user', content: 'one two three' }]
    expect(estimateCost({ ...request, messages }, { ...prices, tokenizer: words }).tokens.input).toBe(3 + 1 + 4)
  })

  test('an installed tokenizer counts better than characters (here js-tiktoken)', () => {
    const text = 'tokenization '.repeat(200)
    const by = (tokenizer?: 'characters') =>
      estimateCost({ model: 'mine/m', input: text }, { ...prices, tokenizer }).tokens.input
    expect(by('characters')).toBe(650)
    expect(by()).toBeGreaterThan(380)
    expect(by()).toBeLessThan(610)
  })

  test('the tier that is asked for, and a model without a price', () => {
    const half = estimateCost(
      { ...request, max_tokens: 100, service_tier: 'batch' },
      { ...prices, tokenizer: 'characters' },
    )
    expect(half.usd).toBe(0.0010025)
    expect(estimateCost({ ...request, model: 'mine/other' }, prices)).toMatchObject({
      usd: null,
      low: null,
      high: null,
    })
  })
})
