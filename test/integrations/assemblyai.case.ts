import type { ExpectedSpan, IntegrationCase, Row } from '../contracts/integration.js'
import { wholeRows } from '../contracts/whole-rows.js'
import { serveLive } from '../support/live-server.js'

type Method = (...args: readonly unknown[]) => Promise<unknown>

interface Session {
  on(event: string, listener: (value: { type?: string }) => void): void
  connect(): Promise<unknown>
  sendAudio(data: unknown): void
  close(): Promise<unknown>
}

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly transcripts: Readonly<Record<'transcribe' | 'submit' | 'get' | 'waitUntilReady' | 'create', Method>>
  readonly sync: { readonly transcribe: Method }
  readonly llmGateway: { readonly chatCompletions: Method; readonly understanding: Method }
  readonly streaming: { transcriber(params: object): Session }
}

interface Sdk {
  readonly AssemblyAI: new (options: object) => Client
  readonly TranscriptService: { readonly prototype: object }
  readonly StreamingTranscriber: { readonly prototype: object }
}

interface Transcript {
  readonly id: string
  readonly status: string
}

const model = 'universal-2'
const audio = 'https://example.com/hello.mp3'
const polling = { pollingInterval: 5 }
const params = { audio, speech_model: model }

const attributes = { 'gen_ai.provider.name': 'assemblyai' }
const seconds = { 'tracestitch.usage.input_seconds': 12 }
const span = (name: string, more: object): ExpectedSpan => ({
  name,
  usage: null,
  attributes: { ...attributes, 'gen_ai.output.type': 'text', ...more },
})
const transcribed = span(`generate_content ${model}`, { ...seconds, 'gen_ai.response.model': model })
const begun = span(`generate_content ${model}`, { 'gen_ai.response.status': 'queued' })
const fetched = (status: string, more: object = {}): ExpectedSpan => ({
  name: 'fetch_response',
  usage: null,
  attributes: { ...attributes, 'gen_ai.response.status': status, ...more },
})

/** What the program sees of a transcript: its id is another each time. */
const seen = (transcript: unknown): unknown => ({ ...(transcript as object), id: '' })

const rows: Row<Client>[] = [
  ...wholeRows<Client>({
    call: async ({ transcripts }) => seen(await transcripts.transcribe(params, polling)),
    span: transcribed,
    errors: { bad: 'Error', key: 'Error', server: 'Error', reset: 'TypeError' },
  }),
  {
    name: 'a transcript that fails',
    run: async ({ transcripts }) => {
      const broken = { ...params, audio: 'https://example.com/broken.mp3' }
      return seen(await transcripts.transcribe(broken, polling))
    },
    spans: [{ name: transcribed.name, error: 'transcript_error' }],
  },
  {
    name: 'submit and wait',
    run: async ({ transcripts }) => {
      const { id } = (await transcripts.submit(params)) as Transcript
      return seen(await transcripts.waitUntilReady(id, polling))
    },
    spans: [begun, fetched('completed', seconds)],
  },
  {
    name: 'submit and get',
    run: async ({ transcripts }) => {
      const { id } = (await transcripts.submit(params)) as Transcript
      const states = []
      for (let i = 0; i < 3; i++) states.push(((await transcripts.get(id)) as Transcript).status)
      return states
    },
    spans: [begun, fetched('processing'), fetched('completed', seconds), { name: 'fetch_response', usage: null }],
  },
  {
    name: 'create, the older name',
    run: async ({ transcripts }) => {
      const older = { audio_url: audio, speech_model: model }
      const first = (await transcripts.create(older, { poll: false })) as Transcript
      return [first.status, seen(await transcripts.create(older, polling))]
    },
    spans: [begun, transcribed],
  },
  {
    name: 'upload and transcribe',
    run: async ({ transcripts }) =>
      seen(await transcripts.transcribe({ audio: new Uint8Array([1, 2, 3]), speech_model: model }, polling)),
    spans: [transcribed],
  },
  {
    name: 'transcribe in one request',
    run: ({ sync }) =>
      sync.transcribe(new Uint8Array([1, 2, 3]), { model: 'universal-3-5-pro', sample_rate: 16_000, channels: 1 }),
    spans: [span('generate_content universal-3-5-pro', { ...seconds, 'gen_ai.response.id': 'sync_1' })],
  },
  {
    name: 'chat',
    run: ({ llmGateway }) =>
      llmGateway.chatCompletions({ model: 'claude-sonnet-5', messages: [{ role: 'user', content: 'Hi' }] }),
    spans: [{ name: 'chat claude-sonnet-5', usage: [11, 7], finish: ['stop'], attributes }],
  },
  {
    name: 'speech understanding',
    run: ({ llmGateway }) => llmGateway.understanding({ transcript_id: 'tr', speech_understanding: {} }),
    spans: [{ name: 'generate_content', attributes }],
  },
  {
    name: 'a session',
    offline: true,
    run: async ({ streaming }) => {
      const session = streaming.transcriber({
        sampleRate: 16_000,
        speechModel: 'universal-streaming',
        apiKey: 'test-key',
      })
      // It insists on TLS, which the server of the case does not speak.
      Object.assign(session, { connectionUrl: () => new URL(server.origin) })
      const turns: unknown[] = []
      const turn = new Promise<void>((heard) =>
        session.on('turn', ({ type }) => {
          turns.push(type)
          heard()
        }),
      )
      await session.connect()
      session.sendAudio(new Uint8Array(3200).buffer)
      await turn
      await session.close()
      return turns
    },
    spans: [
      span('generate_content universal-streaming', {
        ...seconds,
        'gen_ai.request.stream': true,
      }),
    ],
  },
]

const server = serveLive(
  (_path, socket) => socket.send(JSON.stringify({ type: 'Begin', id: 'session_1', expires_at: 1 })),
  (message, socket) => {
    if (typeof message === 'number') {
      socket.send(JSON.stringify({ type: 'Turn', transcript: 'Hello.', words: [], end_of_turn: true }))
    } else if (message['type'] === 'Terminate') {
      socket.send(JSON.stringify({ type: 'Termination', audio_duration_seconds: 12, session_duration_seconds: 13 }))
      socket.close(1000)
    }
  },
)

const spec: IntegrationCase<Sdk, Client> = {
  id: 'assemblyai',
  package: 'assemblyai',
  home: 'test/sdks',
  installed: ['assemblyai'],
  neighbours: () => ({ ws: 'ws' }),
  changingPath: /(?:tr|bad)_\d+/,
  client: (sdk, base) => {
    const baseUrl = `${base}/assemblyai`
    return new sdk.AssemblyAI({ apiKey: 'test-key', baseUrl, syncBaseUrl: baseUrl, llmGatewayBaseUrl: baseUrl })
  },
  patched: ({ TranscriptService, StreamingTranscriber }) => [
    [TranscriptService.prototype, 'transcribe'],
    [TranscriptService.prototype, 'get'],
    [StreamingTranscriber.prototype, 'connect'],
  ],
  rows,
}
export default spec
