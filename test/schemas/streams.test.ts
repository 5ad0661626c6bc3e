/** Streams of answers to schemas that were rewritten: text comes without the object around it, and the whole is the caller's. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { at, callStream, candidateStream, exchange, messageStream, textStream } from './providers.js'

const messages = [{ role: 'user' as const, content: 'x' }]
const Note = z.object({ title: z.string(), tag: z.string().optional(), by: z.object({ age: z.int().optional() }) })
const Shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), r: z.number() }),
  z.object({ kind: z.literal('note'), text: z.string().optional() }),
])

const STREAMS = [
  ['openai/gpt-4.1', textStream],
  ['anthropic/claude-sonnet-4-6', messageStream],
  ['gemini/gemini-3-flash', candidateStream],
] as const

const WRAPPED = [
  ['a list', z.array(z.string()), '{"value": ["a}", "b"] }', '["a}", "b"]'],
  ['an empty list', z.array(z.string()), '{"value":[]}', '[]'],
  ['a union of objects', Shape, '{"value":{"kind":"circle","r":1}}', '{"kind":"circle","r":1}'],
  ['a text', z.string(), '{\n "value" : "}{"\n}\n', '"}{"'],
  ['a number', z.number(), '{"value":4.25}', '4.25'],
  ['what may be null', z.object({ a: z.string() }).nullable(), '{"value":null}', 'null'],
  ['what was not put in an object', z.array(z.int()), '[1,2]', '[1,2]'],
] as const

const cut = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, at * size + size))

describe.each(STREAMS)('a root in an object, in a stream of %s', (model, streamOf) => {
  test.each(WRAPPED)('%s', async (_what, response_format, said, text) => {
    for (const size of [1, 2, 3, 7, 100]) {
      const { client } = exchange(() => streamOf(cut(said, size)))
      const stream = await client.chat.completions.create({ model, messages, response_format, stream: true })
      let content = ''
      for await (const { choices } of stream) content += choices[0]?.delta.content ?? ''
      expect(content).toBe(text)
      const helper = client.chat.completions.stream({ model, messages, response_format })
      const message = await helper.finalMessage()
      expect(message).toMatchObject({ content: text, parsed: JSON.parse(text) as unknown })
    }
  })
})

test('a map at the root that has the name of the object around it keeps it', async () => {
  const response_format = z.union([z.array(z.int()), z.record(z.string(), z.int())])
  const { client } = exchange(() => candidateStream(['{"other":', '1}']))
  const helper = client.chat.completions.stream({ model: 'gemini/gemini-3-flash', messages, response_format })
  expect(await helper.finalMessage()).toMatchObject({ parsed: { other: 1 } })
})

describe('the whole of a stream', () => {
  const said = '{"title":"t","tag":null,"by":{"age":null}}'

  test('has no null for what was left out', async () => {
    const { client } = exchange(() => textStream(cut(said, 5)))
    const stream = client.chat.completions.stream({ model: 'openai/gpt-4.1', messages, response_format: Note })
    const done = stream.emitted('content.done')
    const final = await stream.finalChatCompletion()
    expect(final.choices[0]?.message).toMatchObject({
      content: '{"title":"t","by":{}}',
      parsed: { title: 't', by: {} },
    })
    expect(await stream.finalContent()).toBe('{"title":"t","by":{}}')
    expect(await done).toEqual({ content: '{"title":"t","by":{}}', parsed: { title: 't', by: {} } })
    expect(stream.messages.at(-1)?.content).toBe('{"title":"t","by":{}}')
  })

  test('so with JSON Schema, which nothing checks', async () => {
    const schema = { type: 'object', properties: { a: { type: 'string' }, b: { type: 'integer' } }, required: ['a'] }
    const { client, bodies } = exchange(() => textStream(['{"a":"x","b":null}']))
    const stream = client.chat.completions.stream({
      model: 'openai/gpt-4.1',
      messages,
      response_format: { type: 'json_schema', json_schema: { name: 'n', schema, strict: true } },
    })
    expect(await stream.finalContent()).toBe('{"a":"x"}')
    expect(at(bodies[0], 'response_format.json_schema')).toMatchObject({
      strict: true,
      schema: { required: ['a', 'b'] },
    })
  })

  test('has the arguments of strict functions in their own shape', async () => {
    const { client } = exchange(() => callStream([{ name: 'note', pieces: cut(said, 4) }]))
    const stream = client.chat.completions.stream({
      model: 'openai/gpt-4.1',
      messages,
      tools: [{ type: 'function', function: { name: 'note', parameters: Note, strict: true } }],
    })
    const done = stream.emitted('tool_calls.function.arguments.done')
    expect(await stream.finalFunctionToolCall()).toEqual({ name: 'note', arguments: '{"title":"t","by":{}}' })
    expect(await done).toMatchObject({ index: 0, parsed_arguments: { title: 't', by: {} } })
  })
})

describe.each([false, true])('runTools with stream: %s', (stream) => {
  const call = { name: 'note', arguments: '{"title":"t","tag":null,"by":{"age":null}}' }
  const answers = (): ((body: Record<string, unknown>) => unknown) => {
    let turn = 0
    const message = { role: 'assistant', content: null, tool_calls: [{ id: 'c', type: 'function', function: call }] }
    const chat = { id: 'a', object: 'chat.completion', created: 1, model: 'm' }
    const plain = [message, { role: 'assistant', content: 'done' }]
    const streams = [callStream([{ name: call.name, pieces: cut(call.arguments, 6) }]), textStream(['done'])]
    return () => {
      const at = Math.min(turn++, 1)
      return stream
        ? streams[at]
        : { ...chat, choices: [{ index: 0, message: plain[at], finish_reason: at ? 'stop' : 'tool_calls' }] }
    }
  }
  // As it comes from a file: `z.toJSONSchema` gives more than JSON.
  const JSON_SCHEMA = JSON.parse(JSON.stringify(z.toJSONSchema(Note))) as Record<string, unknown>

  test.each([
    ['a schema', { parameters: Note }, { title: 't', by: {} }],
    ['JSON Schema', { parameters: JSON_SCHEMA, parse: JSON.parse }, { title: 't', by: {} }],
    ['JSON Schema and no parser', { parameters: JSON_SCHEMA }, '{"title":"t","by":{}}'],
  ])('a function with %s gets the arguments of the caller', async (_what, fields, expected) => {
    const seen: unknown[] = []
    const { client, bodies } = exchange(answers())
    const run = (args: unknown): string => {
      seen.push(args)
      return 'ok'
    }
    const tool = { type: 'function' as const, function: { name: 'note', strict: true, function: run, ...fields } }
    const body = { model: 'openai/gpt-4.1', messages, tools: [tool] }
    const runner = stream
      ? client.chat.completions.runTools({ ...body, stream: true })
      : client.chat.completions.runTools(body)
    expect(await runner.finalContent()).toBe('done')
    expect(seen).toEqual([expected])
    expect(at(bodies[0], 'tools.0.function')).toMatchObject({
      strict: true,
      parameters: { type: 'object', required: ['title', 'tag', 'by'], additionalProperties: false },
    })
    // What the model reads of its own call is what the caller has.
    expect(at(bodies[1], 'messages.1.tool_calls.0.function.arguments')).toBe('{"title":"t","by":{}}')
  })
})
