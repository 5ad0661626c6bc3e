/** Decisions as autolog reads them: by the codecs of the client, so that what they count and refuse is the same. */
import { describe, expect, test } from 'vitest'
import { formatOf } from '../../src/autolog/calls/formats.js'
import { StreamError } from '../../src/kernel/errors.js'

const usage = { input_tokens: 11, input_tokens_details: { cached_tokens: 4 }, output_tokens: 0, cost: 0.002 }
const content = { content: false }

describe.each([
  ['openai-decisions', [{ type: 'predicate', name: null, probability: 0.9 }]],
  ['systemone', { fits: { type: 'noul', noul: 0.9 } }],
] as const)('%s', (id, answers) => {
  const format = formatOf(id)

  test('an answer says its model, its id and what it took', () => {
    expect(format.operation).toBe('decide')
    expect(format.answer({ id: 'd', model: 'm-2026', answers, usage }, content)).toEqual({
      other: {
        id: 'd',
        model: 'm-2026',
        usage: {
          prompt_tokens: 11,
          prompt_tokens_details: { cached_tokens: 4 },
          completion_tokens: 0,
          total_tokens: 11,
          cost: 0.002,
        },
      },
    })
  })

  test('an SDK may write the counts in camelCase', () => {
    expect(format.fields).toMatchObject({ usage: { input_tokens: true, output_tokens: true } })
  })

  test('an answer without answers is none', () => {
    expect(() => format.answer({ id: 'd', model: 'm', usage }, content)).toThrow(StreamError)
    expect(() => format.answer([], content)).toThrow(StreamError)
  })

  test('an error is read by its message, also in place of an answer', () => {
    const body = { error: { message: 'no room', code: 'overloaded' } }
    expect(format.error?.(body)).toMatchObject({ message: 'no room' })
    expect(() => format.answer(body, content)).toThrow('no room')
  })
})
