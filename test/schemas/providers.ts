/** The targets of the tables of schemas: where each says its schema, and how it answers. */
import { createClient, type Client } from '../../src/index.js'
import { isObject, parseJson } from '../../src/kernel/json.js'
import type { Dialect } from './rules.js'

/** A body of one of eight APIs, read by {@link at}. */
type Body = Readonly<Record<string, unknown>>

/** What stands at a path such as `tools.0.function`; `undefined` where a step of it is missing. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>((found, step) => (found as Readonly<Record<string, unknown>> | null | undefined)?.[step], value)
}

const schemaAt = (value: unknown, path: string): Body | undefined => at(value, path) as Body | undefined

export interface Provider {
  readonly model: string
  /** The enforced schema of a request's answer; `undefined` where nothing enforces one. */
  readonly format?: (body: Body) => Record<string, unknown> | undefined
  /** The enforced schema of its first function. */
  readonly tool?: (body: Body) => Record<string, unknown> | undefined
  readonly says: (text: string) => unknown
  readonly calls: (args: unknown) => unknown
}

const chat = (message: object, finish: string): object => ({
  id: 'a',
  object: 'chat.completion',
  created: 1,
  model: 'm',
  choices: [
    { index: 0, message: { role: 'assistant', content: null, refusal: null, ...message }, finish_reason: finish },
  ],
})

const strict = (model: string) => ({
  model,
  format: (body: Body) =>
    at(body, 'response_format.json_schema.strict') === true
      ? schemaAt(body, 'response_format.json_schema.schema')
      : undefined,
  tool: (body: Body) =>
    at(body, 'tools.0.function.strict') === true ? schemaAt(body, 'tools.0.function.parameters') : undefined,
  says: (content: string) => chat({ content }, 'stop'),
  calls: (args: unknown) =>
    chat(
      { tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: JSON.stringify(args) } }] },
      'tool_calls',
    ),
})

const message = (content: object, reason: string): object => ({
  id: 'a',
  type: 'message',
  role: 'assistant',
  model: 'm',
  content: [content],
  stop_reason: reason,
  usage: { input_tokens: 1, output_tokens: 1 },
})

const converse = (content: object, reason: string): object => ({
  output: { message: { role: 'assistant', content: [content] } },
  stopReason: reason,
  usage: { inputTokens: 1, outputTokens: 1, totalTokens: 2 },
})

const candidate = (part: object): object => ({
  candidates: [{ content: { role: 'model', parts: [part] }, finishReason: 'STOP' }],
})

const { format: _none, ...deepseek } = strict('deepseek/deepseek-chat')

const cohere = (message: object, reason: string): object => ({
  id: 'a',
  finish_reason: reason,
  message: { role: 'assistant', ...message },
  usage: {},
})

export const PROVIDERS = {
  openai: strict('openai/gpt-4.1'),
  azure: strict('azure/gpt-4.1'),
  groq: strict('groq/openai/gpt-oss-120b'),
  cerebras: strict('cerebras/gpt-oss-120b'),
  xai: strict('xai/grok-4'),
  mistral: strict('mistral/mistral-small-latest'),
  fireworks: strict('fireworks/accounts/fireworks/models/kimi-k2p5'),
  deepseek,
  cohere: {
    model: 'cohere/command-a-03-2025',
    format: (body) => schemaAt(body, 'response_format.json_schema'),
    tool: (body) => (at(body, 'strict_tools') === true ? schemaAt(body, 'tools.0.function.parameters') : undefined),
    says: (text) => cohere({ content: [{ type: 'text', text }] }, 'COMPLETE'),
    calls: (args) =>
      cohere(
        { tool_calls: [{ id: 'c', type: 'function', function: { name: 'f', arguments: JSON.stringify(args) } }] },
        'TOOL_CALL',
      ),
  },
  ollama: {
    model: 'ollama/llama3.3',
    format: (body) => (isObject(at(body, 'format')) ? schemaAt(body, 'format') : undefined),
    says: (content) => ({ model: 'm', message: { role: 'assistant', content }, done: true, done_reason: 'stop' }),
    calls: (args) => ({
      model: 'm',
      message: { role: 'assistant', content: '', tool_calls: [{ function: { name: 'f', arguments: args } }] },
      done: true,
    }),
  },
  anthropic: {
    model: 'anthropic/claude-sonnet-4-6',
    format: (body) => schemaAt(body, 'output_config.format.schema'),
    tool: (body) => (at(body, 'tools.0.strict') === true ? schemaAt(body, 'tools.0.input_schema') : undefined),
    says: (text) => message({ type: 'text', text }, 'end_turn'),
    calls: (input) => message({ type: 'tool_use', id: 'c', name: 'f', input }, 'tool_use'),
  },
  bedrock: {
    model: 'bedrock/anthropic.claude-sonnet-4-6',
    format: (body) =>
      parseJson(String(at(body, 'outputConfig.textFormat.structure.jsonSchema.schema') ?? '')) as Body | undefined,
    tool: (body) =>
      at(body, 'toolConfig.tools.0.toolSpec.strict') === true
        ? schemaAt(body, 'toolConfig.tools.0.toolSpec.inputSchema.json')
        : undefined,
    says: (text) => converse({ text }, 'end_turn'),
    calls: (input) => converse({ toolUse: { toolUseId: 'c', name: 'f', input } }, 'tool_use'),
  },
  gemini: {
    model: 'gemini/gemini-3-flash',
    format: (body) => schemaAt(body, 'generationConfig.responseJsonSchema'),
    tool: (body) => schemaAt(body, 'tools.0.functionDeclarations.0.parametersJsonSchema'),
    says: (text) => candidate({ text }),
    calls: (args) => candidate({ functionCall: { name: 'f', args } }),
  },
} satisfies Readonly<Record<Dialect, Provider>>

