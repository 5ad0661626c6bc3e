/** Amazon Bedrock's runtime: Converse, InvokeModel for Claude, Llama and Titan, and their streams as AWS event-stream messages. */
import { encodeFrame, FRAMING_MEDIA_TYPES } from '../../../src/kernel/frames.js'
import type { FakeFormat, Json } from './shape.js'

const USAGE = { inputTokens: 7, outputTokens: 7, totalTokens: 18, cacheReadInputTokens: 4, cacheWriteInputTokens: 0 }
const TOOL_USE = { toolUseId: 'tool_1', name: 'add', input: { firstNumber: 2, second_number: 2 } }
const METRICS = { 'amazon-bedrock-invocationMetrics': { inputTokenCount: 11, outputTokenCount: 7 } }
const WORDS = ['Hello', ' there', ', friend.']

const wantsTool = (body: Json): boolean =>
  body['toolConfig'] !== undefined && !JSON.stringify(body['messages']).includes('toolResult')

function converse(body: Json): Json {
  const tool = wantsTool(body)
  return {
    output: { message: { role: 'assistant', content: tool ? [{ toolUse: TOOL_USE }] : [{ text: WORDS.join('') }] } },
    stopReason: tool ? 'tool_use' : 'end_turn',
    usage: USAGE,
    metrics: { latencyMs: 5 },
  }
}

function converseEvents(body: Json): Uint8Array[] {
  const tool = wantsTool(body)
  const block = { contentBlockIndex: 0 }
  const pieces = tool
    ? ['{"firstNumber":2,', '"second_number":2}'].map((input) => ({ ...block, delta: { toolUse: { input } } }))
    : WORDS.map((text) => ({ ...block, delta: { text } }))
  const { toolUseId, name } = TOOL_USE
  const events = [
    ['messageStart', { role: 'assistant' }],
    ...(tool ? [['contentBlockStart', { ...block, start: { toolUse: { toolUseId, name } } }]] : []),
    ...pieces.map((piece) => ['contentBlockDelta', piece]),
    ['contentBlockStop', block],
    ['messageStop', { stopReason: tool ? 'tool_use' : 'end_turn' }],
    ['metadata', { usage: USAGE, metrics: { latencyMs: 5 } }],
  ] as [string, Json][]
  return events.map(([event, data]) => encodeFrame({ event, data }, 'aws-eventstream'))
}

function invoke(path: string): Json {
  if (path.includes('titan-embed')) return { embedding: [0.5, -0.25], inputTextTokenCount: 5 }
  if (path.includes('llama'))
    return { generation: WORDS.join(''), prompt_token_count: 11, generation_token_count: 7, stop_reason: 'stop' }
  if (path.includes('unknown')) return { frames: [] }
  return {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: 'claude-sonnet-4-6',
    content: [{ type: 'text', text: WORDS.join('') }],
    stop_reason: 'end_turn',
    usage: { input_tokens: 7, cache_read_input_tokens: 4, output_tokens: 7 },
  }
}

function invokeEvents(path: string): Uint8Array[] {
  const pieces: Json[] = path.includes('llama')
    ? [
        ...WORDS.map((generation) => ({ generation, stop_reason: null })),
        { generation: '', stop_reason: 'stop', ...METRICS },
      ]
    : [
        { type: 'message_start', message: { ...invoke(path), content: [], stop_reason: null } },
        { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
        ...WORDS.map((text) => ({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } })),
        { type: 'content_block_stop', index: 0 },
        { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 7 } },
        { type: 'message_stop', ...METRICS },
      ]
  return pieces.map((piece) => {
    const bytes = Buffer.from(JSON.stringify(piece)).toString('base64')
    return encodeFrame({ event: 'chunk', data: { bytes } }, 'aws-eventstream')
  })
}

const TYPES: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnrecognizedClientException',
  429: 'ThrottlingException',
  500: 'InternalServerException',
}

export const bedrock: FakeFormat = {
  path: /^\/(?:model|guardrail)\//,
  streamType: FRAMING_MEDIA_TYPES['aws-eventstream'],
  streams: (path) => path.endsWith('-stream'),
  whole(path, body) {
    if (path.endsWith('/apply')) return { usage: {}, action: 'NONE', outputs: [], assessments: [] }
    if (path.endsWith('/count-tokens')) return { inputTokens: 42 }
    return path.endsWith('/converse') ? converse(body) : invoke(path)
  },
  events: (path, body) => (path.endsWith('/converse-stream') ? converseEvents(body) : invokeEvents(path)),
  error: (status, error) => ({ __type: TYPES[status], message: error['message'] }),
}
