/** Arguments of functions that are no object: every API takes an object, and the caller's function gets what its schema says. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { isObject } from '../../src/kernel/json.js'
import { SCHEMA_DIALECT_IDS } from '../../src/kernel/protocol.js'
import { callStream, exchange, providerOf, at } from './providers.js'

const ROOTS = [
  ['a union', z.union([z.object({ r: z.number() }), z.object({ side: z.number() })]), { side: 1 }],
  [
    'a discriminated union',
    z.discriminatedUnion('k', [z.object({ k: z.literal('a') }), z.object({ k: z.literal('b'), n: z.int() })]),
    { k: 'b', n: 2 },
  ],
  ['a list', z.array(z.string()), ['x', 'y']],
  ['a text', z.string(), 'x'],
  ['an object or null', z.object({ a: z.string() }).nullable(), null],
] as const

const places = [
  'tools.0.function.parameters',
  'tools.0.input_schema',
  'toolConfig.tools.0.toolSpec.inputSchema.json',
  'tools.0.functionDeclarations.0.parametersJsonSchema',
]
const messages = [{ role: 'user' as const, content: 'x' }]

describe.each(SCHEMA_DIALECT_IDS)('%s', (dialect) => {
  const provider = providerOf(dialect)

  test.each(ROOTS)('%s', async (_what, parameters, args) => {
    for (const strict of [undefined, true]) {
      const { client, bodies } = exchange(() => provider.calls({ value: args }))
      const tool = { type: 'function' as const, function: { name: 'f', parameters, ...(strict && { strict }) } }
      const ask = async (history: object[] = []): Promise<unknown> => {
        const all = [...messages, ...history]
        const result = await client.chat.completions.create({
          model: provider.model,
          messages: all as never,
          tools: [tool],
        })
        const [call] = result.choices[0]?.message.tool_calls ?? []
        return call?.type === 'function' ? JSON.parse(call.function.arguments) : undefined
      }
      expect(await ask()).toEqual(args)
      const schema = places.map((place) => at(bodies[0], place)).find(isObject)
      expect(schema).toMatchObject({ type: 'object', properties: { value: {} }, required: ['value'] })
      // An earlier call is said as the function is declared.
      const call = { id: 'c', type: 'function', function: { name: 'f', arguments: JSON.stringify(args) } }
      await ask([
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c', content: 'r' },
      ])
      const text = JSON.stringify(bodies[1]).replaceAll('\\"', '"')
      expect(text).toContain(`{"value":${JSON.stringify(args)}}`)
    }
  })
})

test.each([
  ['nothing', {}],
  ['no type', { properties: { a: { type: 'string' } } }],
  ['a reference to an object', { $ref: '#/$defs/A', $defs: { A: { type: 'object', properties: {} } } }],
])('%s is an object', async (_what, parameters) => {
  const { client, bodies } = exchange(() => providerOf('openai').calls({ value: 1 }))
  const result = await client.chat.completions.create({
    model: 'openai/gpt-4.1',
    messages,
    tools: [{ type: 'function', function: { name: 'f', parameters } }],
  })
  expect(at(bodies[0], 'tools.0.function.parameters')).toEqual(parameters)
  expect(result.choices[0]?.message.tool_calls).toMatchObject([{ function: { arguments: '{"value":1}' } }])
})

test.each(ROOTS)('%s in a stream', async (_what, parameters, args) => {
  const text = JSON.stringify({ value: args })
  for (const size of [1, 3, 100]) {
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, at) =>
      text.slice(at * size, (at + 1) * size),
    )
    const { client } = exchange(() =>
      callStream([
        { name: 'f', pieces },
        { name: 'other', pieces: ['{}'] },
      ]),
    )
    const stream = await client.chat.completions.create({
      model: 'openai/gpt-4.1',
      messages,
      stream: true,
      tools: [{ type: 'function', function: { name: 'f', parameters } }],
    })
    const said = ['', '']
    for await (const { choices } of stream)
      for (const call of choices[0]?.delta.tool_calls ?? []) said[call.index] += call.function?.arguments ?? ''
    expect(said).toEqual([JSON.stringify(args), '{}'])
  }
})
