/** Random hub values for the protocol suite, in forms that every chat format can carry unless it says otherwise. */
import fc from 'fast-check'
import type {
  AssistantMessage,
  ChatChoice,
  ChatCompletion,
  ChatRequest,
  CompletionMessage,
  ContentPart,
  FinishReason,
  FunctionToolCall,
  Message,
  ThinkingBlock,
  Tool,
  ToolChoice,
  Usage,
} from '../../src/kernel/hub.js'

/** What a format may be unable to say; a protocol's case gives the reason. */
export type Feature =
  | 'ids'
  | 'model names'
  | 'several choices'
  | 'refusal'
  | 'thinking'
  | 'redacted thinking'
  | 'signatures'
  | 'tools'
  | 'tool choice'
  | 'named tool choice'
  | 'no tool choice'
  | 'images'
  | 'images by address'
  | 'stop'
  | 'seed'
  | 'cached tokens'
  | 'cache writes'
  | 'reasoning tokens'
  | 'content filter'
  | 'conversation'
  | 'error types'

export type Can = (feature: Feature) => boolean

/** Never blank: some formats forbid blocks of white space. */
export const text: fc.Arbitrary<string> = fc
  .string({ unit: 'grapheme', minLength: 1, maxLength: 24 })
  .filter((value) => value.trim() !== '' && value === value.trim())

const word = fc.stringMatching(/^[a-z][a-z0-9_]{2,10}$/)
const count = fc.nat({ max: 5000 })
const json = fc.dictionary(word, fc.oneof(text, fc.integer(), fc.boolean(), fc.constant(null)), { maxKeys: 3 })

const toolCall: fc.Arbitrary<FunctionToolCall> = fc
  .record({ id: word, name: word, input: json })
  .map(({ id, name, input }) => ({
    id: `call_${id}`,
    type: 'function',
    function: { name, arguments: JSON.stringify(input) },
  }))

const toolCalls = fc.uniqueArray(toolCall, { minLength: 1, maxLength: 3, selector: (call) => call.id })

function image(can: Can): fc.Arbitrary<ContentPart> {
  const addresses = [
    'data:image/png;base64,iVBORw0KGgo=',
    ...(can('images by address') ? ['https://example.test/picture.png'] : []),
  ]
  return fc.constantFrom(...addresses).map((url): ContentPart => ({ type: 'image_url', image_url: { url } }))
}

function userMessage(can: Can): fc.Arbitrary<Message> {
  const part = fc.oneof(
    text.map((value): ContentPart => ({ type: 'text', text: value })),
    ...(can('images') ? [image(can)] : []),
  )
  const content = can('conversation') ? fc.oneof(text, fc.array(part, { minLength: 1, maxLength: 3 })) : text
  return content.map((value): Message => ({ role: 'user', content: value }))
}

/** A turn of the assistant, with the results of the tools it called. */
function assistantTurn(can: Can): fc.Arbitrary<Message[]> {
  const plain = text.map((content): Message[] => [{ role: 'assistant', content }])
  if (!can('tools')) return plain
  const calling = fc
    .tuple(fc.option(text), toolCalls, fc.array(text, { minLength: 3, maxLength: 3 }))
    .map(([content, calls, results]) => {
      const message: AssistantMessage = { role: 'assistant', content, tool_calls: calls }
      return [
        message,
        ...calls.map((call, at): Message => ({ role: 'tool', tool_call_id: call.id, content: results[at] ?? '' })),
      ]
    })
  return fc.oneof(plain, calling)
}

const tool: fc.Arbitrary<Tool> = fc
  .record({ name: word, description: text, properties: fc.uniqueArray(word, { maxLength: 3 }) })
  .map(({ name, description, properties }): Tool => ({
    type: 'function',
    function: {
      name,
      description,
      parameters: {
        type: 'object',
        properties: Object.fromEntries(properties.map((property) => [property, { type: 'string' }])),
        required: properties,
      },
    },
  }))

function toolSettings(can: Can): fc.Arbitrary<Partial<ChatRequest>> {
  if (!can('tools')) return fc.constant({})
  return fc
    .uniqueArray(tool, { maxLength: 3, selector: (one) => (one.type === 'function' ? one.function.name : one.type) })
    .chain((tools) => {
      const [first] = tools
      if (!first || first.type !== 'function') return fc.constant({})
      const named: ToolChoice = { type: 'function', function: { name: first.function.name } }
      if (!can('tool choice')) return fc.constant({ tools })
      const choice = fc.constantFrom<ToolChoice>(
        'auto',
        'required',
        ...(can('no tool choice') ? ['none' as const] : []),
        ...(can('named tool choice') ? [named] : []),
      )
      return fc
        .option(choice, { nil: undefined })
        .map((tool_choice) => ({ tools, ...(tool_choice !== undefined && { tool_choice }) }))
    })
}

