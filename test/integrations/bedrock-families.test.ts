/** InvokeModel and its stream: each family of models has a format of its own, and what none reads says so. */
import {
  BedrockRuntimeClient,
  InvokeModelCommand,
  InvokeModelWithResponseStreamCommand,
} from '@aws-sdk/client-bedrock-runtime'
import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bedrock } from '../../integrations/bedrock.js'
import { instrumentCall } from '../../src/autolog/call.js'
import { createPatcher, type PatchSession } from '../../src/autolog/patch.js'
import { encodeFrame } from '../../src/kernel/frames.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
let session: PatchSession
beforeAll(() => {
  session = createPatcher({ integration: 'bedrock', format: 'cjs', options: {}, call: instrumentCall })
  bedrock.targets[0]?.instrument(sdk, session.patcher)
})
afterAll(() => session.off())

/** A client whose transport answers with these bytes. */
function clientOf(body: string | Uint8Array, headers: Record<string, string> = {}): BedrockRuntimeClient {
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      handle: async () => ({
        response: { statusCode: 200, headers, body: Readable.from([Buffer.from(body)]) } as never,
      }),
    },
  })
}

const counts = (input: number, output?: number): Record<string, string> => ({
  'x-amzn-bedrock-input-token-count': String(input),
  ...(output !== undefined && { 'x-amzn-bedrock-output-token-count': String(output) }),
})

const framed = (pieces: readonly unknown[]): Uint8Array =>
  Buffer.concat(
    pieces.map((piece) => {
      const bytes = Buffer.from(JSON.stringify(piece)).toString('base64')
      return encodeFrame({ event: 'chunk', data: { bytes } }, 'aws-eventstream') as Uint8Array
    }),
  )

const metrics = (input: number, output: number) => ({
  'amazon-bedrock-invocationMetrics': { inputTokenCount: input, outputTokenCount: output },
})

interface Family {
  readonly name: string
  readonly modelId: string
  readonly body: object
  readonly answer?: object
  readonly headers?: Record<string, string>
  readonly pieces?: readonly object[]
  readonly span: string
  readonly usage: readonly [number | undefined, number | undefined]
  readonly finish?: string
  /** What was said, where content is captured. */
  readonly text?: string
  readonly attributes?: Record<string, unknown>
}

const CLAUDE = 'us.anthropic.claude-sonnet-4-6'
const PROFILE = 'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/abc123'
const asked = [{ role: 'user', content: 'Hi' }]

