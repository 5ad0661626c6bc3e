/** The Responses face over targets that only speak chat, read by the official SDK. */
import OpenAI from 'openai'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import {
  beginStream,
  chunk,
  completion,
  sendJson,
  startServer,
  type Behaviour,
  type FaultServer,
} from './fault-server.js'

let provider: FaultServer
/** Gives the events of the face to the SDK as a server would. */
let face: FaultServer
let sdk: OpenAI
let target = 'chat/m'

function serve(): Behaviour {
  const client = createClient({
    retries: 0,
    providers: {
      chat: { baseURL: provider.baseURL },
      claude: { baseURL: provider.origin, protocol: 'anthropic-messages', apiKey: 'k' },
    },
  })
  return async ({ body }, response) => {
    if (body.stream !== true) {
      const { _meta, ...result } = await client.responses.create({ ...body, model: target } as never)
      sendJson(response, 200, result)
      return
    }
    beginStream(response)
    const stream = await client.responses.create({ ...body, model: target, stream: true } as never)
    for await (const event of stream as unknown as AsyncIterable<{ type: string }>)
      response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
    response.end()
  }
}

beforeEach(async () => {
  provider = await startServer((_, response) => sendJson(response, 200, completion('Hello')))
  face = await startServer(serve())
  sdk = new OpenAI({ apiKey: 'x', baseURL: face.baseURL, maxRetries: 0 })
})
afterEach(() => Promise.all([provider.close(), face.close()]))

const usage = { prompt_tokens: 5, completion_tokens: 7, total_tokens: 12 }

function call(index: number, id: string, name: string, text: string): object {
  return { index, id, type: 'function', function: { name, arguments: text } }
}

function piece(index: number, text: string): object {
  return { index, function: { arguments: text } }
}

/** Reasoning, text, and two calls whose arguments interleave. */
const chatStream: Behaviour = (_, response) => {
  beginStream(response)
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    chunk({ reasoning_content: 'Two ' }),
    chunk({ reasoning_content: 'places.' }),
    chunk({ content: 'I will ' }),
    chunk({ content: 'look.' }),
    chunk({ tool_calls: [call(0, 'call_a', 'weather', '')] }),
    chunk({ tool_calls: [call(1, 'call_b', 'weather', '')] }),
    chunk({ tool_calls: [piece(1, '{"at":')] }),
    chunk({ tool_calls: [piece(0, '{"at":"Oslo"}')] }),
    chunk({ tool_calls: [piece(1, '"Rome"}')] }),
    chunk({}, 'tool_calls'),
    { ...(chunk({}) as object), choices: [], usage },
  ]
  for (const one of chunks) response.write(`data: ${JSON.stringify(one)}\n\n`)
  response.end('data: [DONE]\n\n')
}

const claudeStream: Behaviour = (_, response) => {
  beginStream(response)
  const delta = (index: number, one: object): object => ({ type: 'content_block_delta', index, delta: one })
  const block = (index: number, one: object): object => ({ type: 'content_block_start', index, content_block: one })
  const stop = (index: number): object => ({ type: 'content_block_stop', index })
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude', content: [] }
  const events = [
    { type: 'message_start', message: { ...head, usage: { input_tokens: 5, output_tokens: 1 } } },
    block(0, { type: 'thinking', thinking: '', signature: '' }),
    delta(0, { type: 'thinking_delta', thinking: 'Two places.' }),
    delta(0, { type: 'signature_delta', signature: 'proof' }),
    stop(0),
    block(1, { type: 'redacted_thinking', data: 'sealed' }),
    stop(1),
    block(2, { type: 'text', text: '' }),
    delta(2, { type: 'text_delta', text: 'I will look.' }),
    stop(2),
    block(3, { type: 'tool_use', id: 'call_a', name: 'weather', input: {} }),
    delta(3, { type: 'input_json_delta', partial_json: '{"at":"Oslo"}' }),
    stop(3),
    block(4, { type: 'tool_use', id: 'call_b', name: 'weather', input: {} }),
    delta(4, { type: 'input_json_delta', partial_json: '{"at":"Rome"}' }),
    stop(4),
    { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: { output_tokens: 7 } },
    { type: 'message_stop' },
  ]
  for (const event of events as { type: string }[])
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  response.end()
}

