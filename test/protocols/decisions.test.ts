import fc from 'fast-check'
import { expect, test } from 'vitest'
import { UnsupportedParameterError } from '../../src/kernel/errors.js'
import type { DecisionAnswer, DecisionQuestion, DecisionRequest, DecisionResponse } from '../../src/kernel/hub.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { openaiDecisions } from '../../src/protocols/decisions/openai.js'
import { systemone } from '../../src/protocols/decisions/systemone.js'
import { testAnswerProtocol } from '../contracts/answer-protocol.js'

const warnings: string[] = []
const context: EncodeContext = {
  provider: 'p',
  model: 'a-model',
  quirks: {},
  dropUnsupported: false,
  warn: (message) => void warnings.push(message),
}

const text = fc.string({ unit: 'grapheme', maxLength: 20 })
const named = <Value>(values: (name: string) => fc.Arbitrary<Value>) =>
  fc
    .uniqueArray(fc.stringMatching(/^[a-z]{1,6}$/), { maxLength: 3 })
    .chain((names) => fc.tuple(...names.map((name) => values(name))))
const labels = fc.uniqueArray(fc.stringMatching(/^[a-z]{1,4}$/), { minLength: 2, maxLength: 4 })
const questions = named<DecisionQuestion>((name) =>
  fc.oneof(
    fc.record({ type: fc.constant('predicate' as const), name: fc.constant(name), instructions: text }),
    fc.record({
      type: fc.constant('choice' as const),
      name: fc.constant(name),
      instructions: text,
      choices: labels.map((values) => values.map((value) => ({ value }))),
    }),
    fc.record({
      type: fc.constant('score' as const),
      name: fc.constant(name),
      instructions: text,
      levels: labels.map((values) => values.map((label) => ({ label }))),
    }),
  ),
)
const probability = fc.constantFrom(0, 0.25, 0.5, 1)
const answers = named<DecisionAnswer>((name) =>
  fc.oneof(
    fc.record({ type: fc.constant('predicate' as const), name: fc.constant(name), probability }),
    fc.record({
      type: fc.constant('choice' as const),
      name: fc.constant(name),
      choice: fc.constantFrom('a', 'b'),
      confidence: probability,
      probabilities: labels.map((values) => values.map((value) => ({ value, probability: 0.5 }))),
    }),
    fc.record({
      type: fc.constant('score' as const),
      name: fc.constant(name),
      score: fc.constantFrom(0, 1.5),
      confidence: probability,
      probabilities: labels.map((values) => values.map((label, value) => ({ label, value, probability: 0.5 }))),
    }),
  ),
)
const requests: fc.Arbitrary<DecisionRequest> = fc.record({ model: fc.constant('a-model'), input: text, questions })
const responses: fc.Arbitrary<DecisionResponse> = fc.record({
  id: fc.constant('d-1'),
  model: fc.constantFrom('', 'a-model'),
  answers,
  usage: fc.record({
    input_tokens: fc.nat({ max: 99 }),
    output_tokens: fc.nat({ max: 9 }),
    total_tokens: fc.nat({ max: 99 }),
  }),
})

for (const protocol of [openaiDecisions, systemone])
  testAnswerProtocol<DecisionRequest, DecisionResponse>(protocol, {
    requests,
    responses,
    withoutContent: { request: { input: '', questions: [] }, response: { answers: [] } },
  })

const asked: DecisionRequest = {
  model: 'm',
  input: 'I was charged twice.',
  questions: [
    { type: 'predicate', name: 'billing', instructions: 'It is about money.' },
    {
      type: 'choice',
      instructions: 'Which team?',
      choices: [{ value: 'sales', description: 'New orders' }, { value: true }],
    },
    {
      type: 'score',
      name: 'urgency',
      instructions: 'How urgent?',
      levels: [{ label: 'low', description: 'can wait' }, { label: 'high' }],
    },
  ],
}

test('System One names the questions, and has their choices and levels as criteria', () => {
  expect(systemone.encodeRequest(asked, context)).toEqual({
    path: '/v1/systemone',
    body: {
      model: 'a-model',
      state: 'I was charged twice.',
      questions: {
        billing: { type: 'noul', instructions: 'It is about money.' },
        question_2: { type: 'choice', instructions: 'Which team?', criteria: { sales: 'New orders', true: null } },
        urgency: { type: 'score', instructions: 'How urgent?', criteria: ['low: can wait', 'high'] },
      },
    },
  })
})

test.each<[string, DecisionRequest['input'], unknown]>([
  ['a JSON of the user', [{ role: 'user', content: [{ type: 'input_json', data: { ticket: 7 } }] }], { ticket: 7 }],
  [
    'texts of the user',
    [
      {
        role: 'user',
        content: [
          { type: 'input_text', text: 'a' },
          { type: 'input_text', text: 'b' },
        ],
      },
    ],
    'a\nb',
  ],
  [
    'a conversation',
    [
      { role: 'system', content: 'be fair' },
      { role: 'assistant', content: [{ type: 'output_text', text: 'hello' }] },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    ],
    [
      { role: 'system', content: 'be fair' },
      { role: 'assistant', content: 'hello' },
      { type: 'function_call', call_id: 'c', name: 'f', arguments: '{}' },
    ],
  ],
])('the state of System One: %s', (_what, input, state) => {
  expect(systemone.encodeRequest({ ...asked, input }, context).body['state']).toEqual(state)
})

test('a field that System One does not have is refused by name, or left out where the caller allows it', () => {
  const image = { type: 'input_image' as const, image_url: 'https://a.test/b.png' }
  const withImage: DecisionRequest = {
    ...asked,
    input: [{ role: 'user', content: [{ type: 'input_text', text: 'a' }, image] }],
  }
  expect(() => systemone.encodeRequest(withImage, context)).toThrow(UnsupportedParameterError)
  const allowed = { ...context, dropUnsupported: true }
  expect(systemone.encodeRequest(withImage, allowed).body['state']).toBe('a')
  expect(warnings.at(-1)).toContain('input_image')
  const both = [{ value: 'true' }, { value: true }]
  expect(() =>
    systemone.encodeRequest({ ...asked, questions: [{ type: 'choice', instructions: 'x', choices: both }] }, context),
  ).toThrow(/differ only in their type/)
  const same = { type: 'predicate', name: 'a', instructions: 'x' } as const
  expect(() => systemone.encodeRequest({ ...asked, questions: [same, same] }, context)).toThrow(
    /two questions are called `a`/,
  )
  systemone.encodeRequest({ ...asked, safety_identifier: 'u', prompt_cache_key: 'k' }, context)
  expect(warnings.slice(-2)).toEqual([
    expect.stringContaining('prompt_cache_key'),
    expect.stringContaining('safety_identifier'),
  ])
})
