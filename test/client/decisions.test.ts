/** Typed questions: one shape at providers of OpenAI's format and of System One. */
import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { bodyOf, sendJson, usePassedServer, wire } from './passthrough-server.js'

const traces = usePassedServer()

const client = () =>
  createClient({
    retries: 0,
    providers: {
      openai: { baseURL: `${wire.origin}/v1`, apiKey: 'sk-secret' },
      typesafe: { baseURL: wire.origin, apiKey: 'k' },
      openrouter: { baseURL: `${wire.origin}/api/v1`, apiKey: 'k' },
      groq: { baseURL: `${wire.origin}/v1`, apiKey: 'k' },
    },
    models: { judge: ['openai/gpt-6-luna', 'typesafe/jev-1.14.0'] },
    prices: {
      overrides: { 'openai/gpt-6-luna': { input: 0.1, output: 0 }, 'typesafe/jev-1.14.0': { input: 1, output: 0 } },
    },
  })

const questions = [
  { type: 'predicate', name: 'billing', instructions: 'It is about money.' },
  { type: 'choice', instructions: 'Angry?', choices: [{ value: true }, { value: false }] },
  { type: 'score', name: 'urgency', instructions: 'How urgent?', levels: [{ label: 'low' }, { label: 'high' }] },
  { type: 'predicate', name: 'declined', instructions: 'x' },
] as const
const body = { input: 'a private text', questions: questions.map((question) => ({ ...question })) } as never as {
  input: string
  questions: never[]
}

const ANSWERS = [
  { type: 'predicate', name: 'billing', probability: 0.9 },
  {
    type: 'choice',
    name: null,
    choice: true,
    confidence: 0.8,
    probabilities: [
      { value: true, probability: 0.8 },
      { value: false, probability: 0.2 },
    ],
  },
  {
    type: 'score',
    name: 'urgency',
    score: 0.7,
    confidence: 0.6,
    probabilities: [
      { label: 'low', value: 0, probability: 0.3 },
      { label: 'high', value: 1, probability: 0.7 },
    ],
  },
  { type: 'refusal', name: 'declined' },
]
const SYSTEM_ONE = {
  model: 'jev-1.14.0',
  answers: {
    urgency: {
      type: 'score',
      score: 0.7,
      confidence: 0.6,
      legend: { 0: 'low', 1: 'high' },
      probabilities: { 0: 0.3, 1: 0.7 },
    },
    billing: { type: 'noul', noul: 0.9 },
    question_2: { type: 'choice', choice: 'true', confidence: 0.8, probabilities: { true: 0.8, false: 0.2 } },
  },
  usage: { input_tokens: 40, output_tokens: 0 },
}

describe('decisions', () => {
  test('fall back from one format to the other, with the same answers, cost and one span', async () => {
    wire.behave = ({ path }, response) =>
      path === '/v1/decisions'
        ? sendJson(response, { error: { message: 'busy' } }, 503)
        : sendJson(response, SYSTEM_ONE)
    const result = await client().decisions.create({ model: 'judge', ...body })
    expect(result.answers).toEqual(ANSWERS)
    expect(result).toMatchObject({ model: 'jev-1.14.0', usage: { input_tokens: 40, total_tokens: 40 } })
    expect(result._meta).toMatchObject({
      provider: 'typesafe',
      cost: { usd: 0.00004 },
      attempts: [
        { target: 'openai/gpt-6-luna', status: 503 },
        { target: 'typesafe/jev-1.14.0', status: 200 },
      ],
    })
    expect(bodyOf(wire.seen[0])).toEqual({ model: 'gpt-6-luna', ...body })
    expect(wire.seen[1]?.path).toBe('/v1/systemone')
    expect(traces.inference()).toHaveLength(1)
    expect(traces.inference()[0]).toMatchObject({
      name: 'decide gpt-6-luna',
      attributes: {
        'gen_ai.operation.name': 'decide',
        'gen_ai.usage.input_tokens': 40,
        'gen_ai.response.model': 'jev-1.14.0',
      },
    })
    expect(JSON.stringify(traces.spans().map(({ attributes }) => attributes))).not.toContain('a private text')
  })

  test("OpenAI's answer comes as it is", async () => {
    const usage = {
      input_tokens: 30,
      input_tokens_details: { cached_tokens: 10, cache_write_tokens: 0 },
      output_tokens: 0,
      output_tokens_details: { reasoning_tokens: 0 },
      total_tokens: 30,
    }
    wire.behave = (_, response) => sendJson(response, { model: 'gpt-6-luna', answers: ANSWERS, usage })
    const { _meta, ...result } = await client().decisions.create({ model: 'openai/gpt-6-luna', ...body })
    expect(result).toEqual({ model: 'gpt-6-luna', answers: ANSWERS, usage })
    expect(_meta.cost.usd).toBeGreaterThan(0)
  })

  test('a gateway of System One keeps its version in the path, and says what it cost', async () => {
    wire.behave = (_, response) => sendJson(response, { ...SYSTEM_ONE, usage: { ...SYSTEM_ONE.usage, cost: 0.5 } })
    const result = await client().decisions.create({ model: 'openrouter/typesafe/jev', ...body })
    expect(wire.seen[0]?.path).toBe('/api/v1/systemone')
    expect(result._meta.cost.usd).toBe(0.5)
  })

  test("a provider of one's own is asked in OpenAI's format", async () => {
    wire.behave = (_, response) =>
      sendJson(response, { model: 'm', answers: ANSWERS, usage: { input_tokens: 1, output_tokens: 0 } })
    const ai = createClient({ providers: { mine: { baseURL: `${wire.origin}/v1` } } })
    expect((await ai.decisions.create({ model: 'mine/m', ...body })).answers).toHaveLength(4)
    expect(wire.seen[0]?.path).toBe('/v1/decisions')
  })

  test('an answer of another type than its question is refused', async () => {
    wire.behave = (_, response) =>
      sendJson(response, { ...SYSTEM_ONE, answers: { ...SYSTEM_ONE.answers, billing: { type: 'score', score: 1 } } })
    await expect(client().decisions.create({ model: 'typesafe/m', ...body })).rejects.toMatchObject({
      name: 'StreamError',
      code: 'invalid_decision',
    })
  })

  test('a body without questions is refused, and so is a provider without decisions', async () => {
    await expect(client().decisions.create({ model: 'openai/m', input: 'x' } as never)).rejects.toMatchObject({
      name: 'ConfigError',
      path: 'questions',
    })
    await expect(client().decisions.create({ model: 'groq/m', ...body })).rejects.toMatchObject({
      name: 'ConfigError',
      message: expect.stringContaining('has no decisions'),
    })
  })
})
