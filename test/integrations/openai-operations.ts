/** Rows of the `openai` case beside text: images, sound, moderations, decisions, requests by path, answers in the background. */
import type OpenAI from 'openai'
import type { ExpectedSpan, Row } from '../contracts/integration.js'

type Client = OpenAI

const model = 'gpt-5-mini'
const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const chat: ExpectedSpan = { name: `chat ${model}`, usage: [11, 7], finish: ['stop'] }
const image = { 'gen_ai.output.type': 'image', 'gen_ai.usage.text.input_tokens': 6 }
const sound = { 'gen_ai.operation.name': 'generate_content', 'gen_ai.output.type': 'text' }

const file = (type: string): File => new File([new Uint8Array([1, 2, 3])], 'file', { type })
const picture = (): File => file('image/png')
const voice = (): File => file('audio/mpeg')

interface Later {
  readonly decisions?: { create(body: object): Promise<unknown> }
  readonly responses: {
    compact?(body: object): Promise<unknown>
    readonly inputTokens?: { count(body: object): Promise<unknown> }
  }
}
const later = (client: Client): Later => client as unknown as Later
const missing = (what: unknown, name: string): string | undefined => (what ? undefined : `this version has no ${name}`)

interface Answer {
  readonly id: string
  readonly status: string
}

async function poll(first: Answer, fetch: (id: string) => PromiseLike<unknown>): Promise<string[]> {
  const seen = [first.status]
  for (let at = first; at.status === 'queued' || at.status === 'in_progress';) {
    at = (await fetch(at.id)) as Answer
    seen.push(at.status)
  }
  return seen
}