const tools = [
  {
    type: 'function' as const,
    name: 'weather',
    description: null,
    strict: null,
    parameters: { type: 'object', properties: { at: { type: 'string' } } },
  },
]
const asked = {
  model: 'm',
  instructions: 'be brief',
  input: 'where is it warm?',
  tools,
  metadata: { a: 'b' },
  include: ['reasoning.encrypted_content' as const],
}

describe.each([
  ['chat/m', chatStream],
  ['claude/m', claudeStream],
])('a turn with tools over %s', (model, behaviour) => {
  beforeEach(() => {
    target = model
  })

  test('streams events in order, which the SDK puts together', async () => {
    provider.behave = behaviour
    const stream = sdk.responses.stream(asked)
    const numbers: number[] = []
    const types: string[] = []
    stream.on('event', (event) => {
      numbers.push(event.sequence_number)
      types.push(event.type)
    })
    const final = await stream.finalResponse()
    expect(numbers).toEqual(numbers.map((_, place) => place))
    expect(types.slice(0, 2)).toEqual(['response.created', 'response.in_progress'])
    expect(types.at(-1)).toBe('response.completed')
    expect(types.filter((type) => type === 'response.output_item.added')).toHaveLength(final.output.length)
    expect(types.filter((type) => type === 'response.output_item.done')).toHaveLength(final.output.length)
    expect(final).toMatchObject({ status: 'completed', output_text: 'I will look.', instructions: 'be brief' })
    expect(final).toMatchObject({ metadata: { a: 'b' }, tools: [{ name: 'weather' }] })
    expect(final.usage).toMatchObject({ input_tokens: 5, output_tokens: 7, total_tokens: 12 })
    const calls = final.output.filter((item) => item.type === 'function_call')
    expect(calls.map(({ call_id: id, arguments: text }) => [id, JSON.parse(text)])).toEqual([
      ['call_a', { at: 'Oslo' }],
      ['call_b', { at: 'Rome' }],
    ])
    const reasoning = final.output.find((item) => item.type === 'reasoning')
    expect(reasoning?.summary).toEqual([{ type: 'summary_text', text: 'Two places.' }])
    expect(new Set(final.output.map((item) => item.id)).size).toBe(final.output.length)
  })

  test('goes on with the items of its answer', async () => {
    provider.behave = behaviour
    const { output } = await sdk.responses.stream(asked).finalResponse()
    provider.behave = (_, response) =>
      sendJson(
        response,
        200,
        model === 'chat/m'
          ? completion('Rome.')
          : {
              id: 'msg_2',
              type: 'message',
              role: 'assistant',
              model: 'claude',
              content: [{ type: 'text', text: 'Rome.' }],
              stop_reason: 'end_turn',
              usage: { input_tokens: 1, output_tokens: 1 },
            },
      )
    const results = ['call_a', 'call_b'].map((call_id) => ({
      type: 'function_call_output' as const,
      call_id,
      output: call_id === 'call_a' ? 'cold' : 'warm',
    }))
    const again = await sdk.responses.create({
      ...asked,
      input: [{ role: 'user', content: asked.input }, ...(output as never[]), ...results],
    })
    expect(again.output_text).toBe('Rome.')
    const { messages } = provider.seen.at(-1)!.body as { messages: Record<string, unknown>[] }
    if (model === 'chat/m') {
      expect(messages).toEqual([
        { role: 'system', content: 'be brief' },
        { role: 'user', content: asked.input },
        {
          role: 'assistant',
          content: 'I will look.',
          tool_calls: [
            { id: 'call_a', type: 'function', function: { name: 'weather', arguments: '{"at":"Oslo"}' } },
            { id: 'call_b', type: 'function', function: { name: 'weather', arguments: '{"at":"Rome"}' } },
          ],
        },
        { role: 'tool', tool_call_id: 'call_a', content: 'cold' },
        { role: 'tool', tool_call_id: 'call_b', content: 'warm' },
      ])
      expect(provider.seen.at(-1)!.body.tools).toEqual([
        { type: 'function', function: { name: 'weather', parameters: tools[0]!.parameters } },
      ])
    } else {
      expect(messages[1]).toMatchObject({
        role: 'assistant',
        content: [
          { type: 'thinking', thinking: 'Two places.', signature: 'proof' },
          { type: 'redacted_thinking', data: 'sealed' },
          { type: 'text', text: 'I will look.' },
          { type: 'tool_use', id: 'call_a', input: { at: 'Oslo' } },
          { type: 'tool_use', id: 'call_b', input: { at: 'Rome' } },
        ],
      })
      expect(messages[2]).toMatchObject({ content: [{ tool_use_id: 'call_a' }, { tool_use_id: 'call_b' }] })
    }
  })
})

