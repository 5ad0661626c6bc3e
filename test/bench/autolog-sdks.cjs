// The SDKs of `autolog.mjs`: for each, a client over answers that are there at once, with a plain call and a streamed one of 200 chunks.
const { Readable } = require('node:stream')

const CHUNKS = 200
const PROMPT = 'Say hello to everybody, one by one.'
const ANSWER = 'Hello there, friend. '.repeat(20)
const TOKENS = Array.from({ length: CHUNKS - 2 }, (_, i) => ` token${i}`)

const json = (text) => new Response(text, { headers: { 'content-type': 'application/json', 'x-request-id': 'req_1' } })
const events = (text) =>
  new Response(text, { headers: { 'content-type': 'text/event-stream', 'x-request-id': 'req_1' } })
const sse = (data) => `data: ${JSON.stringify(data)}\n\n`

async function drain(stream) {
  for await (const _ of stream) void _
}

function chats() {
  const usage = { prompt_tokens: 11, completion_tokens: CHUNKS, total_tokens: 11 + CHUNKS }
  const head = { id: 'chatcmpl-1', created: 1_700_000_000, model: 'gpt-5-mini-2025-08-07', system_fingerprint: 'fp_1' }
  const message = { role: 'assistant', content: ANSWER, refusal: null }
  const end = { index: 0, logprobs: null, finish_reason: 'stop' }
  const chunk = (choices, more) => sse({ ...head, object: 'chat.completion.chunk', choices, ...more })
  const delta = (content) => chunk([{ index: 0, delta: { content }, logprobs: null, finish_reason: null }])
  return {
    whole: JSON.stringify({ ...head, object: 'chat.completion', choices: [{ ...end, message }], usage }),
    streamed: [...TOKENS.map(delta), chunk([{ ...end, delta: {} }]), chunk([], { usage }), 'data: [DONE]\n\n'].join(''),
  }
}

function messages() {
  const head = { id: 'msg_1', type: 'message', role: 'assistant', model: 'claude-sonnet-4-5', stop_sequence: null }
  const usage = { input_tokens: 11, output_tokens: CHUNKS }
  const event = (type, more) => `event: ${type}\n${sse({ type, ...more })}`
  const text = (piece) => event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: piece } })
  return {
    whole: JSON.stringify({ ...head, content: [{ type: 'text', text: ANSWER }], stop_reason: 'end_turn', usage }),
    streamed: [
      event('message_start', { message: { ...head, content: [], stop_reason: null, usage } }),
      event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } }),
      ...TOKENS.map(text),
      event('content_block_stop', { index: 0 }),
      event('message_delta', {
        delta: { stop_reason: 'end_turn', stop_sequence: null },
        usage: { output_tokens: CHUNKS },
      }),
      event('message_stop'),
    ].join(''),
  }
}

function contents() {
  const usageMetadata = { promptTokenCount: 11, candidatesTokenCount: CHUNKS, totalTokenCount: 11 + CHUNKS }
  const answer = (text, more) => ({
    candidates: [{ index: 0, content: { role: 'model', parts: [{ text }] }, ...more }],
    usageMetadata,
    modelVersion: 'gemini-2.5-flash',
    responseId: 'r1',
  })
  const end = answer('.', { finishReason: 'STOP' })
  return {
    whole: JSON.stringify(answer(ANSWER, { finishReason: 'STOP' })),
    streamed: [...TOKENS.map((token) => sse(answer(token))), sse(end)].join(''),
  }
}

function conversation() {
  const usage = { inputTokens: 11, outputTokens: CHUNKS, totalTokens: 11 + CHUNKS }
  const metrics = { latencyMs: 1 }
  const message = { role: 'assistant', content: [{ text: ANSWER }] }
  const text = (piece) => frame('contentBlockDelta', { contentBlockIndex: 0, delta: { text: piece } })
  return {
    whole: Buffer.from(JSON.stringify({ output: { message }, stopReason: 'end_turn', usage, metrics })),
    streamed: Buffer.concat([
      frame('messageStart', { role: 'assistant' }),
      ...TOKENS.map(text),
      frame('contentBlockStop', { contentBlockIndex: 0 }),
      frame('messageStop', { stopReason: 'end_turn' }),
      frame('metadata', { usage, metrics }),
    ]),
  }
}

