import { WebSocket } from 'ws'
import type { ExpectedSpan, IntegrationCase, Kit, Row } from '../contracts/integration.js'
import { wholeRows } from '../contracts/whole-rows.js'
import { serveLive } from '../support/live-server.js'

type Method = (...args: readonly unknown[]) => Promise<unknown>
type Resource = Readonly<Record<string, Method>>

/** From version 5 on. */
interface Generated {
  readonly listen: { readonly v1: { readonly media: Resource; connect: Method }; readonly v2: { connect: Method } }
  readonly speak: { readonly v1: { readonly audio: Resource; connect: Method }; readonly v2: { connect: Method } }
  readonly read: { readonly v1: { readonly text: Resource } }
  readonly agent: { readonly v1: { connect: Method } }
}

/** Up to version 4. */
interface Older {
  readonly listen: { readonly prerecorded: Resource; live(options: object): NodeJS.EventEmitter & LiveOlder }
  readonly speak: { readonly request: Method; live(options: object): NodeJS.EventEmitter & LiveOlder }
  readonly read: Resource
}

interface LiveOlder {
  send(data: unknown): void
  requestClose(): void
  sendText(text: string): void
}

interface Client {
  readonly generated?: Generated
  readonly older?: Older
  readonly live: Client
}

interface Sdk {
  readonly DeepgramClient: (new (options: object) => unknown) & { readonly prototype: object }
  readonly createClient?: (options: object) => unknown
  readonly ListenRestClient?: { readonly prototype: object }
}

const url = 'https://example.com/hello.wav'
const model = 'nova-3'
const text = 'Hello there.'
const bytes = (): Buffer => Buffer.from([1, 2, 3])

const attributes = { 'gen_ai.provider.name': 'deepgram' }
const heard: ExpectedSpan = {
  name: `generate_content ${model}`,
  usage: null,
  attributes: {
    ...attributes,
    'gen_ai.output.type': 'text',
    'gen_ai.response.id': 'dg_1',
    'gen_ai.response.model': 'general-nova-3',
    'tracestitch.usage.input_seconds': 12.5,
  },
}
const said = (voice: string, more: object = {}): ExpectedSpan => ({
  name: `generate_content ${voice}`,
  usage: null,
  attributes: { ...attributes, 'gen_ai.output.type': 'speech', ...more },
})
const readText: ExpectedSpan = {
  name: 'generate_content',
  usage: [30, 7],
  attributes: { ...attributes, 'gen_ai.output.type': 'json', 'gen_ai.response.id': 'dg_2' },
}

/** What a version has in place of another: the rows are the same for both. */
const either = (
  client: Client,
  generated: (of: Generated) => unknown,
  older: (of: Older) => unknown,
): Promise<unknown> => Promise.resolve(client.generated ? generated(client.generated) : older(client.older as Older))

const noGenerated = (version: string): string | undefined =>
  version.startsWith('4.') ? 'this version has it in another shape' : undefined
const noOlder = (version: string): string | undefined =>
  version.startsWith('4.') ? undefined : 'this version has it in another shape'

const failing = (behaviour: string): Row<Client> => ({
  name: `a failure that is given: ${behaviour}`,
  behaviour,
  run: async ({ older }) => {
    const given = await older?.listen.prerecorded['transcribeUrl']?.({ url }, { model })
    const { error, result } = (given ?? {}) as { readonly error?: Error; readonly result?: unknown }
    return [error?.name, result]
  },
  skip: noOlder,
  spans: [{ name: heard.name, error: behaviour === 'reset' ? 'DeepgramUnknownError' : 'DeepgramApiError' }],
})

/** Of a connection, its listeners hear this until it is over. */
function hear(
  socket: { on(event: string, listener: (value: never) => void): unknown },
  events: readonly string[],
  end = 'close',
): Promise<string[]> {
  const heardEvents: string[] = []
  return new Promise((done) => {
    for (const event of events)
      socket.on(event, (value: { type?: string }) => heardEvents.push(value?.type ?? typeof value))
    socket.on(end, () => done(heardEvents))
  })
}

interface Socket {
  on(event: string, listener: (value: never) => void): void
  connect(): unknown
  close(): void
  waitForOpen(): Promise<unknown>
  sendMedia(data: unknown): void
  sendText(message: object): void
  sendSpeak(message: object): void
  sendClose(message: object): void
  sendCloseStream(message: object): void
  sendSettings(message: object): void
}

