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
import { instrumentCall } from '../../src/autolog/calls/instrument-call.js'
import { createPatcher, type PatchSession } from '../../src/autolog/patch/patch.js'
import { encodeFrame } from '../../src/kernel/frames.js'
import { counts, FAMILIES, metrics, type Family } from './bedrock-families.js'
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

const framed = (pieces: readonly unknown[]): Uint8Array =>
  Buffer.concat(
    pieces.map((piece) => {
      const bytes = Buffer.from(JSON.stringify(piece)).toString('base64')
      return encodeFrame({ event: 'chunk', data: { bytes } }, 'aws-eventstream') as Uint8Array
    }),
  )

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

describe('answers that no format reads', () => {
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

  test('an answer that its format cannot read', async () => {
    const input = { modelId: 'meta.llama', body: '{"prompt":"Hi"}' }
    await clientOf('{"frames":[]}').send(new InvokeModelCommand(input))
    expect(harness.only().attributes['tracestitch.unread']).toBe('answer')
  })
})