describe('a chat target', () => {
  beforeEach(() => {
    target = 'chat/m'
  })

  test('gives the SDK parsed output of a schema', async () => {
    provider.behave = (_, response) => sendJson(response, 200, completion('{"at":"Rome","zip":null}'))
    const schema = { type: 'object', properties: { at: { type: 'string' }, zip: { type: 'string' } }, required: ['at'] }
    const format = { type: 'json_schema' as const, name: 'place', schema, strict: true }
    const result = await sdk.responses.parse({ ...asked, text: { format } })
    expect(result.output_parsed).toEqual({ at: 'Rome' })
    expect(provider.seen.at(-1)!.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'place',
        schema: {
          type: 'object',
          properties: { at: { type: 'string' }, zip: { type: ['string', 'null'] } },
          required: ['at', 'zip'],
          additionalProperties: false,
        },
        strict: true,
      },
    })
  })

  test.each(['conversation', 'prompt'])('%s is refused: its words are kept at the server', async (field) => {
    const client = createClient({ retries: 0, providers: { chat: { baseURL: provider.baseURL } } })
    const body = { model: 'chat/m', input: 'hi', [field]: { id: 'x' } }
    await expect(client.responses.create(body)).rejects.toMatchObject({
      name: 'UnsupportedParameterError',
      parameter: field,
    })
    const result = await client.responses.create({ ...body, dropUnsupported: true })
    expect(result._meta.warnings).toEqual(expect.arrayContaining([expect.stringContaining(field)]))
  })
})

describe('a native body', () => {
  const refusing = (dropUnsupported: boolean) =>
    createClient({
      retries: 0,
      dropUnsupported,
      providers: { openai: { apiKey: 'k', baseURL: 'http://127.0.0.1:1/v1' } },
      fetch: (_url, init) => {
        sent.push(JSON.parse(String(init?.body)) as Record<string, unknown>)
        return Promise.resolve(
          Response.json({ id: 'r', object: 'response', status: 'completed', model: 'm', output: [] }),
        )
      },
    })
  const sent: Record<string, unknown>[] = []
  const body = { model: 'openai/gpt-5-mini', input: 'x', temperature: 0, top_p: 0.5 }

  test('with settings that its model refuses is one error, or sent without them', async () => {
    await expect(refusing(false).responses.create(body)).rejects.toMatchObject({
      name: 'UnsupportedParameterError',
      parameters: ['temperature', 'top_p'],
    })
    expect(sent).toEqual([])
    const { _meta: meta } = await refusing(true).responses.create(body)
    expect(sent).toEqual([{ model: 'gpt-5-mini', input: 'x' }])
    expect(meta.warnings.join()).toContain('temperature')
  })

  test('keeps them where the model takes them, and what the caller puts past us', async () => {
    sent.length = 0
    await refusing(false).responses.create({ ...body, model: 'openai/gpt-4.1' })
    await refusing(false).responses.create({
      ...body,
      model: 'openai/gpt-5.2',
      reasoning: { effort: 'none' },
      extra_body: { top_logprobs: 3 },
    })
    expect(sent).toMatchObject([
      { temperature: 0, top_p: 0.5 },
      { temperature: 0, top_p: 0.5, top_logprobs: 3 },
    ])
  })
})