/** One connection of a version from 5 on: what it hears until the server ends it. */
async function converse(connected: Promise<unknown>, use: (socket: Socket) => void): Promise<unknown> {
  const socket = (await connected) as Socket
  const heardEvents = hear(socket as never, ['message'])
  socket.connect()
  await socket.waitForOpen()
  use(socket)
  return heardEvents
}

const live: Row<Client>[] = [
  {
    name: 'listen live',
    offline: true,
    run: ({ live: { generated } }) =>
      converse(generated?.listen.v1.connect({ model, reconnectAttempts: 0 }) as Promise<unknown>, (socket) => {
        socket.sendMedia(bytes())
        socket.sendCloseStream({ type: 'CloseStream' })
      }),
    skip: noGenerated,
    spans: [{ ...heard, attributes: { ...heard.attributes, 'gen_ai.request.stream': true } }],
  },
  {
    name: 'speak live',
    offline: true,
    run: ({ live: { generated } }) =>
      converse(
        generated?.speak.v1.connect({ model: 'aura-2-thalia-en', reconnectAttempts: 0 }) as Promise<unknown>,
        (socket) => {
          socket.sendText({ type: 'Speak', text })
          socket.sendClose({ type: 'Close' })
        },
      ),
    skip: noGenerated,
    spans: [said('aura-2-thalia-en', { 'gen_ai.response.id': 'dg_3', 'gen_ai.request.stream': true })],
  },
  {
    name: 'speak live, counted',
    offline: true,
    run: ({ live: { generated } }) =>
      converse(
        generated?.speak.v2.connect({ model: 'aura-2-thalia-en', reconnectAttempts: 0 }) as Promise<unknown>,
        (socket) => {
          socket.sendSpeak({ type: 'Speak', text })
          socket.sendClose({ type: 'Close' })
        },
      ),
    skip: noGenerated,
    spans: [said('aura-2-thalia-en', { 'tracestitch.usage.input_characters': 12 })],
  },
  {
    name: 'an agent',
    offline: true,
    run: ({ live: { generated } }) =>
      converse(generated?.agent.v1.connect({ reconnectAttempts: 0 }) as Promise<unknown>, (socket) =>
        socket.sendSettings({ type: 'Settings' }),
      ),
    skip: noGenerated,
    spans: [{ name: 'invoke_agent', attributes: { ...attributes, 'gen_ai.response.id': 'dg_4' } }],
  },
  {
    name: 'a connection that the program ends',
    offline: true,
    run: async ({ live: { generated } }) => {
      const socket = (await generated?.listen.v1.connect({ model, reconnectAttempts: 0 })) as Socket
      socket.connect()
      await socket.waitForOpen()
      socket.close()
      return 'closed'
    },
    skip: noGenerated,
    spans: [{ name: heard.name }],
  },
  {
    name: 'listen live, older',
    offline: true,
    run: ({ live: { older } }) => {
      const socket = older?.listen.live({ model }) as NodeJS.EventEmitter & LiveOlder
      const heardEvents = hear(socket as never, ['Results', 'Metadata'])
      socket.on('open', () => {
        socket.send(bytes())
        socket.requestClose()
      })
      return heardEvents
    },
    skip: noOlder,
    spans: [{ ...heard, attributes: { ...heard.attributes, 'gen_ai.request.stream': true } }],
  },
  {
    name: 'speak live, older',
    offline: true,
    run: ({ live: { older } }) => {
      const socket = older?.speak.live({ model: 'aura-2-thalia-en' }) as NodeJS.EventEmitter & LiveOlder
      const heardEvents = hear(socket as never, ['Metadata', 'Flushed'], 'Close')
      socket.on('Open', () => {
        socket.sendText(text)
        socket.requestClose()
      })
      return heardEvents
    },
    skip: noOlder,
    spans: [said('aura-2-thalia-en', { 'gen_ai.response.id': 'dg_3' })],
  },
]

