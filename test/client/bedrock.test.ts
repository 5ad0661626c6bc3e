/** The client against a loopback server that frames as Bedrock does and checks signatures as AWS does. */
import { BedrockRuntimeClient, ConverseCommand } from '@aws-sdk/client-bedrock-runtime'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { createHash, createHmac } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createClient } from '../../src/index.js'
import { encodeFrame, FRAMING_MEDIA_TYPES } from '../../src/kernel/frames.js'
import type { WireEvent } from '../../src/kernel/protocol.js'
import type { ProviderOptions } from '../../src/router/options.js'

const SECRET = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY'
const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: SECRET, sessionToken: 'the-session-token' }

interface Seen {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

let server: Server
let origin: string
let seen: Seen[]
let answer: (request: Seen, response: ServerResponse) => void

beforeEach(async () => {
  seen = []
  answer = (_, response) => sendJson(response, 200, ANSWER)
  server = createServer((request, response) => {
    const pieces: Buffer[] = []
    request.on('data', (piece: Buffer) => pieces.push(piece))
    request.on('end', () => {
      const one: Seen = {
        path: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(pieces).toString('utf8'),
      }
      seen.push(one)
      answer(one, response)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const ANSWER = {
  output: { message: { role: 'assistant', content: [{ text: 'Oslo' }] } },
  stopReason: 'end_turn',
  usage: { inputTokens: 3, outputTokens: 2, totalTokens: 25, cacheReadInputTokens: 20 },
  metrics: { latencyMs: 12 },
}
const EVENTS: WireEvent[] = [
  { event: 'messageStart', data: { role: 'assistant' } },
  { event: 'contentBlockDelta', data: { contentBlockIndex: 0, delta: { text: 'Os' } } },
  { event: 'contentBlockDelta', data: { contentBlockIndex: 0, delta: { text: 'lo' } } },
  { event: 'contentBlockStop', data: { contentBlockIndex: 0 } },
  { event: 'messageStop', data: { stopReason: 'end_turn' } },
  { event: 'metadata', data: { usage: ANSWER.usage, metrics: { latencyMs: 5 } } },
]

function sendJson(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function sendEvents(
  response: ServerResponse,
  events: readonly WireEvent[],
  change: (bytes: Buffer) => Buffer = (bytes) => bytes,
): void {
  response.writeHead(200, { 'content-type': FRAMING_MEDIA_TYPES['aws-eventstream'] })
  response.end(change(Buffer.concat(events.map((event) => encodeFrame(event, 'aws-eventstream')))))
}

const hex = (text: string | Buffer): string => createHash('sha256').update(text).digest('hex')
const hmac = (key: string | Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest()

/** The signature from first principles: https://docs.aws.amazon.com/IAM/latest/UserGuide/create-signed-request.html */
function isSigned(
  { path, headers, body }: Seen,
  secret: string,
): { valid: boolean; signed: string[]; scope: string[] } {
  const fields = /Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=(\w+)/.exec(headers.authorization ?? '')
  const [, credential = '', names = '', signature = ''] = fields ?? []
  const [, date = '', region = '', service = '', end = ''] = credential.split('/')
  const signed = names.split(';')
  const segments = path
    .split('/')
    .map((segment) =>
      encodeURIComponent(segment).replaceAll(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`),
    )
  const canonical = [
    'POST',
    segments.join('/'),
    '',
    ...signed.map((name) => `${name}:${String(headers[name]).trim()}`),
    '',
    names,
    hex(body),
  ].join('\n')
  const scope = [date, region, service, end]
  const text = ['AWS4-HMAC-SHA256', String(headers['x-amz-date']), scope.join('/'), hex(canonical)].join('\n')
  const key = scope.reduce<string | Buffer>((from, part) => hmac(from, part), `AWS4${secret}`) as Buffer
  return { valid: hmac(key, text).toString('hex') === signature, signed, scope }
}

const messages = [{ role: 'user' as const, content: 'Capital of Norway? Grüße' }]

function clientFor(
  options: ProviderOptions,
  more: Parameters<typeof createClient>[0] = {},
): ReturnType<typeof createClient> {
  return createClient({
    retries: 0,
    providers: { bedrock: { baseURL: origin, variables: { region: 'eu-north-1' }, ...options } },
    ...more,
  })
}

describe('AWS Signature Version 4', () => {
  test('the check of this test holds for the official client', async () => {
    const client = new BedrockRuntimeClient({
      endpoint: origin,
      region: 'eu-north-1',
      credentials,
      requestHandler: new NodeHttpHandler(),
      maxAttempts: 1,
    })
    await client.send(
      new ConverseCommand({
        modelId: 'amazon.nova-micro-v1:0',
        messages: [{ role: 'user', content: [{ text: 'Grüße' }] }],
      }),
    )
    client.destroy()
    expect(isSigned(seen[0] as Seen, SECRET)).toMatchObject({
      valid: true,
      scope: [expect.any(String), 'eu-north-1', 'bedrock', 'aws4_request'],
    })
    expect(isSigned(seen[0] as Seen, `${SECRET}x`).valid).toBe(false)
  })

  test.each([
    'amazon.nova-micro-v1:0',
    'us.anthropic.claude-sonnet-4-6',
    'arn:aws:bedrock:us-east-1:123456789012:application-inference-profile/a1',
  ])('a request to %s is signed', async (model) => {
    const result = await clientFor({ credentials }).chat.completions.create({ model: `bedrock/${model}`, messages })
    expect(result.choices[0]?.message.content).toBe('Oslo')
    expect(result).toMatchObject({ id: expect.stringMatching(/^chatcmpl-./), model })
    expect(result.usage).toMatchObject({
      prompt_tokens: 23,
      completion_tokens: 2,
      prompt_tokens_details: { cached_tokens: 20 },
    })
    const [request] = seen as [Seen]
    expect(request.path).toBe(`/model/${encodeURIComponent(model)}/converse`)
    expect(isSigned(request, SECRET)).toEqual({
      valid: true,
      signed: ['host', 'x-amz-date', 'x-amz-security-token'],
      scope: [expect.stringMatching(/^\d{8}$/), 'eu-north-1', 'bedrock', 'aws4_request'],
    })
  })

  test('credentials from a function are asked for each request; headers of AWS are signed, others are not', async () => {
    let asked = 0
    const ai = clientFor({
      credentials: () => ({ ...credentials, secretAccessKey: `${SECRET}${(asked += 1)}` }),
      headers: { 'x-amzn-bedrock-trace': 'ENABLED', 'x-mine': '1' },
    })
    for (const number of [1, 2]) {
      await ai.chat.completions.create(
        { model: 'bedrock/m', messages },
        { headers: { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' } },
      )
      const check = isSigned(seen[number - 1] as Seen, `${SECRET}${number}`)
      expect(check).toMatchObject({
        valid: true,
        signed: ['host', 'x-amz-date', 'x-amz-security-token', 'x-amzn-bedrock-trace'],
      })
    }
  })

  test('an API key is a bearer token, and nothing is signed', async () => {
    await clientFor({ apiKey: 'bedrock-api-key' }).chat.completions.create({ model: 'bedrock/m', messages })
    expect(seen[0]?.headers.authorization).toBe('Bearer bedrock-api-key')
    expect(seen[0]?.headers['x-amz-date']).toBeUndefined()
  })

  test('a secret that an explained error quotes is not shown', async () => {
    answer = (_, response) =>
      sendJson(
        response,
        403,
        { message: 'The Canonical String should have been: x-amz-security-token:the-session-token' },
        { 'x-amzn-errortype': 'InvalidSignatureException:http://x/' },
      )
    const failure = clientFor({ credentials }).chat.completions.create({ model: 'bedrock/m', messages })
    await expect(failure).rejects.toMatchObject({
      name: 'ProviderError',
      status: 403,
      type: 'InvalidSignatureException',
    })
    await expect(failure).rejects.not.toThrow(/the-session-token/)
  })

  test('incomplete credentials, and a source of them that fails, are typed errors', async () => {
    const create = (options: ProviderOptions) =>
      clientFor(options).chat.completions.create({ model: 'bedrock/m', messages })
    await expect(create({ credentials: () => ({ accessKeyId: 'a' }) as never })).rejects.toMatchObject({
      name: 'CredentialsError',
      path: 'providers.bedrock.credentials',
    })
    await expect(create({ credentials: () => Promise.reject(new Error('expired')) })).rejects.toMatchObject({
      path: 'providers.bedrock.credentials',
      cause: expect.objectContaining({ message: 'expired' }),
    })
    expect(seen).toEqual([])
  })
})

describe('a stream of event-stream messages', () => {
  async function collect(
    ai: ReturnType<typeof createClient>,
  ): Promise<{ text: string; usage: unknown; names: ReadonlySet<string> }> {
    const stream = await ai.chat.completions.create({
      model: 'bedrock/m',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    let text = ''
    let usage: unknown
    const names = new Set<string>()
    for await (const chunk of stream) {
      text += chunk.choices[0]?.delta.content ?? ''
      usage = chunk.usage ?? usage
      names.add(`${chunk.id} of ${chunk.model}`)
    }
    return { text, usage, names }
  }

  test('is read to its usage', async () => {
    answer = (_, response) => {
      response.setHeader('x-amzn-requestid', 'the-request')
      sendEvents(response, EVENTS)
    }
    const { text, usage, names } = await collect(clientFor({ credentials }))
    expect(names).toEqual(new Set(['chatcmpl-the-request of m']))
    expect(text).toBe('Oslo')
    expect(usage).toMatchObject({ prompt_tokens: 23, total_tokens: 25 })
    const [request] = seen as [Seen]
    expect(request.path).toBe('/model/m/converse-stream')
    expect(request.headers.accept).toBe('application/vnd.amazon.eventstream')
    expect(isSigned(request, SECRET).valid).toBe(true)
  })

  test('with a wrong checksum, cut, or with an exception inside is a typed error with what came so far', async () => {
    const ai = clientFor({ credentials })
    const damaged = (bytes: Buffer): Buffer => {
      bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
      return bytes
    }
    answer = (_, response) => sendEvents(response, EVENTS, damaged)
    await expect(collect(ai)).rejects.toMatchObject({
      name: 'StreamError',
      message: expect.stringContaining('checksum'),
    })
    answer = (_, response) => sendEvents(response, EVENTS.slice(0, 3), (bytes) => bytes.subarray(0, -5))
    await expect(collect(ai)).rejects.toMatchObject({
      name: 'StreamError',
      partial: { choices: [{ message: { content: 'Os' } }] },
    })
    const exception = { event: 'exception', data: { __type: 'throttlingException', message: 'slow down' } }
    answer = (_, response) => sendEvents(response, [...EVENTS.slice(0, 2), exception])
    await expect(collect(ai)).rejects.toMatchObject({ name: 'StreamError', status: 429, code: 'throttlingException' })
    answer = (_, response) => sendEvents(response, [exception])
    await expect(collect(ai)).rejects.toMatchObject({ name: 'ProviderError', status: 429 })
  })
})

describe('embeddings', () => {
  test('go out in the format of the model', async () => {
    const ai = clientFor({ credentials })
    answer = (_, response) => sendJson(response, 200, { embedding: [0.5, 1], inputTextTokenCount: 4 })
    const titan = await ai.embeddings.create({
      model: 'bedrock/amazon.titan-embed-text-v2:0',
      input: 'hello',
      dimensions: 256,
    })
    expect(titan).toMatchObject({
      data: [{ index: 0, embedding: [0.5, 1] }],
      usage: { prompt_tokens: 4, total_tokens: 4 },
    })
    answer = (_, response) =>
      sendJson(response, 200, {
        id: 'x',
        response_type: 'embeddings_floats',
        embeddings: [[1], [2]],
        texts: ['a', 'b'],
      })
    const cohere = await ai.embeddings.create({ model: 'bedrock/us.cohere.embed-v4:0', input: ['a', 'b'] })
    expect(cohere.data.map(({ embedding }) => embedding)).toEqual([[1], [2]])
    expect(seen.map(({ path, body }) => [path, JSON.parse(body) as unknown])).toEqual([
      ['/model/amazon.titan-embed-text-v2%3A0/invoke', { inputText: 'hello', dimensions: 256 }],
      ['/model/us.cohere.embed-v4%3A0/invoke', { texts: ['a', 'b'], input_type: 'search_document' }],
    ])
  })
})
