/** What the spans of Bedrock's operations say, by the real client over a transport of the test's own. */
import {
  ApplyGuardrailCommand,
  BedrockRuntimeClient,
  ConverseCommand,
  ConverseStreamCommand,
  CountTokensCommand,
  InvokeGuardrailChecksCommand,
  InvokeModelCommand,
  InvokeModelWithBidirectionalStreamCommand,
  ThrottlingException,
  type ConverseCommandInput,
} from '@aws-sdk/client-bedrock-runtime'
import * as sdk from '@aws-sdk/client-bedrock-runtime'
import { Readable } from 'node:stream'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bedrock } from '../../integrations/bedrock.js'
import { instrumentCall } from '../../src/autolog/calls/instrument-call.js'
import { createPatcher, type PatchSession } from '../../src/autolog/patch/patch.js'
import { encodeFrame } from '../../src/kernel/frames.js'
import { spanHarness } from '../telemetry/span-harness.js'

const harness = spanHarness()
let session: PatchSession
beforeAll(() => {
  session = createPatcher({ integration: 'bedrock', format: 'cjs', options: {}, call: instrumentCall })
  bedrock.targets[0]?.instrument(sdk, session.patcher)
})
afterAll(() => session.off())

interface Answer {
  readonly status?: number
  readonly headers?: Record<string, string>
  readonly json?: unknown
  readonly events?: readonly { readonly event: string; readonly data: unknown }[]
  readonly error?: Error
}

function clientOf({ status = 200, headers = {}, json = {}, events, error }: Answer): BedrockRuntimeClient {
  const chunks = events
    ? events.map((event) => Buffer.from(encodeFrame(event, 'aws-eventstream')))
    : [Buffer.from(JSON.stringify(json))]
  return new BedrockRuntimeClient({
    region: 'us-east-1',
    maxAttempts: 1,
    credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
    requestHandler: {
      handle: () =>
        error
          ? Promise.reject(error)
          : Promise.resolve({ response: { statusCode: status, headers, body: Readable.from(chunks) } as never }),
    },
  })
}

const modelId = 'us.anthropic.claude-sonnet-4-6'
const asked: ConverseCommandInput = { modelId, messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }
const usage = { inputTokens: 10, outputTokens: 9, totalTokens: 59, cacheReadInputTokens: 30, cacheWriteInputTokens: 10 }
const answer = {
  output: { message: { role: 'assistant', content: [{ text: 'Hello' }] } },
  stopReason: 'end_turn',
  usage,
}

describe('Converse', () => {
  test('settings, guardrail, host, tokens, price and the id of the request', async () => {
    harness.use({
      price: () => ({ usd: 0.5, parts: { input: 0.5 } }),
      keepsHeader: (name) => name === 'x-amzn-requestid',
    })
    await clientOf({ json: answer, headers: { 'x-amzn-requestid': 'request-1' } }).send(
      new ConverseCommand({
        ...asked,
        inferenceConfig: { maxTokens: 64, temperature: 0.5, topP: 0.25, stopSequences: ['END'] },
        guardrailConfig: { guardrailIdentifier: 'gr-1', guardrailVersion: '2' },
      }),
    )
    expect(harness.only()).toMatchObject({ name: `chat ${modelId}`, kind: 2 })
    expect(harness.only().attributes).toMatchObject({
      'aws.bedrock.guardrail.id': 'gr-1',
      'gen_ai.request.max_tokens': 64,
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.top_p': 0.25,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 50,
      'gen_ai.usage.output_tokens': 9,
      'gen_ai.usage.cache_read.input_tokens': 30,
      'gen_ai.usage.cache_write.input_tokens': 10,
      'gen_ai.usage.cost': 0.5,
      'http.response.header.x-amzn-requestid': ['request-1'],
      'server.address': 'bedrock-runtime.us-east-1.amazonaws.com',
      'server.port': 443,
    })
    expect(harness.only().attributes).not.toHaveProperty('gen_ai.input.messages')
  })

  test('content: bytes are base64, and the arguments of tools as the program wrote them', async () => {
    harness.use({ capture: 'span' })
    const said = [{ toolUse: { toolUseId: 't1', name: 'look', input: { some_Name: 1 } } }]
    await clientOf({
      json: { ...answer, output: { message: { role: 'assistant', content: said } }, stopReason: 'tool_use' },
    }).send(
      new ConverseCommand({
        modelId,
        system: [{ text: 'Be brief.' }],
        messages: [
          {
            role: 'user',
            content: [{ text: 'Look' }, { image: { format: 'png', source: { bytes: new Uint8Array([104, 105]) } } }],
          },
        ],
        toolConfig: { tools: [{ toolSpec: { name: 'look', inputSchema: { json: { type: 'object' } } } }] },
      }),
    )
    const { attributes } = harness.only()
    expect(attributes['gen_ai.input.messages']).toContain('aGk=')
    expect(attributes['gen_ai.input.messages']).not.toContain('"0":104')
    expect(attributes['gen_ai.system_instructions']).toContain('Be brief.')
    expect(attributes['gen_ai.tool.definitions']).toContain('look')
    expect(attributes['gen_ai.output.messages']).toContain('some_Name')
    expect(attributes['gen_ai.response.finish_reasons']).toEqual(['tool_calls'])
  })

  test('the model that a router chose', async () => {
    const trace = { promptRouter: { invokedModelId: 'us.anthropic.claude-haiku-4-5' } }
    await clientOf({ json: { ...answer, trace } }).send(
      new ConverseCommand({ ...asked, modelId: 'arn:aws:bedrock:us-east-1:1:default-prompt-router/anthropic:1' }),
    )
    expect(harness.only().attributes['gen_ai.response.model']).toBe('us.anthropic.claude-haiku-4-5')
  })
})

