/** Words of older drafts, which servers refuse whether or not a schema is enforced, go out in those of 2020-12. */
import { describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { inCurrentDraft } from '../../src/protocols/shared/schema/drafts.js'

describe('one schema', () => {
  test.each([
    [
      { type: 'number', minimum: 0, exclusiveMinimum: true },
      { type: 'number', exclusiveMinimum: 0 },
    ],
    [
      { type: 'number', maximum: 9, exclusiveMaximum: true },
      { type: 'number', exclusiveMaximum: 9 },
    ],
    [
      { type: 'number', minimum: 0, exclusiveMinimum: false },
      { type: 'number', minimum: 0 },
    ],
    [{ type: 'number', exclusiveMinimum: true }, { type: 'number' }],
    [{ id: 'http://a/b', type: 'object' }, { type: 'object' }],
    [{ $schema: 'http://json-schema.org/draft-04/schema#', type: 'object' }, { type: 'object' }],
    [
      { type: 'array', items: [{ type: 'string' }, { minimum: 1, exclusiveMinimum: true }], additionalItems: false },
      { type: 'array', prefixItems: [{ type: 'string' }, { exclusiveMinimum: 1 }], items: false },
    ],
    [
      { definitions: { a: { id: '#a', anyOf: [{ maximum: 1, exclusiveMaximum: true }] } }, $ref: '#/definitions/a' },
      { definitions: { a: { anyOf: [{ exclusiveMaximum: 1 }] } }, $ref: '#/definitions/a' },
    ],
    [
      { id: 'http://a/b', properties: { c: { $ref: 'http://a/b#' } } },
      { $id: 'http://a/b', properties: { c: { $ref: 'http://a/b#' } } },
    ],
  ])('%j', (old, current) => {
    const before = structuredClone(old)
    expect(inCurrentDraft(old)).toEqual(current)
    expect(old).toEqual(before)
  })

  test.each([
    { type: 'object', properties: { id: { type: 'string' }, items: { type: 'array', items: { type: 'number' } } } },
    { type: 'number', exclusiveMinimum: 0 },
    { enum: [{ id: 'x', exclusiveMinimum: true }], default: { id: 'x' }, const: { items: [1] } },
    { $defs: { a: { type: 'string' } }, $ref: '#/$defs/a' },
  ])('%j stays the very object', (schema) => {
    expect(inCurrentDraft(schema)).toBe(schema)
  })
})

const old = { type: 'object', properties: { n: { type: 'integer', minimum: 0, exclusiveMinimum: true } } }
const current = { type: 'object', properties: { n: { type: 'integer', exclusiveMinimum: 0 } } }

test.each([
  ['openai/gpt-4o', 'parameters'],
  ['anthropic/claude-sonnet-4-5', 'input_schema'],
  ['gemini/gemini-2.5-flash', 'parametersJsonSchema'],
  ['ollama/llama3', 'parameters'],
] as const)('a tool of %s that is not strict', async (model, field) => {
  let sent = ''
  const ai = createClient({
    providers: { openai: { apiKey: 'k' }, anthropic: { apiKey: 'k' }, gemini: { apiKey: 'k' } },
    retries: 0,
    fetch: (_url, init) => {
      sent = String(init?.body)
      return Promise.resolve(Response.json({}, { status: 500 }))
    },
  })
  const tools = [{ type: 'function' as const, function: { name: 'f', parameters: old } }]
  const call = ai.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hi' }], tools })
  await expect(call).rejects.toMatchObject({ status: 500 })
  const found: unknown[] = []
  JSON.parse(sent, (key, value: unknown) => (key === field && found.push(value), value))
  expect(found).toEqual([current])
  await ai.close()
})
