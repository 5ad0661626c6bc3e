/** The models that Pinecone runs: embeddings, rerank, and assistants, whose chat is converted to that of OpenAI. */
import { asString, isObject, path, type Args, type CallDeclaration } from '../../src/autolog/contract.js'

const inference = {
  provider: 'pinecone',
  baseURL: (self) => asString(path(self, 'config', 'controllerHostUrl')) ?? 'https://api.pinecone.io',
} satisfies Partial<CallDeclaration>

/** Names of settings are those of the wire, or in camelCase. */
const dimension = (body: unknown): unknown => path(body, 'parameters', 'dimension')

export const embed: CallDeclaration = {
  ...inference,
  protocol: 'openai-embeddings',
  request: ([body]) => ({
    model: path(body, 'model'),
    input: path(body, 'inputs'),
    ...(dimension(body) !== undefined && { dimensions: dimension(body) }),
  }),
  answer: (result) => ({
    object: 'list',
    data: [],
    model: path(result, 'model'),
    usage: { prompt_tokens: path(result, 'usage', 'totalTokens'), total_tokens: path(result, 'usage', 'totalTokens') },
  }),
}

/** Billed by units of its own, not by tokens. */
export const rerank: CallDeclaration = {
  ...inference,
  protocol: 'json',
  operation: 'rerank',
  answer: (result) => ({ model: path(result, 'model') }),
}

/** The SDK's own default. */
const MODEL = 'gpt-4o'

function chatRequest([body]: Args, stream: boolean): unknown {
  if (!isObject(body)) return body
  const { messages, model, temperature, jsonResponse } = body
  return {
    model: model || MODEL,
    messages: Array.isArray(messages)
      ? messages.map((message: unknown) => (typeof message === 'string' ? { role: 'user', content: message } : message))
      : messages,
    ...(temperature !== undefined && { temperature }),
    ...(jsonResponse === true && { response_format: { type: 'json_object' } }),
    ...(stream && { stream }),
  }
}

function usageOf(answer: unknown): object | undefined {
  const usage = path(answer, 'usage')
  if (!isObject(usage)) return undefined
  return {
    prompt_tokens: usage['promptTokens'],
    completion_tokens: usage['completionTokens'],
    total_tokens: usage['totalTokens'],
  }
}

/** An answer, or a piece of one: `said` is its message or its delta. */
function asOpenAI(answer: unknown, said: 'message' | 'delta', content: unknown): object {
  const usage = usageOf(answer)
  return {
    id: path(answer, 'id'),
    object: said === 'message' ? 'chat.completion' : 'chat.completion.chunk',
    created: 0,
    model: path(answer, 'model'),
    choices: [{ index: 0, [said]: content ?? {}, finish_reason: path(answer, 'finishReason') ?? null }],
    ...(usage && { usage }),
  }
}

/** A citation says nothing that a span has a place for. */
function chatEvent(piece: unknown): { readonly data: unknown } | undefined {
  const type = path(piece, 'type')
  if (type === 'citation') return undefined
  const delta = type === 'message_start' ? { role: 'assistant', content: '' } : path(piece, 'delta')
  return { data: asOpenAI(piece, 'delta', delta) }
}

const assistant = {
  provider: 'pinecone',
  protocol: 'openai-chat',
  model: ([body]) => asString(path(body, 'model')) || MODEL,
} satisfies Partial<CallDeclaration>

const stream = {
  ...assistant,
  streaming: true,
  request: (args: Args) => chatRequest(args, true),
} satisfies Partial<CallDeclaration>

export const chats: Readonly<Record<string, CallDeclaration>> = {
  chat: {
    ...assistant,
    request: (args) => chatRequest(args, false),
    answer: (result) => asOpenAI(result, 'message', path(result, 'message')),
  },
  chatStream: { ...stream, event: chatEvent },
  chatCompletion: {
    ...assistant,
    spelling: 'camel',
    request: (args) => chatRequest(args, false),
    answer: (result) => isObject(result) && { ...result, usage: usageOf(result) },
  },
  chatCompletionStream: { ...stream, spelling: 'camel' },
}
