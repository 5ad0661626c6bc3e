import { expect, test } from 'vitest'
import type { ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext } from '../../src/kernel/protocol.js'
import { watsonxChat as codec } from '../../src/protocols/watsonx-chat.js'
import { testChatProtocol } from '../contracts/protocol.js'

testChatProtocol({ protocol: codec })

const warnings: string[] = []
const context: EncodeContext = {
  provider: 'watsonx',
  model: 'ibm/granite-4-h-small',
  quirks: {},
  dropUnsupported: false,
  warn: (message) => warnings.push(message),
}
const messages: ChatRequest['messages'] = [{ role: 'user', content: 'hi' }]

test('model, choice and address have names of their own', () => {
  const request: ChatRequest = {
    model: 'm',
    messages,
    stream: true,
    stream_options: { include_usage: true },
    tool_choice: 'required',
    extra_body: { project_id: 'p' },
  }
  expect(codec.encodeRequest(request, context)).toEqual({
    path: '/ml/v1/text/chat_stream',
    body: { model_id: 'ibm/granite-4-h-small', messages, tool_choice_option: 'required', project_id: 'p' },
  })
  const named = { type: 'function' as const, function: { name: 'f' } }
  expect(codec.encodeRequest({ model: 'm', messages, tool_choice: named }, context)).toMatchObject({
    path: '/ml/v1/text/chat',
    body: { tool_choice: named },
  })
  expect(
    codec.decodeRequest({ model_id: 'm', messages, tool_choice_option: 'none' }, { path: '/ml/v1/text/chat_stream' }),
  ).toMatchObject({
    model: 'm',
    stream: true,
    tool_choice: 'none',
  })
  expect(warnings).toEqual([])
})

test('a deployment has an address of its own and names no model', () => {
  const model = 'deployment/my-deployment'
  const given = { model, messages, extra_body: { context: 'Today is Wednesday', project_id: 'p', space_id: 's' } }
  const { path, body } = codec.encodeRequest(given, { ...context, model })
  expect([path, body]).toEqual([
    '/ml/v1/deployments/my-deployment/text/chat',
    { messages, context: 'Today is Wednesday' },
  ])
  const stream = codec.encodeRequest({ ...given, stream: true }, { ...context, model })
  expect(stream.path).toBe('/ml/v1/deployments/my-deployment/text/chat_stream')
  expect(codec.decodeRequest(stream.body, { path: stream.path })).toMatchObject({ model, stream: true })
})

test('fields of the API alone pass; a time limit that ran out is a cut answer', () => {
  const own = {
    project_id: 'p',
    time_limit: 1000,
    guided_choice: ['a'],
    repetition_penalty: 1.1,
    include_reasoning: true,
  }
  const wire = { model_id: 'm', messages, ...own }
  expect(codec.encodeRequest(codec.decodeRequest(wire), { ...context, model: 'm' }).body).toEqual(wire)
  const message = { role: 'assistant', content: 'hi', reasoning_content: 'hm' }
  const answer = codec.decodeResponse({ id: 'c', choices: [{ index: 0, message, finish_reason: 'time_limit' }] })
  expect(answer.choices).toMatchObject([
    { finish_reason: 'length', native_finish_reason: 'time_limit', message: { reasoning_content: 'hm' } },
  ])
})

test('fields that the API does not have are refused; metadata is left out with a warning', () => {
  expect(() => codec.encodeRequest({ model: 'm', messages, top_k: 3 }, context)).toThrow(
    expect.objectContaining({ parameter: 'top_k' }),
  )
  expect(() => codec.encodeRequest({ model: 'm', messages, parallel_tool_calls: false }, context)).toThrow(
    /parallel_tool_calls/,
  )
  expect(codec.encodeRequest({ model: 'm', messages, parallel_tool_calls: true, user: 'u' }, context).body).toEqual({
    model_id: 'ibm/granite-4-h-small',
    messages,
  })
  expect(warnings).toEqual([expect.stringContaining('user')])
})

test('an answer that names its model as `model_id` only, whole and streamed', () => {
  const head = { id: 'chat-1', model_id: 'ibm/granite', created: 1_700_000_000 }
  const whole = codec.decodeResponse({
    ...head,
    choices: [{ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' }],
  })
  expect(whole).toMatchObject({
    id: 'chat-1',
    model: 'ibm/granite',
    created: 1_700_000_000,
    choices: [{ finish_reason: 'stop', message: { content: 'hi' } }],
  })
  const decoder = codec.createStreamDecoder()
  const chunks = [
    ...decoder.push(
      { ...head, choices: [{ index: 0, delta: { role: 'assistant', content: 'hi' }, finish_reason: null }] },
      'message',
    ),
    ...decoder.push({ ...head, choices: [{ index: 0, delta: {}, finish_reason: 'stop' }] }, 'message'),
    ...decoder.push(
      { ...head, choices: [], usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 } },
      'message',
    ),
  ]
  expect(chunks.map(({ model }) => model)).toEqual(['ibm/granite', 'ibm/granite', 'ibm/granite'])
  expect(chunks.at(-1)?.usage).toMatchObject({ total_tokens: 4 })
  expect(decoder.done).toBe(true)
})

test('errors', () => {
  const body = {
    errors: [{ code: 'model_not_supported', message: 'no such model', more_info: 'https://x.test' }],
    trace: 't',
    status_code: 404,
  }
  expect(codec.decodeError(body)).toEqual({ message: 'no such model', type: 'model_not_supported' })
  expect(() => codec.createStreamDecoder().push(body, 'error')).toThrow(
    expect.objectContaining({ name: 'ProviderError' }),
  )
})