const media: Row<Client>[] = [
  {
    name: 'images generate',
    run: (client) => client.images.generate({ model: 'gpt-image-1', prompt: 'a cat', n: 2 }),
    spans: [
      {
        name: 'generate_content gpt-image-1',
        usage: [9, 40],
        attributes: {
          ...image,
          'gen_ai.request.choice.count': 2,
          'tracestitch.usage.generated_images': 2,
          'gen_ai.usage.cost': 0.00166,
        },
      },
    ],
  },
  {
    name: 'images generate without tokens',
    run: (client) => client.images.generate({ model: 'dall-e-3', prompt: 'a cat' }),
    spans: [
      {
        name: 'generate_content dall-e-3',
        usage: null,
        attributes: { 'gen_ai.output.type': 'image', 'tracestitch.usage.generated_images': 2 },
      },
    ],
  },
  {
    name: 'images generate streamed',
    run: async (client, kit) =>
      kit.collect(
        (await client.images.generate({ model: 'gpt-image-1', prompt: 'a cat', stream: true } as never)) as never,
      ),
    skip: (version) => (version.startsWith('4.') ? 'this version streams no images' : undefined),
    spans: [{ name: 'generate_content gpt-image-1', usage: [9, 40], attributes: image }],
  },
  {
    name: 'images edit',
    run: (client) => client.images.edit({ model: 'gpt-image-1', prompt: 'a hat', image: picture() }),
    spans: [{ name: 'generate_content gpt-image-1', usage: [9, 40], attributes: image }],
  },
  {
    name: 'images createVariation',
    run: (client) => client.images.createVariation({ model: 'dall-e-2', image: picture() }),
    spans: [{ name: 'generate_content dall-e-2', usage: null }],
  },
  {
    name: 'images refused',
    behaviour: 'error-400',
    run: (client) => client.images.generate({ model: 'gpt-image-1', prompt: 'a cat' }),
    spans: [{ name: 'generate_content gpt-image-1', error: 'bad_input' }],
  },
  {
    name: 'speech',
    run: async (client) => {
      const answer = await client.audio.speech.create({ model: 'tts-1', voice: 'alloy', input: 'Hello there.' })
      return [answer.status, (await answer.arrayBuffer()).byteLength]
    },
    spans: [
      {
        name: 'generate_content tts-1',
        usage: null,
        attributes: { 'gen_ai.output.type': 'speech', 'tracestitch.usage.input_characters': 12 },
      },
    ],
  },
  {
    name: 'transcription by tokens',
    run: (client) => client.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: voice() }),
    spans: [
      {
        name: 'generate_content gpt-4o-transcribe',
        usage: [14, 6],
        attributes: { ...sound, 'gen_ai.usage.audio.input_tokens': 14, 'gen_ai.usage.cost': 0.000144 },
      },
    ],
  },
  {
    name: 'transcription by the second',
    run: (client) => client.audio.transcriptions.create({ model: 'whisper-1', file: voice() }),
    spans: [
      {
        name: 'generate_content whisper-1',
        usage: null,
        attributes: { ...sound, 'tracestitch.usage.input_seconds': 12, 'gen_ai.usage.cost': 0.0012 },
      },
    ],
  },
  {
    name: 'transcription that says how long it is',
    run: (client) =>
      client.audio.transcriptions.create({ model: 'whisper-1', file: voice(), response_format: 'verbose_json' }),
    spans: [{ name: 'generate_content whisper-1', attributes: { 'tracestitch.usage.input_seconds': 7.5 } }],
  },
  {
    name: 'transcription as text',
    run: (client) => client.audio.transcriptions.create({ model: 'whisper-1', file: voice(), response_format: 'text' }),
    spans: [{ name: 'generate_content whisper-1', usage: null, attributes: sound }],
  },
  {
    name: 'transcription streamed',
    run: async (client, kit) =>
      kit.collect(
        await client.audio.transcriptions.create({ model: 'gpt-4o-transcribe', file: voice(), stream: true }),
      ),
    spans: [
      {
        name: 'generate_content gpt-4o-transcribe',
        usage: [14, 6],
        attributes: { 'gen_ai.request.stream': true },
      },
    ],
  },
  {
    name: 'translation',
    run: (client) => client.audio.translations.create({ model: 'whisper-1', file: voice() }),
    spans: [{ name: 'generate_content whisper-1', attributes: sound }],
  },
  {
    name: 'moderation',
    run: (client) => client.moderations.create({ model: 'omni-moderation-latest', input: 'hello' }),
    spans: [
      {
        name: 'moderation omni-moderation-latest',
        usage: null,
        attributes: { 'gen_ai.response.id': 'modr_1', 'gen_ai.response.model': 'omni-moderation-latest-2026' },
      },
    ],
  },
  {
    name: 'decision',
    run: async (client) => later(client).decisions?.create({ model, input: 'hello', questions: [] }),
    skip: (_version, client) => missing(later(client).decisions, 'decisions'),
    spans: [{ name: `decide ${model}`, usage: [11, 7], attributes: { 'gen_ai.usage.cache_read.input_tokens': 4 } }],
  },
  {
    name: 'responses compact',
    run: async (client) => later(client).responses.compact?.({ model, input: 'hello' }),
    skip: (_version, client) => missing(later(client).responses.compact, 'responses.compact'),
    spans: [{ name: `chat ${model}`, usage: [11, 7] }],
  },
  {
    name: 'responses input tokens',
    run: async (client) => later(client).responses.inputTokens?.count({ model, input: 'hello' }),
    skip: (_version, client) => missing(later(client).responses.inputTokens, 'responses.inputTokens'),
    spans: [{ name: `count_tokens ${model}`, usage: null, attributes: { 'tracestitch.counted.input_tokens': 42 } }],
  },
]