const FAMILIES: readonly Family[] = [
  {
    name: 'Claude',
    modelId: CLAUDE,
    body: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages: asked },
    answer: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-6',
      content: [{ type: 'text', text: 'Hello' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 4, cache_read_input_tokens: 9, cache_creation_input_tokens: 0, output_tokens: 5 },
    },
    pieces: [
      {
        type: 'message_start',
        message: {
          id: 'msg_1',
          type: 'message',
          role: 'assistant',
          model: 'claude-sonnet-4-6',
          content: [],
          usage: { input_tokens: 4, cache_read_input_tokens: 9, cache_creation_input_tokens: 0, output_tokens: 1 },
        },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hello' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 5 } },
      { type: 'message_stop', ...metrics(4, 5) },
    ],
    span: `chat ${CLAUDE}`,
    usage: [13, 5],
    finish: 'stop',
    text: 'Hello',
    attributes: {
      'gen_ai.response.id': 'msg_1',
      'gen_ai.response.model': 'claude-sonnet-4-6',
      'gen_ai.request.max_tokens': 64,
      'gen_ai.usage.cache_read.input_tokens': 9,
    },
  },
  {
    name: 'Claude behind a profile of the account',
    modelId: PROFILE,
    body: { anthropic_version: 'bedrock-2023-05-31', max_tokens: 64, messages: asked },
    answer: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-6',
      content: [{ type: 'tool_use', id: 't', name: 'add', input: {} }],
      stop_reason: 'tool_use',
      usage: { input_tokens: 4, output_tokens: 5 },
    },
    span: `chat ${PROFILE}`,
    usage: [4, 5],
    finish: 'tool_calls',
  },
  {
    name: 'Claude before its messages',
    modelId: 'anthropic.claude-v2:1',
    body: { prompt: '\n\nHuman: Hi\n\nAssistant:', max_tokens_to_sample: 64 },
    answer: { completion: ' Hello', stop_reason: 'stop_sequence', stop: '\n\nHuman:' },
    headers: counts(11, 7),
    pieces: [
      { completion: ' Hello', stop_reason: null },
      { completion: '', stop_reason: 'stop_sequence', ...metrics(11, 7) },
    ],
    span: 'text_completion anthropic.claude-v2:1',
    usage: [11, 7],
    finish: 'stop',
    text: ' Hello',
    attributes: { 'gen_ai.request.max_tokens': 64 },
  },
  {
    name: 'Nova',
    modelId: 'eu.amazon.nova-micro-v1:0',
    body: { messages: [{ role: 'user', content: [{ text: 'Hi' }] }], inferenceConfig: { max_new_tokens: 64 } },
    answer: {
      output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
      stopReason: 'max_tokens',
      usage: { inputTokens: 12, outputTokens: 13, cacheReadInputTokenCount: 3 },
    },
    pieces: [
      { messageStart: { role: 'assistant' } },
      { contentBlockDelta: { contentBlockIndex: 0, delta: { text: 'Hello' } } },
      { messageStop: { stopReason: 'max_tokens' } },
      {
        metadata: { usage: { inputTokens: 12, outputTokens: 13, cacheReadInputTokenCount: 3 } },
        ...metrics(12, 13),
      },
    ],
    span: 'chat eu.amazon.nova-micro-v1:0',
    usage: [15, 13],
    finish: 'length',
    text: 'Hello',
    attributes: { 'gen_ai.request.max_tokens': 64, 'gen_ai.usage.cache_read.input_tokens': 3 },
  },
  {
    name: 'Jamba, and others that speak as OpenAI does',
    modelId: 'ai21.jamba-1-5-mini-v1:0',
    body: { messages: asked, max_tokens: 64 },
    answer: {
      id: 'chatcmpl-1',
      model: 'jamba-1.5-mini',
      choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 17, completion_tokens: 8, total_tokens: 25 },
    },
    pieces: [
      {
        id: 'chatcmpl-1',
        choices: [{ index: 0, delta: { role: 'assistant', content: 'Hello' }, finish_reason: null }],
      },
      { id: 'chatcmpl-1', choices: [{ index: 0, delta: { content: '' }, finish_reason: 'stop', stop_reason: 518 }] },
      metrics(17, 8),
    ],
    span: 'chat ai21.jamba-1-5-mini-v1:0',
    usage: [17, 8],
    finish: 'stop',
    text: 'Hello',
    attributes: { 'gen_ai.response.id': 'chatcmpl-1' },
  },
  {
    name: 'Mistral',
    modelId: 'mistral.mistral-large-2407-v1:0',
    body: { messages: asked, max_tokens: 64 },
    answer: { choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, stop_reason: 'length' }] },
    headers: counts(8, 9),
    pieces: [
      { choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, stop_reason: null }] },
      { choices: [{ index: 0, message: { role: 'assistant', content: '' }, stop_reason: 'length' }], ...metrics(8, 9) },
    ],
    span: 'chat mistral.mistral-large-2407-v1:0',
    usage: [8, 9],
    finish: 'length',
    text: 'Hello',
  },
  {
    name: 'Mistral continuing a prompt',
    modelId: 'mistral.mistral-7b-instruct-v0:2',
    body: { prompt: '<s>[INST] Hi [/INST]', max_tokens: 64, top_p: 0.5 },
    answer: { outputs: [{ text: 'Hello', stop_reason: 'stop' }] },
    headers: counts(8, 9),
    pieces: [
      { outputs: [{ text: 'Hello', stop_reason: null }] },
      { outputs: [{ text: '', stop_reason: 'stop' }], ...metrics(8, 9) },
    ],
    span: 'text_completion mistral.mistral-7b-instruct-v0:2',
    usage: [8, 9],
    finish: 'stop',
    text: 'Hello',
    attributes: { 'gen_ai.request.top_p': 0.5 },
  },
  {
    name: 'Llama',
    modelId: 'us.meta.llama3-3-70b-instruct-v1:0',
    body: { prompt: 'Hi', max_gen_len: 64, temperature: 0.5 },
    answer: { generation: 'Hello', prompt_token_count: 7, generation_token_count: 5, stop_reason: 'length' },
    pieces: [
      { generation: 'Hel', prompt_token_count: 7, generation_token_count: 1, stop_reason: null },
      {
        generation: 'lo',
        prompt_token_count: null,
        generation_token_count: 5,
        stop_reason: 'length',
        ...metrics(7, 5),
      },
    ],
    span: 'text_completion us.meta.llama3-3-70b-instruct-v1:0',
    usage: [7, 5],
    finish: 'length',
    text: 'Hello',
    attributes: { 'gen_ai.request.max_tokens': 64, 'gen_ai.request.temperature': 0.5 },
  },
  {
    name: 'DeepSeek continuing a prompt',
    modelId: 'us.deepseek.r1-v1:0',
    body: { prompt: 'Hi', max_tokens: 64 },
    answer: { choices: [{ text: 'Hello', stop_reason: 'stop' }] },
    headers: counts(3, 4),
    pieces: [{ choices: [{ text: 'Hello', stop_reason: 'stop' }], ...metrics(3, 4) }],
    span: 'text_completion us.deepseek.r1-v1:0',
    usage: [3, 4],
    finish: 'stop',
    text: 'Hello',
  },
  {
    name: 'Titan',
    modelId: 'amazon.titan-text-express-v1',
    body: { inputText: 'Hi', textGenerationConfig: { maxTokenCount: 64, topP: 0.9, stopSequences: ['User:'] } },
    answer: { inputTextTokenCount: 6, results: [{ tokenCount: 26, outputText: 'Hello', completionReason: 'LENGTH' }] },
    pieces: [
      {
        outputText: 'Hello',
        index: 0,
        totalOutputTextTokenCount: 26,
        completionReason: 'LENGTH',
        inputTextTokenCount: 6,
        ...metrics(6, 26),
      },
    ],
    span: 'text_completion amazon.titan-text-express-v1',
    usage: [6, 26],
    finish: 'length',
    text: 'Hello',
    attributes: {
      'gen_ai.request.max_tokens': 64,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.stop_sequences': ['User:'],
    },
  },
  {
    name: 'Command R',
    modelId: 'cohere.command-r-v1:0',
    body: { message: 'Hi', chat_history: [{ role: 'CHATBOT', message: 'Yes?' }], max_tokens: 64 },
    answer: { response_id: 'r_1', text: 'Hello', generation_id: 'g_1', finish_reason: 'COMPLETE' },
    headers: counts(7, 3),
    pieces: [
      { is_finished: false, event_type: 'text-generation', text: 'Hello' },
      {
        is_finished: true,
        event_type: 'stream-end',
        response: { response_id: 'r_1', text: 'Hello', finish_reason: 'COMPLETE' },
        finish_reason: 'COMPLETE',
        ...metrics(7, 3),
      },
    ],
    span: 'chat cohere.command-r-v1:0',
    usage: [7, 3],
    finish: 'stop',
    text: 'Hello',
    attributes: { 'gen_ai.response.id': 'r_1' },
  },
  {
    name: 'Command',
    modelId: 'cohere.command-text-v14',
    body: { prompt: 'Hi', max_tokens: 64, p: 0.1 },
    answer: { id: 'c_1', generations: [{ id: 'g_1', text: 'Hello', finish_reason: 'MAX_TOKENS' }], prompt: 'Hi' },
    headers: counts(7, 3),
    pieces: [
      { is_finished: false, text: 'Hello' },
      { is_finished: true, finish_reason: 'MAX_TOKENS', ...metrics(7, 3) },
    ],
    span: 'text_completion cohere.command-text-v14',
    usage: [7, 3],
    finish: 'length',
    text: 'Hello',
    attributes: { 'gen_ai.request.top_p': 0.1 },
  },
  {
    name: 'Jurassic',
    modelId: 'ai21.j2-ultra-v1',
    body: { prompt: 'Hi', maxTokens: 64, stopSequences: [] },
    answer: { id: 1234, completions: [{ data: { text: 'Hello' }, finishReason: { reason: 'endoftext' } }] },
    headers: counts(6, 17),
    span: 'text_completion ai21.j2-ultra-v1',
    usage: [6, 17],
    finish: 'stop',
    text: 'Hello',
  },
  {
    name: 'Titan embeddings',
    modelId: 'amazon.titan-embed-text-v2:0',
    body: { inputText: 'Hi', dimensions: 256 },
    answer: { embedding: [0.5], inputTextTokenCount: 4 },
    headers: counts(4),
    span: 'embeddings amazon.titan-embed-text-v2:0',
    usage: [4, undefined],
    attributes: { 'gen_ai.embeddings.dimension.count': 256 },
  },
  {
    name: 'Cohere embeddings, which count in a header alone',
    modelId: 'us.cohere.embed-v4:0',
    body: { texts: ['Hi'], input_type: 'search_query' },
    answer: { embeddings: { float: [[0.5]] }, id: 'e_1', response_type: 'embeddings_by_type' },
    headers: counts(5),
    span: 'embeddings us.cohere.embed-v4:0',
    usage: [5, undefined],
  },
  {
    name: 'Nova embeddings',
    modelId: 'amazon.nova-2-multimodal-embeddings-v1:0',
    body: {
      taskType: 'SINGLE_EMBEDDING',
      singleEmbeddingParams: { embeddingPurpose: 'GENERIC_INDEX', text: { value: 'Hi' } },
    },
    answer: { embeddings: [{ embeddingType: 'TEXT', embedding: [0.5] }] },
    headers: counts(19),
    span: 'embeddings amazon.nova-2-multimodal-embeddings-v1:0',
    usage: [19, undefined],
  },
  {
    name: 'rerank',
    modelId: 'cohere.rerank-v3-5:0',
    body: { api_version: 2, query: 'Hi', documents: ['a', 'b'] },
    answer: { results: [{ index: 1, relevance_score: 0.5 }] },
    span: 'rerank cohere.rerank-v3-5:0',
    usage: [undefined, undefined],
  },
  {
    name: 'images',
    modelId: 'amazon.nova-canvas-v1:0',
    body: { taskType: 'TEXT_IMAGE', textToImageParams: { text: 'A cat' } },
    answer: { images: ['aGk='] },
    span: 'generate_content amazon.nova-canvas-v1:0',
    usage: [undefined, undefined],
    attributes: { 'gen_ai.output.type': 'image' },
  },
  {
    name: 'images of a model that takes a prompt',
    modelId: 'stability.sd3-5-large-v1:0',
    body: { prompt: 'A cat' },
    answer: { images: ['aGk='], seeds: [1], finish_reasons: [null] },
    span: 'generate_content stability.sd3-5-large-v1:0',
    usage: [undefined, undefined],
    attributes: { 'gen_ai.output.type': 'image' },
  },
]

