/** `ResponsesWS` of `openai`: responses over a WebSocket, against a server of the `ws` package. */
import type { AddressInfo } from 'node:net'
import OpenAI from 'openai'
import type * as Sdk from 'openai/resources/responses/ws'
import { WebSocketServer, type WebSocket } from 'ws'
import type { ExpectedSpan, IntegrationCase, Kit, Row } from '../contracts/integration.js'
import { responsesEvents, responsesObject } from '../support/formats/responses.js'

type Json = Record<string, unknown>
type Socket = InstanceType<typeof Sdk.ResponsesWS>

/** Each row has a server and connections of its own. */
interface Client {
  /** `lasting`: it connects again when it is cut. */
  open(lasting?: boolean): Socket
  readonly first: Socket
}

const eventsOf = (body: Json, lane: Json): Json[] =>
  responsesEvents(body, String(body['model'])).map((text) => ({
    ...(JSON.parse(text.split('data: ')[1] ?? '') as Json),
    ...lane,
  }))

/** What the server does is said by the model's name. */
function serve(): string {
  const server = new WebSocketServer({ port: 0 })
  const lanes = new Map<unknown, Json[][]>()
  server.on('connection', (socket: WebSocket) => {
    const send = (event: Json): void => socket.send(JSON.stringify(event))
    socket.on('message', (data) => {
      const { type, stream_id, ...body } = JSON.parse(String(data)) as Json
      if (type !== 'response.create') return send({ type: 'response.steer.accepted' })
      const lane = stream_id === undefined ? {} : { stream_id }
      const events = eventsOf(body, lane)
      const object = responsesObject(body, String(body['model']), false)
      switch (body['model']) {
        case 'refused':
          return send({ type: 'error', status: 400, error: { code: 'bad_thing', message: 'no' }, ...lane })
        case 'failed': {
          const error = { code: 'server_error', message: 'it broke' }
          send(events[0] as Json)
          return send({
            type: 'response.failed',
            response: { ...object, usage: null, status: 'failed', error },
            ...lane,
          })
        }
        case 'incomplete': {
          const incomplete_details = { reason: 'max_output_tokens' }
          for (const event of events.slice(0, -1)) send(event)
          const response = { ...object, status: 'incomplete', incomplete_details }
          return send({ type: 'response.incomplete', response, ...lane })
        }
        case 'cut':
          for (const event of events.slice(0, 5)) send(event)
          return setTimeout(() => socket.terminate(), 20)
        case 'silent':
          return undefined
        case 'interleaved': {
          // Answered once both lanes have asked, a piece of each in turn.
          lanes.set(stream_id, [...(lanes.get(stream_id) ?? []), events])
          if (lanes.size < 2) return undefined
          const all = [...lanes.values()].map((list) => list.flat())
          for (let i = 0; i < 40; i++) for (const list of all) if (list[i]) send(list[i] as Json)
          return undefined
        }
        default:
          for (const event of events) send(event)
      }
      return undefined
    })
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`
}

/** Everything that the program hears until `until` of a connection. */
function hear(socket: Socket, until: (heard: string[]) => boolean): Promise<string[]> {
  const heard: string[] = []
  return new Promise((done) => {
    const say = (line: string): void => {
      heard.push(line)
      if (until(heard)) done(heard)
    }
    socket.on('event', (event) => say(event.type))
    socket.on('error', (error) => say(`error: ${error.message} ${String(error.error?.type)}`))
    socket.on('close', (code) => say(`close: ${code}`))
    ;(socket as unknown as NodeJS.EventEmitter).on('reconnected', () => say('reconnected'))
  })
}

const ends = (count: number) => (heard: string[]) =>
  heard.filter((line) => /^(response\.(completed|failed|incomplete)|error|close)/.test(line)).length === count

const ask = (model: string, more: Json = {}): never =>
  ({ type: 'response.create', model, input: 'Say hello.', ...more }) as never

const spanOf = (model: string, more: Partial<ExpectedSpan> = {}): ExpectedSpan => ({
  name: `chat ${model}`,
  usage: [11, 7],
  finish: ['stop'],
  ...more,
})
const attributes = {
  'gen_ai.request.stream': true,
  'gen_ai.provider.name': 'openai',
  'openai.api.type': 'responses',
  'gen_ai.response.id': 'resp_1',
  'gen_ai.usage.cache_read.input_tokens': 4,
  'server.address': '127.0.0.1',
  'gen_ai.input.messages': { contains: 'Say hello.' },
  'gen_ai.output.messages': { contains: 'Hello there, friend.' },
}

const row = (
  name: string,
  run: (client: Client, kit: Kit) => Promise<unknown>,
  spans: readonly ExpectedSpan[],
): Row<Client> => ({ name, behaviour: name.replaceAll(' ', '-'), offline: true, run, spans })

async function send(socket: Socket, ...messages: never[]): Promise<string[]> {
  const heard = hear(socket, ends(messages.length))
  for (const message of messages) socket.send(message)
  return heard
}

const rows: Row<Client>[] = [
  row('a response', ({ first }) => send(first, ask('gpt-5')), [spanOf('gpt-5', { attributes })]),
  row('a response below a span', ({ first }, kit) => kit.inSpan('mine', () => send(first, ask('gpt-5'))), [
    spanOf('gpt-5', { parent: 'mine' }),
  ]),
  row(
    'one after the other on a connection',
    async ({ first }) => [await send(first, ask('gpt-5')), await send(first, ask('gpt-5-mini'))],
    [spanOf('gpt-5'), spanOf('gpt-5-mini')],
  ),
  row(
    'two at once are answered in their order',
    ({ first }) => send(first, ask('gpt-5'), ask('refused'), ask('gpt-5-mini')),
    [
      { name: 'chat gpt-5', usage: [11, 7] },
      { name: 'chat refused', error: 'bad_thing', usage: null },
      { name: 'chat gpt-5-mini', usage: [11, 7] },
    ],
  ),
  row(
    'lanes whose answers are interleaved',
    ({ first }) => send(first, ask('interleaved', { stream_id: 'a' }), ask('interleaved', { stream_id: 'b' })),
    [spanOf('interleaved', { attributes }), spanOf('interleaved', { attributes })],
  ),
  row(
    'raw messages',
    async ({ first }) => {
      const heard = hear(first, ends(2))
      first.sendRaw(JSON.stringify(ask('gpt-5')))
      first.sendRaw(Buffer.from(JSON.stringify(ask('gpt-5-mini'))))
      return heard
    },
    [spanOf('gpt-5', { attributes }), spanOf('gpt-5-mini', { attributes })],
  ),
  row(
    'what is no request',
    async ({ first }) => {
      const heard = hear(first, (lines) => lines.length === 2)
      first.send({ type: 'response.steer', response_id: 'resp_1' } as never)
      first.sendRaw('{}')
      return heard
    },
    [],
  ),
  row('a response that fails', ({ first }) => send(first, ask('failed')), [
    { name: 'chat failed', error: 'server_error', usage: null },
  ]),
  row('a response that is incomplete', ({ first }) => send(first, ask('incomplete')), [
    spanOf('incomplete', { finish: ['length'] }),
  ]),
  row('a connection that is cut', ({ first }) => send(first, ask('cut')), [
    { name: 'chat cut', error: 'stream_truncated', usage: null },
  ]),
  row(
    'a connection that the program closes',
    async ({ open }) => {
      const socket = open()
      const heard = hear(socket, ends(1))
      socket.send(ask('silent'))
      await new Promise((done) => setTimeout(done, 100))
      socket.close()
      return heard
    },
    [{ name: 'chat silent', usage: null }],
  ),
  row(
    'a connection that is closed already',
    async ({ open }) => {
      const socket = open()
      const heard = hear(socket, ends(2))
      await send(socket, ask('gpt-5'))
      socket.close()
      await new Promise((done) => setTimeout(done, 100))
      socket.send(ask('gpt-5-mini'))
      return heard
    },
    [spanOf('gpt-5'), { name: 'chat gpt-5-mini', error: 'WebSocketError', usage: null }],
  ),
  row(
    'a connection that is made anew',
    async ({ open }) => {
      const socket = open(true)
      const heard = hear(socket, ends(1))
      socket.send(ask('cut'))
      await new Promise<void>((done) =>
        (socket as unknown as NodeJS.EventEmitter).on('reconnecting', () => {
          socket.send(ask('gpt-5'))
          done()
        }),
      )
      return heard
    },
    [{ name: 'chat cut', error: 'stream_truncated', usage: null }, spanOf('gpt-5')],
  ),
  row(
    'events as an iterator',
    async ({ open }) => {
      const socket = open()
      const types: string[] = []
      socket.send(ask('gpt-5'))
      for await (const event of socket.stream()) {
        if (event.type === 'message') types.push(event.message.type)
        if (types.at(-1) === 'response.completed') break
      }
      return types
    },
    [spanOf('gpt-5', { attributes })],
  ),
]

const spec: IntegrationCase<typeof Sdk, Client> = {
  id: 'openai-responses-ws',
  package: 'openai',
  entry: '/resources/responses/ws',
  installed: ['openai-v6', 'openai'],
  neighbours: () => ({ ws: 'ws' }),
  client(sdk) {
    const client = new OpenAI({ apiKey: 'key', baseURL: serve() })
    const open = (lasting = false): Socket =>
      new sdk.ResponsesWS(client, (lasting ? { reconnect: { onReconnecting: () => undefined } } : {}) as never)
    return { open, first: open() }
  },
  patched: (sdk) => [
    [sdk.ResponsesWS.prototype, 'send'],
    [sdk.ResponsesWS.prototype, 'sendRaw'],
  ],
  rows,
}
export default spec
