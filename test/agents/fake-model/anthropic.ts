/** Anthropic's messages, with what they refuse (https://docs.claude.com/en/api/messages). */
import { USAGE, type Json, type Reply } from './scene.js'
import { capitalType, first, halves, list, newId, textOf, unknownName, type Wire } from './wire.js'

const FIELDS = [
  'model max_tokens messages system tools tool_choice stream temperature top_p top_k stop_sequences metadata thinking',
  'output_config service_tier container cache_control inference_geo',
].flatMap((line) => line.split(' '))

/** Fields that a flag of the header `anthropic-beta` adds. */
const BETA_FIELDS = ['context_management', 'mcp_servers', 'speed', 'betas', 'diagnostics']
const TOOL_FIELDS = ['name', 'description', 'input_schema', 'type', 'cache_control', 'strict', 'input_examples']
const BETA_TOOL_FIELDS = ['defer_loading', 'eager_input_streaming', 'allowed_callers']

function messageFault(
  message: Json,
  index: number,
  all: readonly Json[],
  roles: readonly string[],
): string | undefined {
  const where = `messages.${index}`
  if (!roles.includes(String(message['role']))) return `${where}.role: ${String(message['role'])}`
  const blocks = list(message['content'])
  if (message['content'] === '' || (Array.isArray(message['content']) && blocks.length === 0))
    return `${where}: content is empty`
  if (blocks.some((block) => block['type'] === 'text' && block['text'] === '')) return `${where}: text is empty`
  const uses = blocks.filter((block) => block['type'] === 'tool_use').map((block) => block['id'])
  const answers = list(all[index + 1]?.['content']).map((block) => block['tool_use_id'])
  const missing = uses.find((id) => !answers.includes(id))
  if (missing !== undefined) return `${where}: tool_use without tool_result: ${String(missing)}`
  return unknownName(message, ['role', 'content'], where)
}

function settingsFault({ thinking, max_tokens, temperature, metadata, tools }: Json): string | undefined {
  if (typeof max_tokens !== 'number' || max_tokens < 1) return 'max_tokens: Field required'
  const { type, budget_tokens } = (thinking ?? {}) as { readonly type?: string; readonly budget_tokens?: number }
  if (type === 'enabled' && !(Number(budget_tokens) >= 1024 && Number(budget_tokens) < max_tokens))
    return 'thinking.enabled.budget_tokens: at least 1024, and less than max_tokens'
  if (type !== undefined && type !== 'disabled' && temperature !== undefined && temperature !== 1)
    return 'temperature: may only be set to 1 when thinking is enabled'
  if (list(tools).some(({ name }) => !/^[a-zA-Z0-9_-]{1,128}$/.test(String(name)))) return 'tools.0.name: pattern'
  return metadata === undefined ? undefined : unknownName(metadata, ['user_id'], 'metadata')
}

const block = (reply: Reply): Json =>
  reply.kind === 'text'
    ? { type: 'text', text: reply.text }
    : { type: 'tool_use', id: newId('toolu_'), name: reply.name, input: reply.args }

const reason = (reply: Reply): string => (reply.kind === 'text' ? 'end_turn' : 'tool_use')

function message(model: unknown, content: readonly Json[], stop_reason: string | null): Json {
  const usage = {
    input_tokens: USAGE.input,
    cache_creation_input_tokens: 0,
    cache_read_input_tokens: 0,
    output_tokens: USAGE.output,
  }
  return { id: 'msg_1', type: 'message', role: 'assistant', model, content, stop_reason, stop_sequence: null, usage }
}

export const anthropic: Wire = {
  path: /\/v1\/messages$/,
  fault(body, headers) {
    const isBeta = headers['anthropic-beta'] !== undefined
    if (headers['anthropic-version'] === undefined) return 'anthropic-version: header is required'
    return first([
      unknownName(body, [...FIELDS, ...(isBeta ? BETA_FIELDS : [])], 'body'),
      settingsFault(body),
      capitalType(body['tools']),
      capitalType(body['output_config']),
      ...list(body['messages']).map((it, i, all) =>
        messageFault(it, i, all, isBeta ? ['user', 'assistant', 'system'] : ['user', 'assistant']),
      ),
      ...list(body['tools']).map((tool, i) =>
        unknownName(tool, [...TOOL_FIELDS, ...(isBeta ? BETA_TOOL_FIELDS : [])], `tools.${i}`),
      ),
    ])
  },
  asked(body) {
    const messages = list(body['messages'])
    const blocks = messages.flatMap(({ content }) => list(content))
    const output = body['output_config'] as { readonly format?: { readonly schema: Json } } | undefined
    return {
      tools: list(body['tools']).map((tool) => ({
        name: String(tool['name']),
        schema: (tool['input_schema'] ?? {}) as Json,
      })),
      prompts: messages.filter(({ role }) => role === 'user').map(({ content }) => textOf(content)),
      results: blocks.filter(({ type }) => type === 'tool_result').map(({ content }) => textOf(content)),
      schema: output?.format?.schema,
    }
  },
  streams: (body) => body['stream'] === true,
  whole: (reply, { model }) => message(model, [block(reply)], reason(reply)),
  events(reply, { model }) {
    const it = block(reply)
    const isText = reply.kind === 'text'
    const delta = (text: string) =>
      isText ? { type: 'text_delta', text } : { type: 'input_json_delta', partial_json: text }
    const [head, tail] = halves(isText ? reply.text : JSON.stringify(reply.args))
    const opening = isText ? { ...it, text: '' } : { ...it, input: {} }
    const events: readonly Json[] = [
      { type: 'message_start', message: message(model, [], null) },
      { type: 'content_block_start', index: 0, content_block: opening },
      { type: 'content_block_delta', index: 0, delta: delta(head) },
      { type: 'content_block_delta', index: 0, delta: delta(tail) },
      { type: 'content_block_stop', index: 0 },
      {
        type: 'message_delta',
        delta: { stop_reason: reason(reply), stop_sequence: null },
        usage: { output_tokens: USAGE.output },
      },
      { type: 'message_stop' },
    ]
    return events.map((data) => ({ event: String(data['type']), data }))
  },
  error: (_status, text) => ({ type: 'error', error: { type: 'invalid_request_error', message: text } }),
}