const raw: Row<Client>[] = [
  {
    name: 'raw post',
    run: async (client, kit) => {
      const call = client.post('/chat/completions', { body: { model, messages } })
      return [kit.shapeOf(call), await call]
    },
    spans: [{ ...chat, attributes: { 'openai.api.type': 'chat_completions', 'gen_ai.provider.name': 'openai' } }],
  },
  {
    name: 'raw post of a stream',
    run: async (client, kit) =>
      kit.collect(
        (await client.post('/chat/completions', {
          body: { model, messages, stream: true, stream_options: { include_usage: true } },
          stream: true,
        })) as AsyncIterable<unknown>,
      ),
    spans: [{ ...chat, attributes: { 'gen_ai.request.stream': true } }],
  },
  {
    name: 'raw post with a query to responses',
    run: (client) => client.post('/responses?trace=1', { body: { model, input: 'Say hello.' } }),
    spans: [{ ...chat, attributes: { 'openai.api.type': 'responses' } }],
  },
  {
    name: 'raw post with options to come',
    run: (client) => client.post('/embeddings', Promise.resolve({ body: { model, input: 'hello' } })),
    spans: [{ name: 'embeddings', usage: [5, undefined] }],
  },
  {
    name: 'raw post of a form',
    run: (client) => {
      const body = new FormData()
      body.set('model', 'gpt-4o-transcribe')
      body.set('file', voice())
      return client.post('/audio/transcriptions', { body })
    },
    skip: (version) => (version.startsWith('4.') ? 'this version takes no forms of the platform' : undefined),
    spans: [{ name: 'generate_content gpt-4o-transcribe', usage: [14, 6], attributes: sound }],
  },
  {
    name: 'raw request',
    run: (client) =>
      client.request({ method: 'post', path: '/moderations', body: { model: 'omni-moderation-latest', input: 'hi' } }),
    spans: [{ name: 'moderation omni-moderation-latest' }],
  },
  {
    name: 'raw post to an address of its own',
    run: (client) => client.post(`${client.baseURL}/decisions`, { body: { model, input: 'hi' } }),
    spans: [{ name: `decide ${model}`, usage: [11, 7], attributes: { 'server.address': '127.0.0.1' } }],
  },
  {
    name: 'raw post refused',
    behaviour: 'error-401',
    run: (client) => client.post('/chat/completions', { body: { model, messages } }),
    spans: [{ name: chat.name, error: 'invalid_api_key' }],
  },
  {
    name: 'raw requests that are no model calls',
    run: async (client) => [await client.get('/models'), await client.post('/files', { body: { purpose: 'x' } })],
    spans: [],
  },
]

const fetched = (name: string, attributes = {}): ExpectedSpan => ({ name, usage: null, attributes })

/** The first that sees the answer: it tells what that took. */
const finished: ExpectedSpan = {
  ...chat,
  name: 'fetch_response',
  attributes: { 'gen_ai.response.status': 'completed', 'gen_ai.response.model': 'gpt-5-mini-2026' },
}

const background: Row<Client>[] = [
  {
    name: 'response in the background',
    behaviour: 'background',
    run: async (client) => {
      const first = await client.responses.create({ model, input: 'Say hello.', background: true } as never)
      const seen = await poll(first as never, (id) => client.responses.retrieve(id))
      const again = await client.responses.retrieve((first as { id: string }).id)
      return [seen, again.output_text]
    },
    spans: [
      fetched(chat.name, { 'gen_ai.response.id': 'resp_background', 'gen_ai.response.status': 'queued' }),
      fetched('fetch_response', { 'gen_ai.response.status': 'in_progress' }),
      finished,
      fetched('fetch_response', { 'gen_ai.response.id': 'resp_background' }),
    ],
  },
  {
    name: 'response in the background by raw requests',
    behaviour: 'background-raw',
    run: async (client) => {
      const first = await client.post('/responses', { body: { model, input: 'Say hello.', background: true } })
      return poll(first as Answer, (id) => client.get(`/responses/${id}`))
    },
    spans: [fetched(chat.name), fetched('fetch_response'), finished],
  },
  {
    name: 'response in the background of which the stream is taken up',
    behaviour: 'background-stream',
    run: async (client, kit) => {
      const first = (await client.responses.create({ model, input: 'Say hello.', background: true } as never)) as Answer
      const stream = await client.responses.retrieve(first.id, { stream: true } as never)
      const events = await kit.collect(stream as never)
      return [events.length, await poll({ ...first, status: 'in_progress' }, (id) => client.responses.retrieve(id))]
    },
    spans: [fetched(chat.name), { ...finished, attributes: {} }, fetched('fetch_response')],
  },
  {
    name: 'response in the background that fails',
    behaviour: 'background-failed',
    run: async (client) => {
      const first = await client.responses.create({ model, input: 'Say hello.', background: true } as never)
      return poll(first as never, (id) => client.responses.retrieve(id))
    },
    spans: [fetched(chat.name), fetched('fetch_response'), { name: 'fetch_response', error: 'server_error' }],
  },
  {
    name: 'response that was not made in the background',
    behaviour: 'fetched',
    run: async (client) => (await client.responses.retrieve('resp_fetched')).output_text,
    spans: [fetched('fetch_response', { 'gen_ai.response.id': 'resp_fetched' })],
  },
]

export const operationRows: readonly Row<Client>[] = [...media, ...raw, ...background]
