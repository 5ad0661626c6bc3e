/** Histories and answers of `node-llama-cpp` in the terms of chat (https://node-llama-cpp.withcat.ai/api/type-aliases/ChatHistoryItem). */
import { isObject, path, type Format, type hub } from '../../src/autolog/contract.js'
import { textAnswer } from '../shared/text-answer.js'

type Fields = Readonly<Record<string, unknown>>

const textIn = (value: unknown): string => (typeof value === 'string' ? value : '')

/** Parts of a model's turn: texts, function calls, and segments such as thoughts. */
function partsOf(response: unknown): readonly unknown[] {
  return Array.isArray(response) ? response : [response]
}

const isCall = (part: unknown): boolean => path(part, 'type') === 'functionCall'

function callOf(name: unknown, params: unknown, index: number): hub.ToolCall {
  return {
    id: `call_${index}`,
    type: 'function',
    function: { name: textIn(name), arguments: JSON.stringify(params ?? {}) },
  }
}

function messageOf(item: unknown): hub.Message[] {
  const type = path(item, 'type')
  if (type === 'system' || type === 'user') return [{ role: type, content: textIn(path(item, 'text')) }]
  if (type !== 'model') return []
  const parts = partsOf(path(item, 'response'))
  const calls = parts.filter(isCall).map((part, i) => callOf(path(part, 'name'), path(part, 'params'), i))
  const results = parts.filter(isCall).map((part, i): hub.Message => ({
    role: 'tool',
    tool_call_id: `call_${i}`,
    content: JSON.stringify(path(part, 'result') ?? null),
  }))
  const content = parts.filter((part) => typeof part === 'string').join('')
  return [{ role: 'assistant', content, ...(calls.length > 0 && { tool_calls: calls }) }, ...results]
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

/** Settings, by their names there. */
function settingsOf(options: Fields): Partial<hub.ChatRequest> {
  const { temperature, topP, topK, seed, maxTokens } = options
  return Object.fromEntries(
    Object.entries({
      temperature: number(temperature),
      top_p: number(topP),
      top_k: number(topK),
      seed: number(seed),
      max_completion_tokens: number(maxTokens),
    }).filter(([, value]) => value !== undefined),
  )
}

function toolsOf(functions: unknown): hub.Tool[] {
  if (!isObject(functions)) return []
  return Object.entries(functions).map(([name, given]) => ({
    type: 'function',
    function: {
      name,
      ...(typeof path(given, 'description') === 'string' && { description: textIn(path(given, 'description')) }),
      ...(isObject(path(given, 'params')) && { parameters: path(given, 'params') as Record<string, unknown> }),
    },
  }))
}

const FINISH: Readonly<Record<string, hub.FinishReason>> = {
  eogToken: 'stop',
  stopGenerationTrigger: 'stop',
  customStopTrigger: 'stop',
  maxTokens: 'length',
  functionCalls: 'tool_calls',
}

function completionOf(content: string, metadata: unknown, calls: readonly hub.ToolCall[] = []): hub.ChatCompletion {
  // What the program has aborted has no reason of its own.
  return textAnswer({ text: content, finish: FINISH[textIn(path(metadata, 'stopReason'))], calls })
}

export const chat: Format = {
  operation: 'chat',
  request(wire, { content }) {
    const { history } = wire
    const tools = content === false ? [] : toolsOf(wire['functions'])
    const messages = content === false || !Array.isArray(history) ? [] : history.flatMap(messageOf)
    return { chat: { model: '', messages, ...settingsOf(wire), ...(tools.length > 0 && { tools }) } }
  },
  answer(wire) {
    if (!isObject(wire)) throw new TypeError('the answer is not an object')
    const calls = Array.isArray(wire['functionCalls']) ? (wire['functionCalls'] as unknown[]) : []
    const made = calls.map((call, i) => callOf(path(call, 'functionName'), path(call, 'params'), i))
    return { chat: completionOf(textIn(wire['response']), wire['metadata'], made) }
  },
}

export const completion: Format = {
  operation: 'text_completion',
  request: (wire, { content }) => ({
    chat: {
      model: '',
      messages: content === false ? [] : [{ role: 'user', content: textIn(wire['input']) }],
      ...settingsOf(wire),
    },
  }),
  answer(wire) {
    if (!isObject(wire)) throw new TypeError('the answer is not an object')
    return { chat: completionOf(textIn(wire['response'] ?? wire['completion']), wire['metadata']) }
  },
}

export const embedding: Format = {
  operation: 'embeddings',
  request: (wire) => ({ embeddings: { model: '', input: textIn(wire['input']) } }),
  answer: () => undefined,
}

export const ranking: Format = { operation: 'rerank', request: () => ({ other: {} }), answer: () => undefined }
