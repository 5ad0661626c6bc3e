/** What a Responses answer says beyond the hub's names, and streams whose parts do not agree. */
import { describe, expect, test } from 'vitest'
import type { ChatChunk } from '../../src/kernel/hub.js'
import { isObject } from '../../src/kernel/json.js'
import type { JsonObject } from '../../src/kernel/protocol.js'
import { openaiResponses } from '../../src/protocols/openai-responses/index.js'
import { accumulate } from './support/accumulate.js'

function decode(events: readonly JsonObject[]): ChatChunk[] {
  const decoder = openaiResponses.createStreamDecoder()
  return [...events.flatMap((event) => [...decoder.push(event)]), ...decoder.end()]
}

function encode(chunks: readonly ChatChunk[]): JsonObject[] {
  const encoder = openaiResponses.createStreamEncoder()
  return [...chunks.flatMap((chunk) => [...encoder.push(chunk)]), ...encoder.end()].map(
    ({ data }) => data as JsonObject,
  )
}

function message(text: string): JsonObject {
  const part = { type: 'output_text', text, annotations: [], logprobs: [] }
  return { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant', content: [part] }
}

const settings = {
  conversation: { id: 'conv_1' },
  instructions: 'be brief',
  metadata: { a: 'b' },
  moderation: { flagged: false },
  previous_response_id: 'resp_0',
  reasoning: { effort: 'low', summary: null },
  tools: [{ type: 'web_search' }],
}

const usage = {
  input_tokens: 3,
  input_tokens_details: { cached_tokens: 1 },
  output_tokens: 4,
  output_tokens_details: { reasoning_tokens: 2 },
  total_tokens: 7,
  num_sources_used: 5,
}

function response(text: string, more: JsonObject = {}): JsonObject {
  const head = { id: 'resp_1', object: 'response', created_at: 1, model: 'm', status: 'completed', error: null }
  return { ...head, incomplete_details: null, output: [message(text)], usage, ...settings, ...more }
}

function events(text: string, final: JsonObject): JsonObject[] {
  const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
  return [
    { type: 'response.created', response: { ...final, id: 'resp_1', status: 'in_progress', output: [], usage: null } },
    { type: 'response.output_item.added', output_index: 0, item: { ...message(''), content: [] } },
    { type: 'response.output_text.delta', ...place, delta: text },
    { type: 'response.output_item.done', output_index: 0, item: (final.output as JsonObject[])[0] },
    { type: 'response.completed', response: final },
  ]
}

test('settings and counts without a name in the hub are there again when the answer is written again', () => {
  const wire = response('hi')
  const completion = openaiResponses.decodeResponse(wire)
  expect(openaiResponses.encodeResponse(completion)).toMatchObject({ ...settings, usage, output: wire.output })
  const written = encode(decode(events('hi', wire)))
  expect(written[0]?.response).toMatchObject(settings)
  expect(written.at(-1)?.response).toMatchObject({ ...settings, usage })
  const light = openaiResponses.decodeResponse(wire, { content: false })
  expect(light).not.toHaveProperty('raw')
})

test('searches that are billed apart are counted', () => {
  const searched = response('hi', { tool_usage: { web_search: { num_requests: 2 } } })
  expect(openaiResponses.decodeResponse(searched).usage?.server_tool_use).toEqual({ web_search_requests: 2 })
  const none = response('hi', { tool_usage: { web_search: { num_requests: 0 } } })
  expect(openaiResponses.decodeResponse(none).usage).not.toHaveProperty('server_tool_use')
})

test('fields that every response has are no extra fields', () => {
  const plain = openaiResponses.encodeResponse(openaiResponses.decodeResponse(response('hi')))
  for (const key of Object.keys(settings)) delete plain[key]
  expect(openaiResponses.decodeResponse(plain)).not.toHaveProperty('raw')
})

describe('streams whose parts do not agree', () => {
  test('the text of the end counts, not that of the deltas', () => {
    const chunks = decode(events('The command ran.', response('The command ran in a container.')))
    const [choice] = accumulate(chunks).choices
    expect(choice?.message.content).toBe('The command ran in a container.')
    const written = encode(chunks)
    expect(written.find(({ type }) => type === 'response.output_text.done')?.text).toBe(
      'The command ran in a container.',
    )
    expect(accumulate(decode(written)).choices[0]?.message.content).toBe('The command ran in a container.')
  })

  test('a refusal in the last event counts', () => {
    const refusal = (text: string): JsonObject => ({ ...message(''), content: [{ type: 'refusal', refusal: text }] })
    const final = response('', { output: [refusal('I will not.')] })
    const place = { item_id: 'msg_1', output_index: 0, content_index: 0 }
    const stream = events('', final).map((event) =>
      event.type === 'response.output_text.delta'
        ? { type: 'response.refusal.delta', ...place, delta: 'I can' }
        : event,
    )
    expect(accumulate(decode(stream)).choices[0]?.message.refusal).toBe('I will not.')
  })

  test('the id of the end is the one a follow-up names', () => {
    const written = encode(decode(events('hi', response('hi', { id: 'resp_2' }))))
    const ids = written.flatMap(({ response: said }) => (isObject(said) ? [said.id] : []))
    expect(ids).toEqual(['resp_1', 'resp_1', 'resp_2'])
  })
})

test('sources that come after the reason belong to the text', () => {
  const citation = { url: 'https://a.test', title: '', start_index: 0, end_index: 0 }
  const chunk = (choice: object): ChatChunk =>
    ({
      id: 'c',
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices: [{ index: 0, ...choice }],
    }) as ChatChunk
  const written = encode([
    chunk({ delta: { content: 'hi' }, finish_reason: null }),
    chunk({ delta: {}, finish_reason: 'stop' }),
    chunk({ delta: { annotations: [{ type: 'url_citation', url_citation: citation }] }, finish_reason: null }),
  ])
  expect(written.at(-1)).toMatchObject({
    type: 'response.completed',
    response: { output: [{ content: [{ text: 'hi', annotations: [{ type: 'url_citation', ...citation }] }] }] },
  })
})

test('a file or an image with two sources keeps both', () => {
  const content = [
    { type: 'input_file', file_id: 'file_1', file_url: 'https://a.test/b.pdf' },
    { type: 'input_image', image_url: 'https://a.test/c.png', file_id: 'file_2', detail: 'low' },
  ]
  const wire = { model: 'm', input: [{ type: 'message', role: 'user', content }] }
  const context = { provider: 'p', model: 'm', quirks: {}, dropUnsupported: false, warn: () => undefined }
  expect(openaiResponses.encodeRequest(openaiResponses.decodeRequest(wire), context).body).toEqual(wire)
})

test('`null` of a setting asks for nothing', () => {
  const context = { provider: 'p', model: 'm', quirks: {}, dropUnsupported: false, warn: () => undefined }
  const request = {
    model: 'm',
    messages: [{ role: 'user' as const, content: 'hi' }],
    tool_choice: null,
    stop: null,
    n: null,
  }
  expect(openaiResponses.encodeRequest(request as never, context).body).not.toHaveProperty('tool_choice')
})
