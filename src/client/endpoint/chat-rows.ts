/** The formats of chat that the endpoint serves. */
import { EXCEPTION_EVENT } from '../../kernel/frames.js'
import { isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { hubFormat } from '../faces/chat.js'
import type { CallerFormat } from '../faces/exchange.js'
import { responsesFormat } from '../faces/responses.js'
import { wireFormat } from '../faces/wire-format.js'
import type { ChatRow } from './chat-route.js'
import type { PathParts } from './route-table.js'

const typeOf = ({ type }: JsonObject): string | undefined => (typeof type === 'string' ? type : undefined)

/** The model and the method that a path says. */
function fromPath(body: JsonObject, { model, method = '' }: PathParts): JsonObject {
  return { ...body, model, ...(/stream/i.test(method) && { stream: true }) }
}

export const CHAT_ROWS: readonly ChatRow[] = [
  {
    format: 'openai-chat',
    paths: ['/v1/chat/completions', '/chat/completions'],
    caller: hubFormat as unknown as CallerFormat<JsonObject>,
    last: '[DONE]',
  },
  {
    format: 'openai-completions',
    paths: ['/v1/completions', '/completions'],
    caller: wireFormat('openai-completions'),
    last: '[DONE]',
  },
  {
    // https://platform.openai.com/docs/api-reference/responses-streaming
    format: 'openai-responses',
    paths: ['/v1/responses', '/responses'],
    caller: responsesFormat,
    eventName: typeOf,
    failed: (body, { error }) => {
      const { code = null, message } = error
      return { event: 'error', data: { type: 'error', code, message, param: null, ...body } }
    },
  },
  {
    // https://platform.claude.com/docs/en/build-with-claude/streaming
    format: 'anthropic-messages',
    paths: ['/v1/messages', '/messages', '/anthropic/v1/messages'],
    caller: wireFormat('anthropic-messages'),
    eventName: typeOf,
    forward: ['anthropic-beta', 'anthropic-version'],
    failed: (data) => ({ event: 'error', data }),
  },
  {
    // https://ai.google.dev/api/generate-content#method:-models.streamgeneratecontent
    format: 'gemini-generate',
    paths: [
      /^\/(?:v1|v1beta|v1beta1|v1alpha)\/(?:projects\/[^/]+\/locations\/[^/]+\/publishers\/[^/]+\/)?models\/(?<model>.+):(?<method>generateContent|streamGenerateContent)$/,
    ],
    caller: wireFormat('gemini-generate'),
    complete: fromPath,
    asList: ({ url }) => url.pathname.endsWith(':streamGenerateContent') && url.searchParams.get('alt') !== 'sse',
  },
  {
    // https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ConverseStream.html
    format: 'bedrock-converse',
    paths: [/^\/model\/(?<model>.+)\/(?<method>converse|converse-stream)$/],
    caller: wireFormat('bedrock-converse'),
    framing: 'aws-eventstream',
    complete: fromPath,
    failed: (data) => ({ event: EXCEPTION_EVENT, data: isObject(data) ? data : {} }),
  },
  {
    // https://docs.cohere.com/reference/chat-stream
    format: 'cohere-chat',
    paths: ['/v2/chat'],
    caller: wireFormat('cohere-chat'),
    eventName: typeOf,
  },
  {
    // https://github.com/ollama/ollama/blob/main/docs/api.md#generate-a-chat-completion
    format: 'ollama-chat',
    paths: ['/api/chat'],
    caller: wireFormat('ollama-chat'),
    framing: 'ndjson',
    complete: (body) => ({ stream: true, ...body }),
  },
]
