/** Schemas in bodies of responses, at a target that speaks them and at one of chat: rewritten, and undone in what comes back. */
import { describe, expect, test } from 'vitest'
import * as z from 'zod'
import { at, exchange } from './providers.js'

const model = 'openai/gpt-4.1'
const Note = z.object({ title: z.string(), tag: z.string().optional() })
const List = z.array(Note)

const said = '{"value":[{"title":"a}","tag":null},{"title":"b","tag":"t"}]}'
const inner = '[{"title":"a}","tag":null},{"title":"b","tag":"t"}]'
const restored = '[{"title":"a}"},{"title":"b","tag":"t"}]'
const message = (text: string): object => ({
  type: 'message',
  id: 'msg_1',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text, annotations: [] }],
})
const call = (name: string, args: string): object => ({
  type: 'function_call',
  id: 'fc_1',
  call_id: 'call_1',
  name,
  arguments: args,
  status: 'completed',
})
const response = (output: readonly object[]): object => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1,
  status: 'completed',
  model: 'm',
  output,
})
const events = (list: readonly object[]): string => list.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('')
const cut = (text: string): string[] => text.match(/[^]{1,5}/g) ?? []

function textEvents(text: string): string {
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  const part = { type: 'output_text', text, annotations: [] }
  return events([
    { type: 'response.created', response: { ...response([]), status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } },
    { type: 'response.content_part.added', ...place, part: { ...part, text: '' } },
    ...cut(text).map((delta) => ({ type: 'response.output_text.delta', ...place, delta })),
    { type: 'response.output_text.done', ...place, text },
    { type: 'response.content_part.done', ...place, part },
    { type: 'response.output_item.done', output_index: 0, item: message(text) },
    { type: 'response.completed', response: response([message(text)]) },
  ])
}

function callEvents(name: string, args: string): string {
  const place = { item_id: 'fc_1', output_index: 0 }
  return events([
    { type: 'response.created', response: { ...response([]), status: 'in_progress' } },
    { type: 'response.output_item.added', output_index: 0, item: call(name, '') },
    ...cut(args).map((delta) => ({ type: 'response.function_call_arguments.delta', ...place, delta })),
    { type: 'response.function_call_arguments.done', ...place, arguments: args },
    { type: 'response.output_item.done', output_index: 0, item: call(name, args) },
    { type: 'response.completed', response: response([call(name, args)]) },
  ])
}

/** A target of chat alone. */
const chatModel = 'cerebras/gpt-oss-120b'
const chunk = (delta: object, finish: string | null = null): object => ({
  id: 'a',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
})
const textChunks = (text: string): string =>
  `${events([...cut(text).map((content) => chunk({ content })), chunk({}, 'stop')])}data: [DONE]\n\n`
function callChunks(name: string, args: string): string {
  const first = { index: 0, id: 'call_1', type: 'function', function: { name, arguments: '' } }
  const pieces = cut(args).map((piece) => chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] }))
  return `${events([chunk({ tool_calls: [first] }), ...pieces, chunk({}, 'tool_calls')])}data: [DONE]\n\n`
}

async function eventsOf(body: object, answer: string, to = model): Promise<Record<string, unknown>[]> {
  const { client } = exchange(() => answer)
  const all: Record<string, unknown>[] = []
  const stream = (await client.responses.create({ model: to, input: 'x', stream: true, ...body } as never)) as unknown
  for await (const event of stream as AsyncIterable<Record<string, unknown>>) all.push(event)
  return all
}
const deltas = (all: readonly Record<string, unknown>[], type: string): string =>
  all.flatMap((event) => (event['type'] === type ? [String(event['delta'])] : [])).join('')

describe('the format', () => {
  test('goes out strict, and comes back as the caller has it', async () => {
    const { client, bodies } = exchange(() => response([message(said)]))
    const result = await client.responses.create({ model, input: 'x', text: { format: List } } as never)
    expect(at(bodies[0], 'text.format')).toMatchObject({
      type: 'json_schema',
      strict: true,
      schema: {
        type: 'object',
        required: ['value'],
        properties: { value: { items: { required: ['title', 'tag'], additionalProperties: false } } },
      },
    })
    expect(result).toMatchObject({ output_text: restored, output: [{ content: [{ text: restored }] }] })
  })

  test.each([
    ['of responses', textEvents, model],
    ['of chat', textChunks, chatModel],
  ])('in a stream %s', async (_of, stream, to) => {
    const all = await eventsOf({ text: { format: List } }, stream(said), to)
    expect(deltas(all, 'response.output_text.delta')).toBe(inner)
    const last = (type: string): unknown => all.find((event) => event['type'] === type)
    expect(last('response.output_text.done')).toMatchObject({ text: restored })
    expect(last('response.content_part.done')).toMatchObject({ part: { text: restored } })
    expect(last('response.output_item.done')).toMatchObject({ item: { content: [{ text: restored }] } })
    expect(last('response.completed')).toMatchObject({ response: { output: [{ content: [{ text: restored }] }] } })
  })

  test('that fits goes out, and comes back, as it is', async () => {
    const schema = { type: 'object', properties: { a: { type: ['string', 'null'] } }, required: ['a'] }
    const format = { type: 'json_schema', name: 'n', strict: true, schema: { ...schema, additionalProperties: false } }
    const { client, bodies } = exchange(() => response([message('{ "a": null }')]))
    const result = await client.responses.create({ model, input: 'x', text: { format } } as never)
    expect(at(bodies[0], 'text.format')).toEqual(format)
    expect(result).toMatchObject({ output_text: '{ "a": null }' })
    const all = await eventsOf({ text: { format } }, textEvents('{ "a": null }'))
    expect(deltas(all, 'response.output_text.delta')).toBe('{ "a": null }')
  })
})

describe('functions', () => {
  const Shape = z.union([z.object({ r: z.number() }), z.object({ side: z.number(), note: z.string().optional() })])

  test.each([
    ['an object', Note, true, '{"title":"t","tag":null}', '{"title":"t","tag":null}', '{"title":"t"}'],
    ['a union', Shape, true, '{"value":{"side":1,"note":null}}', '{"side":1,"note":null}', '{"side":1}'],
    ['a union, not strict', Shape, undefined, '{"value":{"r":2}}', '{"r":2}', '{"r":2}'],
  ])('%s', async (_what, parameters, strict, sent, pieces, whole) => {
    const tools = [{ type: 'function', name: 'f', parameters, ...(strict !== undefined && { strict }) }]
    const { client, bodies } = exchange(() => response([call('f', sent)]))
    const result = await client.responses.create({ model, input: 'x', tools } as never)
    expect(at(bodies[0], 'tools.0')).toMatchObject({ parameters: { type: 'object' } })
    expect(at(bodies[0], 'tools.0.strict')).toBe(strict)
    expect(result).toMatchObject({ output: [{ arguments: whole }] })
    for (const [stream, to] of [
      [callEvents, model],
      [callChunks, chatModel],
    ] as const) {
      const all = await eventsOf({ tools }, stream('f', sent), to)
      expect(deltas(all, 'response.function_call_arguments.delta')).toBe(pieces)
      const last = (type: string): unknown => all.find((event) => event['type'] === type)
      expect(last('response.function_call_arguments.done')).toMatchObject({ arguments: whole })
      expect(last('response.completed')).toMatchObject({ response: { output: [{ arguments: whole }] } })
    }
  })
})