function expectSpan({ span: name, usage, finish, text, attributes }: Family, streamed: boolean): void {
  const span = harness.only()
  expect(span.name).toBe(name)
  expect(span.status.code).toBe(0)
  expect(span.attributes).not.toHaveProperty('tracestitch.unread')
  expect([span.attributes['gen_ai.usage.input_tokens'], span.attributes['gen_ai.usage.output_tokens']]).toEqual(usage)
  expect(span.attributes['gen_ai.response.finish_reasons']).toEqual(finish && [finish])
  expect(span.attributes['gen_ai.request.stream']).toBe(streamed ? true : undefined)
  if (text !== undefined)
    expect(JSON.parse(String(span.attributes['gen_ai.output.messages']))[0].parts).toEqual([
      { type: 'text', content: text },
    ])
  if (attributes) expect(span.attributes).toMatchObject(attributes)
}

const inputOf = ({ modelId, body }: Family) => ({
  modelId,
  body: JSON.stringify(body),
  contentType: 'application/json',
})

test.each(FAMILIES.filter(({ answer }) => answer))('$name', async (family) => {
  const { answer, headers, text } = family
  if (text !== undefined) harness.use({ capture: 'span' })
  const result = await clientOf(JSON.stringify(answer), headers).send(new InvokeModelCommand(inputOf(family)))
  expect(JSON.parse(result.body.transformToString())).toEqual(answer)
  expectSpan(family, false)
})