/** The same, for all alike. */
export const providerOf = (dialect: Dialect): Provider => PROVIDERS[dialect]

const events = (list: readonly object[], end = ''): string =>
  list.map((event) => `data: ${JSON.stringify(event)}\n\n`).join('') + end

const chunk = (delta: object, finish: string | null = null): object => ({
  id: 'a',
  object: 'chat.completion.chunk',
  created: 1,
  model: 'm',
  choices: [{ index: 0, delta, finish_reason: finish }],
})

/** A stream of OpenAI's format with a text in pieces. */
export function textStream(pieces: readonly string[]): string {
  return events([...pieces.map((content) => chunk({ content })), chunk({}, 'stop')], 'data: [DONE]\n\n')
}

/** The same with calls of functions. */
export function callStream(calls: readonly { readonly name: string; readonly pieces: readonly string[] }[]): string {
  const deltas = calls.flatMap(({ name, pieces }, index) => [
    { index, id: `call_${index}`, type: 'function', function: { name, arguments: '' } },
    ...pieces.map((piece) => ({ index, function: { arguments: piece } })),
  ])
  return events([...deltas.map((call) => chunk({ tool_calls: [call] })), chunk({}, 'tool_calls')], 'data: [DONE]\n\n')
}

/** A stream of Anthropic's format with a text in pieces. */
export function messageStream(pieces: readonly string[]): string {
  return events([
    { type: 'message_start', message: { ...message({}, ''), content: [], stop_reason: null } },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    ...pieces.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 1 } },
    { type: 'message_stop' },
  ])
}

/** A stream of Gemini's format with a text in pieces. */
export function candidateStream(pieces: readonly string[]): string {
  const parts = pieces.map((text) => ({ candidates: [{ content: { role: 'model', parts: [{ text }] } }] }))
  return events([...parts, { candidates: [{ content: { role: 'model', parts: [] }, finishReason: 'STOP' }] }])
}

export interface Exchange {
  readonly client: Client
  readonly bodies: Body[]
}

/** @param answer - The answer to a body, as the wire has it; a string is a stream of events. */
export function exchange(answer: (body: Body) => unknown): Exchange {
  const bodies: Body[] = []
  const providers = Object.fromEntries(
    Object.keys(PROVIDERS).map((id) => [id, { baseURL: 'http://models.test', apiKey: 'k' }]),
  )
  const client = createClient({
    retries: 0,
    providers,
    fetch: (_url, init) => {
      const body = parseJson(String(init?.body)) as Body
      bodies.push(body)
      const said = answer(body)
      const isText = typeof said === 'string'
      const headers = { 'content-type': isText ? 'text/event-stream' : 'application/json' }
      return Promise.resolve(new Response(isText ? said : JSON.stringify(said), { headers }))
    },
  })
  return { client, bodies }
}