export function chatRequest(can: Can): fc.Arbitrary<ChatRequest> {
  const settings = fc.record(
    {
      max_tokens: fc.integer({ min: 1, max: 4000 }),
      temperature: fc.constantFrom(0, 0.25, 0.5, 1),
      stream: fc.boolean(),
      ...(can('stop') && { stop: fc.array(word, { minLength: 1, maxLength: 3 }) }),
      ...(can('seed') && { seed: count }),
    },
    { requiredKeys: ['max_tokens'] },
  )
  const system = fc.option(text.map((content): Message => ({ role: 'system', content })))
  const conversation = fc
    .tuple(system, userMessage(can), fc.array(fc.tuple(assistantTurn(can), userMessage(can)), { maxLength: 3 }))
    .map(([first, user, turns]): Message[] => [
      ...(first ? [first] : []),
      user,
      ...turns.flatMap(([turn, next]) => [...turn, next]),
    ])
  const messages = can('conversation') ? conversation : userMessage(can).map((message) => [message])
  return fc
    .tuple(settings, messages, toolSettings(can))
    .map(([options, list, tools]) => ({ model: 'a-model', messages: list, ...options, ...tools }))
}

export function usage(can: Can): fc.Arbitrary<Usage> {
  return fc.record({ fresh: count, cached: count, written: count, said: count, thought: count }).map((counts) => {
    const written = can('cache writes') ? counts.written : 0
    const thought = can('reasoning tokens') ? counts.thought : 0
    const cached = can('cached tokens') ? counts.cached : 0
    const prompt = counts.fresh + cached + written
    const completion = counts.said + thought
    return {
      prompt_tokens: prompt,
      completion_tokens: completion,
      total_tokens: prompt + completion,
      prompt_tokens_details: { cached_tokens: cached, ...(written > 0 && { cache_write_tokens: written }) },
      ...(thought > 0 && { completion_tokens_details: { reasoning_tokens: thought } }),
    }
  })
}

/** Only a signature tells where one block ends and the next begins, so without them there is one. */
function thinkingBlocks(can: Can): fc.Arbitrary<ThinkingBlock[]> {
  if (!can('signatures'))
    return fc.array(
      text.map((thinking): ThinkingBlock => ({ type: 'thinking', thinking })),
      { maxLength: 1 },
    )
  const block = fc.record({ thinking: text, signature: fc.stringMatching(/^[A-Za-z0-9]{12,20}$/) })
  return fc.array(
    block.map((fields): ThinkingBlock => ({ type: 'thinking', ...fields })),
    { maxLength: 2 },
  )
}

function message(can: Can): fc.Arbitrary<CompletionMessage> {
  return fc
    .record({
      content: fc.option(text),
      calls: can('tools') ? fc.option(toolCalls, { nil: undefined }) : fc.constant(undefined),
      thinking: can('thinking') ? thinkingBlocks(can) : fc.constant<ThinkingBlock[]>([]),
      redacted: can('redacted thinking') ? fc.option(word, { nil: undefined }) : fc.constant(undefined),
      refusal: can('refusal') ? fc.option(text) : fc.constant(null),
      fallback: text,
    })
    .map(({ content, calls, thinking, redacted, refusal, fallback }): CompletionMessage => {
      const blocks = [
        ...thinking,
        ...(redacted === undefined ? [] : [{ type: 'redacted_thinking' as const, data: redacted }]),
      ]
      return {
        role: 'assistant',
        content: refusal !== null ? null : (content ?? (calls ? null : fallback)),
        refusal,
        ...(calls && refusal === null && { tool_calls: calls }),
        ...(thinking.length > 0 && { reasoning_content: thinking.map((block) => block.thinking).join('') }),
        ...(blocks.length > 0 && { thinking_blocks: blocks }),
      }
    })
}

function choice(can: Can): fc.Arbitrary<Omit<ChatChoice, 'index'>> {
  const plain: FinishReason[] = ['stop', 'length', ...(can('content filter') ? (['content_filter'] as const) : [])]
  return fc.tuple(message(can), fc.constantFrom(...plain)).map(([said, reason]) => ({
    finish_reason: said.tool_calls ? 'tool_calls' : said.refusal !== null ? 'stop' : reason,
    message: said,
    logprobs: null,
  }))
}

export function chatCompletion(can: Can): fc.Arbitrary<ChatCompletion> {
  return fc
    .record({
      id: can('ids') ? word : fc.constant(''),
      created: fc.integer({ min: 1_600_000_000, max: 1_900_000_000 }),
      choices: fc.array(choice(can), { minLength: 1, maxLength: can('several choices') ? 3 : 1 }),
      usage: usage(can),
    })
    .map(({ id, created, choices, usage: counts }) => ({
      id,
      object: 'chat.completion',
      created,
      model: can('model names') ? 'a-model-2026-01-01' : '',
      choices: choices.map((one, index) => ({ index, ...one })),
      usage: counts,
    }))
}