test.each(FAMILIES.filter(({ pieces }) => pieces))('$name, streamed', async (family) => {
  const { pieces = [], text } = family
  if (text !== undefined) harness.use({ capture: 'span' })
  const { body } = await clientOf(framed(pieces)).send(new InvokeModelWithResponseStreamCommand(inputOf(family)))
  const read: unknown[] = []
  for await (const piece of body ?? []) read.push(JSON.parse(Buffer.from(piece.chunk?.bytes ?? []).toString()))
  expect(read).toEqual(pieces)
  expectSpan(family, true)
})

describe('bodies', () => {
  const wire = { prompt: 'Hi', max_gen_len: 64 }
  const text = JSON.stringify(wire)
  const bytes = new TextEncoder().encode(text)

  test.each([
    ['text', text],
    ['bytes', bytes],
    ['bytes in the middle of a buffer', Buffer.from(`--${text}--`).subarray(2, 2 + bytes.length)],
  ])('as %s', async (_name, body) => {
    const client = clientOf(JSON.stringify({ generation: 'Hello', stop_reason: 'stop' }), counts(7, 5))
    await client.send(new InvokeModelCommand({ modelId: 'meta.llama', body }))
    expect(harness.only().attributes).toMatchObject({ 'gen_ai.request.max_tokens': 64, 'gen_ai.usage.input_tokens': 7 })
  })
})