const events = [
  { event: 'messageStart', data: { role: 'assistant' } },
  { event: 'contentBlockDelta', data: { contentBlockIndex: 0, delta: { text: 'Hel' } } },
  { event: 'contentBlockDelta', data: { contentBlockIndex: 0, delta: { text: 'lo' } } },
  { event: 'contentBlockStop', data: { contentBlockIndex: 0 } },
  { event: 'messageStop', data: { stopReason: 'max_tokens' } },
  { event: 'metadata', data: { usage, metrics: { latencyMs: 1 } } },
]

async function streamed(answer: Answer, most = Infinity): Promise<unknown> {
  const { stream } = await clientOf(answer).send(new ConverseStreamCommand(asked))
  let count = 0
  for await (const _event of stream ?? []) if (++count >= most) break
  return count
}

describe('ConverseStream', () => {
  test('all of it', async () => {
    harness.use({ capture: 'span' })
    expect(await streamed({ events })).toBe(events.length)
    const { attributes } = harness.only()
    expect(attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.response.finish_reasons': ['length'],
      'gen_ai.usage.input_tokens': 50,
    })
    expect(attributes['gen_ai.response.time_to_first_chunk']).toBeTypeOf('number')
    expect(attributes['gen_ai.output.messages']).toContain('Hello')
  })

  test('a break', async () => {
    await streamed({ events }, 2)
    expect(harness.only().status.code).toBe(0)
    expect(harness.only().attributes['gen_ai.response.finish_reasons']).toBeUndefined()
  })

  test('one that ends before its end', async () => {
    await streamed({ events: events.slice(0, 3) })
    expect(harness.only().attributes['error.type']).toBe('stream_truncated')
  })

  test('an exception inside', async () => {
    const exception = { event: 'exception', data: { __type: 'throttlingException', message: 'slow down' } }
    await expect(streamed({ events: [...events.slice(0, 2), exception] })).rejects.toBeInstanceOf(ThrottlingException)
    expect(harness.only().attributes['error.type']).toBe('ThrottlingException')
  })
})

describe('errors', () => {
  const failing = (answer: Answer) =>
    clientOf(answer)
      .send(new ConverseCommand(asked))
      .catch((error: unknown) => error)

  test.each([
    ['one the SDK has a class for', 'ThrottlingException', 429],
    ['one it has none for', 'UnrecognizedClientException', 403],
  ])('%s', async (_name, type, status) => {
    const error = await failing({
      status,
      headers: { 'x-amzn-errortype': type },
      json: { message: 'the prompt said so' },
    })
    expect(error).toMatchObject({ name: type })
    const span = harness.only()
    expect(span.attributes).toMatchObject({ 'error.type': type, 'http.response.status_code': status })
    expect(JSON.stringify([span.attributes, span.status, span.events])).not.toContain('prompt')
  })

  test('of the connection', async () => {
    const reset = Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' })
    expect(await failing({ error: reset })).toBe(reset)
    expect(harness.only().attributes['error.type']).toBe('ECONNRESET')
  })

  test('an abort', async () => {
    const abort = Object.assign(new Error('Request aborted'), { name: 'AbortError' })
    expect(await failing({ error: abort })).toBe(abort)
    expect(harness.only().attributes['error.type']).toBe('AbortError')
  })
})

