/** Answers that are failures, in tables, and a client of two providers of whom the first gives them. */
import { z } from 'zod'
import { createClient, type ChatBody, type ClientOptions, type FallbackOptions } from '../../src/index.js'

type Message = Readonly<Record<string, unknown>>
export type Reply =
  | { readonly message: Message; readonly finish?: string }
  | { readonly status: number; readonly body: unknown }

const usage = { prompt_tokens: 10, completion_tokens: 5, total_tokens: 15 }

function answer(reply: Reply, stream: boolean): Response {
  if ('status' in reply) return Response.json(reply.body, { status: reply.status })
  const { message, finish = 'stop' } = reply
  const head = { id: 'c', created: 1, model: 'm' }
  if (!stream) {
    const choices = [{ index: 0, message: { role: 'assistant', content: null, ...message }, finish_reason: finish }]
    return Response.json({ ...head, object: 'chat.completion', choices, usage })
  }
  const chunk = (choices: readonly unknown[], more = {}): string =>
    `data: ${JSON.stringify({ ...head, object: 'chat.completion.chunk', choices, ...more })}\n\n`
  const events = [
    chunk([{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: null }]),
    ...(Object.keys(message).length > 0 ? [chunk([{ index: 0, delta: message, finish_reason: null }])] : []),
    chunk([{ index: 0, delta: {}, finish_reason: finish }]),
    chunk([], { usage }),
    'data: [DONE]\n\n',
  ]
  return new Response(events.join(''), { headers: { 'content-type': 'text/event-stream' } })
}

export const good: Reply = { message: { content: '{"city":"Oslo"}' } }

/** A client of two providers: what the first says, and what the second. */
export function clientOf(
  first: Reply,
  fallbacks: readonly FallbackOptions[],
  options: ClientOptions = {},
  second = good,
) {
  const asked: string[] = []
  const ai = createClient({
    providers: {
      first: { baseURL: 'http://first.test', apiKey: 'k' },
      second: { baseURL: 'http://second.test', apiKey: 'k' },
    },
    fallbacks,
    retries: 0,
    prices: { overrides: { 'first/m': { input: 1, output: 1 }, 'second/m': { input: 1, output: 1 } } },
    fetch: (url, init) => {
      const name = String(url).includes('first') ? 'first' : 'second'
      asked.push(name)
      const stream = (JSON.parse(String(init?.body)) as { stream?: boolean }).stream === true
      return Promise.resolve(answer(name === 'first' ? first : second, stream))
    },
    ...options,
  })
  return { ai, asked }
}

export const tools: ChatBody['tools'] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
]
export const call = (name: string, args: string): Message => ({
  tool_calls: [{ id: 'c1', type: 'function', function: { name, arguments: args } }],
})
export const schema = {
  type: 'json_schema',
  json_schema: {
    name: 'place',
    schema: {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    },
  },
} as const
export const asked = [{ role: 'user' as const, content: 'where?' }]

export type Fault = 'content-filter' | 'content-policy' | 'refusal' | 'empty' | 'invalid-output'

/** `[what, word, what is said, more of the request]` */
export const cases: readonly (readonly [string, Fault, Reply, Partial<ChatBody>?])[] = [
  ['withheld', 'content-filter', { message: {}, finish: 'content_filter' }],
  ['withheld, by the other word', 'content-policy', { message: {}, finish: 'content_filter' }],
  [
    'refused by an error, by the other word',
    'content-filter',
    { status: 400, body: { error: { message: 'x', code: 'content_filter' } } },
  ],
  ['declined', 'refusal', { message: { refusal: 'I would rather not' } }],
  ['empty', 'empty', { message: {} }],
  ['blank', 'empty', { message: { content: ' \n' } }],
  ['only thought', 'empty', { message: { content: '', reasoning_content: 'well' }, finish: 'length' }],
  ['no JSON', 'invalid-output', { message: { content: 'Oslo' } }, { response_format: { type: 'json_object' } }],
  [
    'cut JSON',
    'invalid-output',
    { message: { content: '{"city":"Os' }, finish: 'length' },
    { response_format: schema },
  ],
  ['JSON of another form', 'invalid-output', { message: { content: '{"town":"Oslo"}' } }, { response_format: schema }],
  ['another type', 'invalid-output', { message: { content: '{"city":1}' } }, { response_format: schema }],
  [
    'not what zod takes',
    'invalid-output',
    { message: { content: '{"city":""}' } },
    { response_format: z.object({ city: z.string().min(1) }) },
  ],
  [
    'arguments that are no JSON',
    'invalid-output',
    { message: call('weather', '{"city"'), finish: 'tool_calls' },
    { tools },
  ],
  ['arguments that do not fit', 'invalid-output', { message: call('weather', '{}'), finish: 'tool_calls' }, { tools }],
  [
    'a tool that is none',
    'invalid-output',
    { message: call('wether', '{"city":"Oslo"}'), finish: 'tool_calls' },
    { tools },
  ],
  [
    'tool_use_failed',
    'invalid-output',
    { status: 400, body: { error: { message: 'x', code: 'tool_use_failed' } } },
    { tools },
  ],
]
