/** Schemas of a library wherever a request has one: each is written as JSON Schema, or refused by its place. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { createClient } from '../../src/index.js'
import { ConfigError } from '../../src/kernel/errors.js'
import { at, exchange, PROVIDERS, textStream } from './providers.js'

const messages = [{ role: 'user' as const, content: 'x' }]
const model = PROVIDERS.openai.model
const Sum = z.object({ a: z.number(), b: z.number().optional() })
const written = { type: 'object', properties: { a: { type: 'number' }, b: { type: 'number' } }, required: ['a'] }

describe('parameters of a function', () => {
  const tool = { type: 'function' as const, function: { name: 'f', parameters: Sum } }

  test('of create, whole and streamed', async () => {
    for (const stream of [false, true]) {
      const { client, bodies } = exchange(() => (stream ? textStream(['x']) : PROVIDERS.openai.says('x')))
      await client.chat.completions.create({ model, messages, tools: [tool], stream })
      expect(at(bodies[0], 'tools.0.function.parameters')).toMatchObject(written)
    }
  })

  test('of stream()', async () => {
    const { client, bodies } = exchange(() => textStream(['x']))
    await client.chat.completions.stream({ model, messages, tools: [tool] }).done()
    expect(at(bodies[0], 'tools.0.function.parameters')).toMatchObject(written)
  })

  test('of responses, at OpenAI and elsewhere', async () => {
    const body = { input: 'x', tools: [{ type: 'function' as const, name: 'f', parameters: Sum, strict: true }] }
    const nullable = { properties: { b: { anyOf: [{ type: 'number' }, { type: 'null' }] } }, required: ['a', 'b'] }
    const call = { type: 'function_call', call_id: 'c', name: 'f', arguments: '{"a":1,"b":null}' }
    const native = exchange(() => ({ id: 'r', object: 'response', status: 'completed', model: 'm', output: [call] }))
    const answered = await native.client.responses.create({ model, ...body } as never)
    expect(at(native.bodies[0], 'tools.0')).toMatchObject({ strict: true, parameters: { required: ['a', 'b'] } })
    expect(answered).toMatchObject({ output: [{ type: 'function_call', arguments: '{"a":1}' }] })
    const chat = exchange(() => PROVIDERS.cerebras.calls({ a: 1, b: null }))
    const result = await chat.client.responses.create({ model: PROVIDERS.cerebras.model, ...body } as never)
    expect(at(chat.bodies[0], 'tools.0.function')).toMatchObject({ strict: true, parameters: nullable })
    expect(result).toMatchObject({ output: [{ type: 'function_call', arguments: '{"a":1}' }] })
  })
})

test('the format of responses: bare, or in its form, and strict only where it can be', async () => {
  const Fits = z.strictObject({ a: z.number() })
  for (const [format, strict] of [
    [Sum, true],
    [{ type: 'json_schema', name: 'n', schema: Sum, strict: true }, true],
    [{ type: 'json_schema', name: 'n', schema: Fits, strict: true }, true],
    [{ type: 'json_schema', name: 'n', schema: z.object({ a: z.any() }), strict: true }, false],
  ] as const) {
    const { client, bodies } = exchange(() => ({
      id: 'r',
      object: 'response',
      status: 'completed',
      model: 'm',
      output: [],
    }))
    const { _meta: meta } = await client.responses.create({ model, input: 'x', text: { format } } as never)
    const sent = at(bodies[0], 'text.format')
    expect(sent).toMatchObject({ type: 'json_schema', schema: { type: 'object' } })
    expect(at(sent, 'strict')).toBe(strict)
    expect(meta.warnings.some((warning) => warning.startsWith('text.format: sent without strict'))).toBe(
      strict === false,
    )
  }
})

describe('what z.toJSONSchema writes', () => {
  const Event = z.object({ at: z.date(), name: z.string() })
  const schema = z.toJSONSchema(Event, {
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema._zod.def.type === 'date') Object.assign(jsonSchema, { type: 'string', format: 'date-time' })
    },
  })
  const date = { type: 'string', format: 'date-time' }

  test('goes out as it was written', async () => {
    const { client, bodies } = exchange(() => PROVIDERS.openai.says('{}'))
    await client.chat.completions.create({
      model,
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'e', schema, strict: true } },
      tools: [{ type: 'function', function: { name: 'f', parameters: schema } }],
    })
    expect(at(bodies[0], 'response_format.json_schema.schema.properties.at')).toEqual(date)
    expect(at(bodies[0], 'tools.0.function.parameters.properties.at')).toEqual(date)
  })

  test('may stand within JSON Schema', async () => {
    const { client, bodies } = exchange(() => PROVIDERS.openai.says('{}'))
    const parameters = { type: 'object', properties: { event: schema }, required: ['event'] }
    await client.chat.completions.create({
      model,
      messages,
      tools: [{ type: 'function', function: { name: 'f', parameters } }],
    })
    expect(at(bodies[0], 'tools.0.function.parameters.properties.event.properties.at')).toEqual(date)
  })
})

test.each([
  ['a date', { parameters: z.object({ at: z.date() }) }, 'tools[1].function.parameters'],
  ['a schema in a plain object', { parameters: { a: z.string() } }, 'tools[1].function.parameters.a'],
  [
    'a schema among properties',
    { parameters: { type: 'object', properties: { a: z.string() } } },
    'tools[1].function.parameters.properties.a',
  ],
])('%s cannot be written, and is refused by its place', async (_what, fields, path) => {
  const { client, bodies } = exchange(() => PROVIDERS.openai.says('x'))
  const tools = [
    { type: 'function' as const, function: { name: 'ok', parameters: Sum } },
    { type: 'function' as const, function: { name: 'f', ...fields } },
  ]
  const failure: unknown = await client.chat.completions
    .create({ model, messages, tools: tools as never })
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ConfigError)
  expect(failure).toMatchObject({ path })
  expect(bodies).toEqual([])
})

test('at Cohere an object stands at the root, and the answer has none', async () => {
  const seen: unknown[] = []
  const ai = createClient({
    retries: 0,
    providers: { cohere: { baseURL: 'http://models.test', apiKey: 'k' } },
    fetch: (_url, init) => {
      seen.push(JSON.parse(String(init?.body)))
      const content = [{ type: 'text', text: '{"value":["a","b"]}' }]
      return Promise.resolve(
        Response.json({ id: 'a', finish_reason: 'COMPLETE', message: { role: 'assistant', content }, usage: {} }),
      )
    },
  })
  const result = await ai.chat.completions.parse({
    model: 'cohere/command-a-03-2025',
    messages,
    response_format: z.array(z.string()),
  })
  expect(seen[0]).toMatchObject({
    response_format: { type: 'json_object', json_schema: { type: 'object', required: ['value'] } },
  })
  expect(result.choices[0]?.message).toMatchObject({ content: '["a","b"]', parsed: ['a', 'b'] })
})