describe('other operations', () => {
  test('a guardrail that is applied judges a text', async () => {
    const json = { usage: { topicPolicyUnits: 1 }, action: 'GUARDRAIL_INTERVENED', outputs: [], assessments: [] }
    await clientOf({ json }).send(
      new ApplyGuardrailCommand({
        guardrailIdentifier: 'gr-1',
        guardrailVersion: '1',
        source: 'INPUT',
        content: [{ text: { text: 'Hi' } }],
      }),
    )
    expect(harness.only().name).toBe('moderation')
    expect(harness.only().attributes).toMatchObject({
      'gen_ai.operation.name': 'moderation',
      'aws.bedrock.guardrail.id': 'gr-1',
      'aws.bedrock.guardrail.action': 'GUARDRAIL_INTERVENED',
    })
    expect(harness.only().attributes).not.toHaveProperty('tracestitch.unread')
  })

  test('checks without a guardrail', async () => {
    await clientOf({ json: { results: {}, usage: {} } }).send(
      new InvokeGuardrailChecksCommand({ messages: [{ role: 'user', content: [{ text: 'Hi' }] }], checks: {} }),
    )
    expect(harness.only().name).toBe('moderation')
    expect(harness.only().attributes).not.toHaveProperty('tracestitch.unread')
  })

  test('a guardrail of InvokeModel', async () => {
    const body = '{"prompt":"Hi"}'
    await clientOf({ json: { generation: 'Hello', stop_reason: 'stop' } }).send(
      new InvokeModelCommand({ modelId: 'meta.llama', body, guardrailIdentifier: 'gr-1', guardrailVersion: '1' }),
    )
    expect(harness.only().attributes['aws.bedrock.guardrail.id']).toBe('gr-1')
  })

  test('tokens are counted, and none are used', async () => {
    await clientOf({ json: { inputTokens: 42 } }).send(
      new CountTokensCommand({ modelId, input: { converse: { messages: asked.messages } } }),
    )
    expect(harness.only().name).toBe(`count_tokens ${modelId}`)
    expect(Object.values(harness.only().attributes)).toContain(42)
    expect(harness.only().attributes).not.toHaveProperty('gen_ai.usage.input_tokens')
  })

  test('speech in both directions: the newest counts are those of the conversation', async () => {
    const counts = (input: number, output: number) => ({
      event: {
        usageEvent: {
          totalInputTokens: input,
          totalOutputTokens: output,
          totalTokens: input + output,
          details: {
            total: {
              input: { speechTokens: input - 1, textTokens: 1 },
              output: { speechTokens: output - 2, textTokens: 2 },
            },
          },
        },
      },
    })
    const chunk = (data: unknown) => ({
      event: 'chunk',
      data: { bytes: Buffer.from(JSON.stringify(data)).toString('base64') },
    })
    const pieces = [
      counts(5, 3),
      { event: { textOutput: { content: 'Hello' } } },
      counts(11, 7),
      { event: { completionEnd: {} } },
    ]
    async function* speech() {
      yield { chunk: { bytes: new TextEncoder().encode('{"event":{"sessionStart":{}}}') } }
    }
    const { body } = await clientOf({ events: pieces.map(chunk) }).send(
      new InvokeModelWithBidirectionalStreamCommand({ modelId: 'amazon.nova-2-sonic-v1:0', body: speech() }),
    )
    const read: unknown[] = []
    for await (const piece of body ?? []) read.push(JSON.parse(Buffer.from(piece.chunk?.bytes ?? []).toString()))
    expect(read).toEqual(pieces)
    expect(harness.only().name).toBe('generate_content amazon.nova-2-sonic-v1:0')
    expect(harness.only().attributes).toMatchObject({
      'gen_ai.output.type': 'speech',
      'gen_ai.request.stream': true,
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.audio.input_tokens': 10,
      'gen_ai.usage.text.output_tokens': 2,
    })
  })
})
