/** What one model of the format takes and another does not. */
import { describe, expect, test } from 'vitest'
import type { ChatRequest, FunctionTool } from '../../src/kernel/hub.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { encode, generationConfig } from './support/gemini-generate.js'

const thinkingConfig = (model: string, request: Partial<ChatRequest>): unknown =>
  (generationConfig(request, { model }) as JsonObject | undefined)?.['thinkingConfig']

describe('thinking', () => {
  test.each([
    ['gemini-3-pro-preview', 'medium', 'HIGH'],
    ['gemini-3.1-pro-preview', 'medium', 'MEDIUM'],
    ['gemini-3.1-pro-preview', 'minimal', 'LOW'],
    ['gemini-3.5-flash', 'minimal', 'MINIMAL'],
    ['gemini-3.7-flash', 'minimal', 'LOW'],
    ['gemini-3.7-flash-lite', 'minimal', 'MINIMAL'],
    ['gemini-3.1-flash-image', 'low', 'HIGH'],
    ['gemini-flash-latest', 'minimal', 'LOW'],
    ['gemma-4-26b-a4b-it', 'medium', 'HIGH'],
    ['gemini-3-pro-preview', 'xhigh', 'HIGH'],
  ])('%s thinks at %s effort with the level %s', (model, effort, thinkingLevel) => {
    expect(thinkingConfig(model, { reasoning_effort: effort })).toEqual({ thinkingLevel, includeThoughts: true })
  })

  test.each<[string, Partial<ChatRequest>, unknown]>([
    ['gemini-2.5-flash', { thinking: { type: 'disabled' } }, { thinkingBudget: 0 }],
    ['gemini-2.5-pro', { thinking: { type: 'disabled' } }, { thinkingBudget: 128 }],
    ['gemini-3-pro-preview', { thinking: { type: 'disabled' } }, { thinkingLevel: 'LOW', includeThoughts: false }],
    ['gemini-3.7-flash', { reasoning_effort: 'none' }, { thinkingLevel: 'LOW', includeThoughts: false }],
    ['gemini-2.0-flash', { thinking: { type: 'disabled' } }, undefined],
    ['gemini-robotics-er-1.5-preview', { reasoning_effort: 'low' }, { thinkingBudget: 1024, includeThoughts: true }],
  ])('%s with %j', (model, request, config) => {
    expect(thinkingConfig(model, request)).toEqual(config)
  })

  test('a model that does not think is not told to', () => {
    for (const model of ['gemini-2.0-flash', 'gemma-3-27b-it']) {
      expect(() => encode({ thinking: { type: 'enabled', budget_tokens: 1024 } }, { model })).toThrow(/`thinking`/)
      expect(() => encode({ reasoning_effort: 'low' }, { model })).toThrow(/`reasoning_effort`/)
    }
  })
})

const lookup: FunctionTool = { type: 'function', function: { name: 'lookup', parameters: { type: 'object' } } }
const format: ChatRequest['response_format'] = {
  type: 'json_schema',
  json_schema: { name: 'place', schema: { type: 'object', properties: { city: { type: 'string' } } } },
}

describe('structured output beside functions', () => {
  const native = { responseMimeType: 'application/json', responseJsonSchema: { type: 'object' } }

  test('from Gemini 3 the API shapes the answer', () => {
    const { body, warnings } = encode({ tools: [lookup], response_format: format }, { model: 'gemini-3-flash-preview' })
    expect(body['generationConfig']).toMatchObject(native)
    expect(warnings).toEqual([])
  })

  test.each<[string, Partial<ChatRequest>]>([
    ['gemini-2.5-flash', {}],
    ['gemini-3-flash-preview', { tool_choice: 'required' }],
    ['gemini-3-flash-preview', { tool_choice: { type: 'function', function: { name: 'lookup' } } }],
  ])('%s with %j refuses both together, so the prompt asks for it', (model, request) => {
    const { body, warnings } = encode({ tools: [lookup], response_format: format, ...request }, { model })
    expect(body['generationConfig']).toBeUndefined()
    expect(JSON.stringify(body['systemInstruction'])).toContain('city')
    expect(warnings).toEqual([expect.stringContaining('asked for in the system prompt')])
  })

  test('without functions every model takes a schema', () => {
    const { body } = encode({ response_format: format }, { model: 'gemini-2.5-flash' })
    expect(body['generationConfig']).toMatchObject(native)
  })
})

describe('functions', () => {
  const strict: FunctionTool = { type: 'function', function: { ...lookup.function, strict: true } }
  const mode = (request: Partial<ChatRequest>, model: string): unknown =>
    encode({ tools: [lookup, strict], ...request }, { model }).body['toolConfig']

  test('`strict` holds calls to their schema', () => {
    const validated = { functionCallingConfig: { mode: 'VALIDATED' } }
    expect(mode({}, 'gemini-2.5-flash')).toEqual(validated)
    expect(mode({ tool_choice: 'auto' }, 'gemini-3-flash-preview')).toEqual(validated)
    expect(mode({ tool_choice: 'required' }, 'gemini-2.5-flash')).toEqual({ functionCallingConfig: { mode: 'ANY' } })
    expect(mode({}, 'gemini-2.0-flash')).toBeUndefined()
    expect(encode({ tools: [strict] }, { model: 'gemini-2.0-flash' }).warnings).toEqual([
      expect.stringContaining('`strict`'),
    ])
  })

  test('beside the search they are announced where the API asks for it', () => {
    const request = { tools: [lookup], web_search_options: {} }
    const announced = { includeServerSideToolInvocations: true }
    const model = 'gemini-3-flash-preview'
    expect(encode(request, { model }).body['toolConfig']).toEqual(announced)
    expect(encode({ ...request, tool_choice: 'required' }, { model }).body['toolConfig']).toEqual({
      functionCallingConfig: { mode: 'ANY' },
      ...announced,
    })
    expect(encode(request, { model, quirks: { toolCombination: false } }).body['toolConfig']).toBeUndefined()
    expect(encode({ web_search_options: {} }, { model }).body['toolConfig']).toBeUndefined()
  })
})