const rows: Row<Client>[] = [
  ...wholeRows<Client>({
    call: (client, abortSignal) =>
      either(
        client,
        ({ listen }) => listen.v1.media['transcribeUrl']?.({ url, model }, { maxRetries: 0, abortSignal }),
        ({ listen }) => listen.prerecorded['transcribeUrl']?.({ url }, { model }),
      ),
    span: heard,
    errors: { bad: /BadRequestError|DeepgramApiError/, key: /Deepgram/, server: /Deepgram/, reset: /Deepgram/ },
  }),
  failing('error-400'),
  failing('error-500'),
  failing('reset'),
  {
    name: 'transcribe a file',
    run: (client) =>
      either(
        client,
        ({ listen }) => listen.v1.media['transcribeFile']?.(bytes(), { model, smart_format: true }),
        ({ listen }) => listen.prerecorded['transcribeFile']?.(bytes(), { model, smart_format: true }),
      ),
    spans: [heard],
  },
  {
    name: 'transcribe for a callback',
    run: async ({ older }) =>
      older?.listen.prerecorded['transcribeUrlCallback']?.(
        { url },
        { toString: () => 'https://example.com/back' },
        { model },
      ),
    skip: noOlder,
    spans: [heard],
  },
  {
    name: 'analyze',
    run: (client) =>
      either(
        client,
        ({ read }) => read.v1.text['analyze']?.({ summarize: true, language: 'en', body: { text } }),
        ({ read }) => read['analyzeText']?.({ text }, { summarize: true, language: 'en' }),
      ),
    spans: [readText],
  },
  {
    name: 'speech',
    run: (client, kit: Kit) =>
      either(
        client,
        async ({ speak }) => {
          const answer = (await speak.v1.audio['generate']?.({ text, model: 'aura-2-thalia-en' })) as Response
          return (await answer.arrayBuffer()).byteLength
        },
        async ({ speak }) => {
          const answer = (await speak.request({ text }, { model: 'aura-2-thalia-en' })) as {
            getStream(): Promise<unknown>
          }
          return kit.text(await answer.getStream())
        },
      ),
    spans: [said('aura-2-thalia-en', { 'tracestitch.usage.input_characters': 12 })],
  },
  ...live,
]

const METADATA = { request_id: 'dg_1', duration: 12.5, channels: 1, model_info: { m1: { name: 'general-nova-3' } } }

/** A server of connections, which ends each of them when it is asked to. */
const server = serveLive(
  (path, socket) => {
    if (path.endsWith('/v1/speak')) send(socket, { type: 'Metadata', request_id: 'dg_3' })
    if (path.endsWith('/converse')) send(socket, { type: 'Welcome', request_id: 'dg_4' })
  },
  (message, socket, path) => {
    if (typeof message === 'number') return send(socket, { type: 'Results', metadata: { request_id: 'dg_1' } })
    const type = message['type']
    if (type === 'CloseStream') send(socket, { type: 'Metadata', ...METADATA })
    if (type === 'Speak') socket.send(Buffer.from([1, 2, 3]))
    if (type === 'Close' && path.includes('/v2/'))
      send(socket, { type: 'SessionMetadata', total_billable_character_count: 12 })
    if (type === 'CloseStream' || type === 'Close' || type === 'Settings') socket.close(1000)
    return undefined
  },
)
function send(socket: WebSocket, message: object): void {
  socket.send(JSON.stringify(message))
}

function clientOf({ DeepgramClient, createClient }: Sdk, base: string, socket: string): Omit<Client, 'live'> {
  if (createClient) {
    // Without a WebSocket of the platform's, which Node 20 lacks, its own set-up of `ws` hears nothing.
    const of = (url: string): object => ({
      fetch: { options: { url } },
      websocket: { options: { url }, client: WebSocket },
    })
    return { older: createClient({ key: 'test-key', global: of(base === '' ? socket : `${base}/`) }) as Older }
  }
  const environment = { base, production: socket, agent: socket, agentRest: base }
  return { generated: new DeepgramClient({ apiKey: 'test-key', environment }) as Generated }
}

const spec: IntegrationCase<Sdk, Client> = {
  id: 'deepgram',
  package: '@deepgram/sdk',
  home: 'test/sdks',
  installed: ['@deepgram/sdk-v4', '@deepgram/sdk'],
  neighbours: () => ({ ws: 'ws' }),
  changingHeaders: ['x-deepgram-session-id'],
  formatOf: (version) => (version.startsWith('4.') ? 'cjs' : undefined),
  client: (sdk, base) => ({
    ...clientOf(sdk, `${base}/deepgram`, server.origin),
    live: clientOf(sdk, '', server.origin) as Client,
  }),
  patched: ({ ListenRestClient, DeepgramClient }) => {
    if (ListenRestClient) return [[ListenRestClient.prototype, 'transcribeUrl']]
    const { listen } = new DeepgramClient({ apiKey: 'test-key' }) as Generated
    return [
      [Object.getPrototypeOf(listen.v1.media) as object, '__transcribeUrl'],
      [Object.getPrototypeOf(listen.v1) as object, 'connect'],
    ]
  },
  rows,
}
export default spec
