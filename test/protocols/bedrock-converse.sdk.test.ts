/** The official client reads what the codec writes, and the codec reads what the client sends. */
import {
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  ThrottlingException,
  type ConverseCommandInput,
  type ConverseStreamOutput,
} from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChatChunk, ChatCompletion, ChatRequest } from '../../src/kernel/hub.js'
import type { EncodeContext, WireEvent } from '../../src/kernel/protocol.js'
import { bedrockConverse } from '../../src/protocols/bedrock-converse/index.js'
import { chunksOf } from '../contracts/chunks.js'
import { startLoopback, type Loopback } from '../support/loopback.js'

let server: Loopback
let client: BedrockRuntimeClient

beforeAll(async () => {
  server = await startLoopback()
  client = new BedrockRuntimeClient({
    endpoint: server.origin,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    // The default speaks HTTP/2, which the loopback server does not.
    requestHandler: new NodeHttpHandler(),
    maxAttempts: 1,
  })
})

afterAll(async () => {
  client.destroy()
  await server.close()
})

const completion: ChatCompletion = {
  id: '',
  object: 'chat.completion',
  created: 0,
  model: '',
  choices: [
    {
      index: 0,
      finish_reason: 'tool_calls',
      logprobs: null,
      message: {
        role: 'assistant',
        content: 'Let me see. Grüße 🌍',
        refusal: null,
        reasoning_content: 'The user asks.',
        thinking_blocks: [
          { type: 'thinking', thinking: 'The user asks.', signature: 'c2lnbmVk' },
          { type: 'redacted_thinking', data: 'hidden' },
        ],
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Oslo"}' } },
          { id: 'call_2', type: 'function', function: { name: 'time', arguments: '{}' } },
        ],
      },
    },
  ],
  usage: {
    prompt_tokens: 50,
    completion_tokens: 9,
    total_tokens: 59,
    prompt_tokens_details: { cached_tokens: 30, cache_write_tokens: 10, cache_write_1h_tokens: 4 },
  },
}
const USAGE = { inputTokens: 10, outputTokens: 9, totalTokens: 59, cacheReadInputTokens: 30, cacheWriteInputTokens: 10 }
const input: ConverseCommandInput = {
  modelId: 'us.anthropic.claude-sonnet-4-6',
  messages: [{ role: 'user', content: [{ text: 'Hello' }] }],
}

function eventsOf(chunks: readonly ChatChunk[]): WireEvent[] {
  const encoder = bedrockConverse.createStreamEncoder()
  return [...chunks.flatMap((chunk) => [...encoder.push(chunk)]), ...encoder.end()]
}

async function streamed(events: readonly WireEvent[]): Promise<ConverseStreamOutput[]> {
  server.answer = { events, framing: 'aws-eventstream' }
  const { stream } = await client.send(new ConverseStreamCommand(input))
  const received: ConverseStreamOutput[] = []
  for await (const event of stream ?? []) received.push(event)
  return received
}