/** One event, as https://docs.aws.amazon.com/AmazonS3/latest/API/RESTSelectObjectAppendix.html has it. */
function frame(type, payload) {
  const headers = Buffer.concat(
    Object.entries({ ':event-type': type, ':content-type': 'application/json', ':message-type': 'event' }).map(
      ([name, value]) => {
        const length = Buffer.alloc(2)
        length.writeUInt16BE(value.length)
        return Buffer.concat([
          Buffer.from([name.length]),
          Buffer.from(name),
          Buffer.from([7]),
          length,
          Buffer.from(value),
        ])
      },
    ),
  )
  const body = Buffer.from(JSON.stringify(payload))
  const prelude = Buffer.alloc(8)
  prelude.writeUInt32BE(16 + headers.length + body.length)
  prelude.writeUInt32BE(headers.length, 4)
  const beginning = Buffer.concat([prelude, crc(prelude), headers, body])
  return Buffer.concat([beginning, crc(beginning)])
}

function crc(bytes) {
  let value = ~0
  for (const byte of bytes) {
    value ^= byte
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1
  }
  const sum = Buffer.alloc(4)
  sum.writeUInt32BE(~value >>> 0)
  return sum
}

/** `make` gives the two calls of a client of the loaded SDK. */
exports.SDKS = {
  openai: {
    package: 'openai',
    make(OpenAI) {
      const { whole, streamed } = chats()
      const fetch = async (_, { body }) => (body.includes('"stream":true') ? events(streamed) : json(whole))
      const openai = new OpenAI({ apiKey: 'bench', baseURL: 'http://127.0.0.1:1/v1', maxRetries: 0, fetch })
      const body = { model: 'gpt-5-mini', messages: [{ role: 'user', content: PROMPT }] }
      return {
        plain: () => openai.chat.completions.create(body),
        streamed: async () => drain(await openai.chat.completions.create({ ...body, stream: true })),
      }
    },
  },
  anthropic: {
    package: '@anthropic-ai/sdk',
    make(module) {
      const { whole, streamed } = messages()
      const fetch = async (_, { body }) => (body.includes('"stream":true') ? events(streamed) : json(whole))
      const Anthropic = module.default ?? module
      const anthropic = new Anthropic({ apiKey: 'bench', baseURL: 'http://127.0.0.1:1', maxRetries: 0, fetch })
      const body = { model: 'claude-sonnet-4-5', max_tokens: 500, messages: [{ role: 'user', content: PROMPT }] }
      return {
        plain: () => anthropic.messages.create(body),
        streamed: async () => drain(await anthropic.messages.create({ ...body, stream: true })),
      }
    },
  },
  genai: {
    package: '@google/genai',
    make({ GoogleGenAI }) {
      const { whole, streamed } = contents()
      globalThis.fetch = async (url) => (String(url).includes('stream') ? events(streamed) : json(whole))
      const { models } = new GoogleGenAI({ apiKey: 'bench', httpOptions: { baseUrl: 'http://127.0.0.1:1' } })
      const body = { model: 'gemini-2.5-flash', contents: PROMPT }
      return {
        plain: () => models.generateContent(body),
        streamed: async () => drain(await models.generateContentStream(body)),
      }
    },
  },
  bedrock: {
    package: '@aws-sdk/client-bedrock-runtime',
    make({ BedrockRuntimeClient, ConverseCommand, ConverseStreamCommand }) {
      const { whole, streamed } = conversation()
      const answers = {
        'application/json': () => whole,
        'application/vnd.amazon.eventstream': () => Readable.from([streamed]),
      }
      const requestHandler = {
        async handle({ path }) {
          const type = path.endsWith('converse-stream') ? 'application/vnd.amazon.eventstream' : 'application/json'
          return { response: { statusCode: 200, headers: { 'content-type': type }, body: answers[type]() } }
        },
      }
      const credentials = { accessKeyId: 'bench', secretAccessKey: 'bench' }
      const client = new BedrockRuntimeClient({ region: 'us-east-1', credentials, requestHandler })
      const body = { modelId: 'us.amazon.nova-lite-v1:0', messages: [{ role: 'user', content: [{ text: PROMPT }] }] }
      return {
        plain: () => client.send(new ConverseCommand(body)),
        streamed: async () => drain((await client.send(new ConverseStreamCommand(body))).stream),
      }
    },
  },
}

exports.CHUNKS = CHUNKS