describe('what no format reads', () => {
  test('says so, with the tokens that the headers count', async () => {
    const client = clientOf('{"frames":[]}', counts(7, 5))
    await client.send(new InvokeModelCommand({ modelId: 'twelvelabs.pegasus-1-2-v1:0', body: '{"inputPrompt":"Hi"}' }))
    expect(harness.only().name).toBe('generate_content twelvelabs.pegasus-1-2-v1:0')
    expect(harness.only().attributes).toMatchObject({ 'tracestitch.unread': 'answer', 'gen_ai.usage.input_tokens': 7 })
  })

  test.each(['not JSON', '', '[1]'])('also a body of %j', async (body) => {
    await clientOf('[]').send(new InvokeModelCommand({ modelId: 'mine', body }))
    expect(harness.only().attributes['tracestitch.unread']).toBe('answer')
  })

  test('a stream', async () => {
    const client = clientOf(framed([{ frame: 1 }, metrics(1, 2)]))
    const input = { modelId: 'mine', body: '{"inputPrompt":"Hi"}' }
    const { body } = await client.send(new InvokeModelWithResponseStreamCommand(input))
    for await (const _piece of body ?? []) void _piece
    expect(harness.only().attributes['tracestitch.unread']).toBe('stream')
  })

  test('a known format that answers otherwise', async () => {
    const input = { modelId: 'meta.llama', body: '{"prompt":"Hi"}' }
    await clientOf('{"frames":[]}').send(new InvokeModelCommand(input))
    expect(harness.only().attributes['tracestitch.unread']).toBe('answer')
  })
})