describe('the official client', () => {
  test('reads a whole answer', async () => {
    server.answer = { json: bedrockConverse.encodeResponse(completion) }
    const answer = await client.send(new ConverseCommand(input))
    expect(answer.stopReason).toBe('tool_use')
    expect(answer.usage).toMatchObject({
      ...USAGE,
      cacheDetails: [
        { ttl: '5m', inputTokens: 6 },
        { ttl: '1h', inputTokens: 4 },
      ],
    })
    expect(answer.output?.message?.content).toEqual([
      { reasoningContent: { reasoningText: { text: 'The user asks.', signature: 'c2lnbmVk' } } },
      { reasoningContent: { redactedContent: new Uint8Array(Buffer.from('hidden')) } },
      { text: 'Let me see. Grüße 🌍' },
      { toolUse: { toolUseId: 'call_1', name: 'weather', input: { city: 'Oslo' } } },
      { toolUse: { toolUseId: 'call_2', name: 'time', input: {} } },
    ])
  })

  test('reads a stream', async () => {
    const received = await streamed(eventsOf(chunksOf(completion, 3)))
    expect(received[0]).toEqual({ messageStart: { role: 'assistant' } })
    const deltas = received.flatMap(({ contentBlockDelta }) =>
      contentBlockDelta?.delta ? [contentBlockDelta.delta] : [],
    )
    expect(deltas.map(({ text }) => text ?? '').join('')).toBe('Let me see. Grüße 🌍')
    expect(deltas.map(({ reasoningContent }) => reasoningContent?.text ?? '').join('')).toBe('The user asks.')
    expect(deltas.find(({ reasoningContent }) => reasoningContent?.signature)?.reasoningContent?.signature).toBe(
      'c2lnbmVk',
    )
    expect(
      deltas.find(({ reasoningContent }) => reasoningContent?.redactedContent)?.reasoningContent?.redactedContent,
    ).toEqual(new Uint8Array(Buffer.from('hidden')))
    expect(deltas.map(({ toolUse }) => toolUse?.input ?? '').join('')).toBe('{"city":"Oslo"}{}')
    const starts = received.flatMap(({ contentBlockStart }) => (contentBlockStart ? [contentBlockStart] : []))
    expect(starts.map(({ start }) => start?.toolUse?.name)).toEqual(['weather', 'time'])
    const stops = received.flatMap(({ contentBlockStop }) =>
      contentBlockStop ? [contentBlockStop.contentBlockIndex] : [],
    )
    expect(stops).toEqual([0, 1, 2, 3, 4])
    expect(received.find(({ messageStop }) => messageStop)?.messageStop?.stopReason).toBe('tool_use')
    expect(received.at(-1)?.metadata?.usage).toMatchObject(USAGE)
  })

  test('throws its own class for an error, whole or streamed', async () => {
    const error = bedrockConverse.encodeError({ message: 'slow down', type: 'rate_limit_error' }, 429)
    server.answer = { status: 429, json: error }
    await expect(client.send(new ConverseCommand(input))).rejects.toThrow(ThrottlingException)
    const exception = { event: 'exception', data: { ...error, __type: 'throttlingException' } }
    const [first] = eventsOf(chunksOf(completion, 5))
    await expect(streamed([first as WireEvent, exception])).rejects.toThrow(ThrottlingException)
  })

  test('sends requests that the codec reads, and writes again as they were', async () => {
    const bytes = new Uint8Array(Buffer.from('%PDF-1.7'))
    server.answer = { json: bedrockConverse.encodeResponse(completion) }
    await client.send(
      new ConverseCommand({
        modelId: 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6',
        system: [{ text: 'Be brief.' }, { cachePoint: { type: 'default', ttl: '1h' } }],
        messages: [
          {
            role: 'user',
            content: [
              { text: 'What is this?' },
              { image: { format: 'png', source: { bytes } } },
              { document: { format: 'pdf', name: 'My report (1)', source: { bytes } } },
              { video: { format: 'mp4', source: { s3Location: { uri: 's3://bucket/film.mp4' } } } },
              { guardContent: { text: { text: 'guarded', qualifiers: ['query'] } } },
            ],
          },
          {
            role: 'assistant',
            content: [
              { reasoningContent: { reasoningText: { text: 'hm', signature: 'proof' } } },
              { reasoningContent: { redactedContent: new Uint8Array([0xff, 0x00]) } },
              { text: 'I look.' },
              { toolUse: { toolUseId: 'tooluse_1', name: 'look', input: { at: ['it'] } } },
            ],
          },
          {
            role: 'user',
            content: [
              {
                toolResult: {
                  toolUseId: 'tooluse_1',
                  status: 'error',
                  content: [{ json: { a: 1 } }, { text: 'no' }, { image: { format: 'jpeg', source: { bytes } } }],
                },
              },
              { cachePoint: { type: 'default' } },
              { text: 'Go on.' },
            ],
          },
        ],
        inferenceConfig: { maxTokens: 100, temperature: 0.5, stopSequences: ['END'] },
        toolConfig: {
          tools: [
            {
              toolSpec: {
                name: 'look',
                description: 'Looks',
                inputSchema: { json: { additionalProperties: false, type: 'object', properties: {} } },
                strict: true,
              },
            },
            { cachePoint: { type: 'default', ttl: '1h' } },
            { systemTool: { name: 'nova_grounding' } },
          ],
          toolChoice: { auto: {} },
        },
        additionalModelRequestFields: {
          top_k: 5,
          thinking: { type: 'enabled', budget_tokens: 1024 },
          anthropic_beta: ['x'],
        },
        additionalModelResponseFieldPaths: ['/stop_sequence'],
        guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
        requestMetadata: { team: 'a' },
        performanceConfig: { latency: 'optimized' },
        serviceTier: { type: 'priority' },
        outputConfig: {
          textFormat: {
            type: 'json_schema',
            structure: { jsonSchema: { name: 'n', schema: '{"type":"object","additionalProperties":false}' } },
          },
        },
      }),
    )
    const { body, path } = server.requests.at(-1) ?? { path: '' }
    const request: ChatRequest = bedrockConverse.decodeRequest(body, { path })
    expect(request).toMatchObject({
      model: 'arn:aws:bedrock:us-east-1:123456789012:inference-profile/us.anthropic.claude-sonnet-4-6',
      max_tokens: 100,
      temperature: 0.5,
      top_k: 5,
      stop: ['END'],
      service_tier: 'priority',
      metadata: { team: 'a' },
      thinking: { type: 'enabled', budget_tokens: 1024 },
      tool_choice: 'auto',
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { type: 'object', additionalProperties: false } },
      },
    })
    expect(request.tools).toMatchObject([
      { function: { name: 'look', strict: true }, cache_control: { type: 'ephemeral', ttl: '1h' } },
      { type: 'raw' },
    ])
    expect(request.messages.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'tool', 'user'])
    expect(request.messages[3]).toMatchObject({
      tool_call_id: 'tooluse_1',
      is_error: true,
      cache_control: { type: 'ephemeral' },
    })
    const context: EncodeContext = {
      provider: 'bedrock',
      model: request.model,
      quirks: {},
      dropUnsupported: false,
      warn: () => undefined,
    }
    const again = bedrockConverse.encodeRequest(request, context)
    expect(again.body).toEqual(body)
    expect(again.path).toBe(path)
  })
})
