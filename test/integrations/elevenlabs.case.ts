import type { ExpectedSpan, IntegrationCase, Row } from '../contracts/integration.js'
import { wholeRows } from '../contracts/whole-rows.js'

type Method = (...args: readonly unknown[]) => Promise<unknown>
type Resource = Readonly<Record<string, Method>>

/** The part that the rows use. The SDK is installed apart, so that its types are not to be had here. */
interface Client {
  readonly [name: string]: Resource
}

interface Sdk {
  readonly ElevenLabsClient: new (options: object) => Client
}

/** Calls a method by where it is, such as `textToSpeech.convert`. */
function call(client: Client, where: string, ...args: readonly unknown[]): Promise<unknown> {
  const names = where.split('.')
  const method = names.pop() ?? ''
  let holder: unknown = client
  for (const name of names) holder = (holder as Record<string, unknown>)[name]
  return (holder as Resource)[method]?.(...args) ?? Promise.reject(new TypeError(`no ${where}`))
}

const modelId = 'eleven_multilingual_v2'
const text = 'Hello there.'
const file = (): Blob => new Blob([new Uint8Array([1, 2, 3])], { type: 'audio/mpeg' })

const attributes = { 'gen_ai.provider.name': 'elevenlabs' }
const gives = (type: string, more: object = {}, model?: string): ExpectedSpan => ({
  name: model === undefined ? 'generate_content' : `generate_content ${model}`,
  usage: null,
  attributes: { ...attributes, 'gen_ai.output.type': type, ...more },
})
const streamed = (span: ExpectedSpan): ExpectedSpan => ({
  ...span,
  attributes: { ...span.attributes, 'gen_ai.request.stream': true },
})
const spoken = gives('speech', { 'tracestitch.usage.input_characters': 12 }, modelId)
const seconds = { 'tracestitch.usage.output_seconds': 5 }
const song = gives('audio', seconds, 'music_v1')
const agent = { name: 'invoke_agent', usage: null, attributes: { ...attributes, 'gen_ai.agent.id': 'agent_1' } }

/** Its answer is a stream of bytes or of events, or it is whole. */
const row =
  (read: 'bytes' | 'events' | 'whole') =>
  (span: ExpectedSpan, where: string, ...args: readonly unknown[]): Row<Client> => ({
    name: where,
    run: async (client, kit) => {
      const answer = await call(client, where, ...args)
      if (read === 'bytes') return kit.text(answer)
      return read === 'events' ? kit.collect(answer as AsyncIterable<unknown>) : answer
    },
    spans: [span],
  })
const [bytes, events, whole] = [row('bytes'), row('events'), row('whole')]

const song5 = { prompt: 'a song', musicLengthMs: 5000, modelId: 'music_v1' }
const inputs = [
  { text: 'Hello ', voiceId: 'voice_1' },
  { text: 'there.', voiceId: 'voice_2' },
]

const rows: Row<Client>[] = [
  ...wholeRows<Client>({
    call: (client, abortSignal) =>
      call(client, 'speechToText.convert', { modelId: 'scribe_v2', file: file() }, { maxRetries: 0, abortSignal }),
    span: gives('text', { 'tracestitch.usage.input_seconds': 12.5, 'gen_ai.response.id': 'tr_1' }, 'scribe_v2'),
    errors: {
      bad: 'ElevenLabsError',
      key: 'ElevenLabsError',
      server: 'ElevenLabsError',
      reset: 'ElevenLabsError',
      abort: 'ElevenLabsError',
    },
  }),
  bytes(spoken, 'textToSpeech.convert', 'voice_1', { text, modelId }),
  bytes(streamed(spoken), 'textToSpeech.stream', 'voice_1', { text, modelId }),
  whole(spoken, 'textToSpeech.convertWithTimestamps', 'voice_1', { text, modelId }),
  events(streamed(spoken), 'textToSpeech.streamWithTimestamps', 'voice_1', { text, modelId }),
  bytes(spoken, 'textToDialogue.convert', { inputs, modelId }),
  bytes(streamed(spoken), 'textToDialogue.stream', { inputs, modelId }),
  bytes(gives('speech', {}, modelId), 'speechToSpeech.convert', 'voice_1', { audio: file(), modelId }),
  bytes(streamed(gives('speech', {}, modelId)), 'speechToSpeech.stream', 'voice_1', { audio: file(), modelId }),
  bytes(gives('audio', seconds), 'textToSoundEffects.convert', { text: 'rain', durationSeconds: 5 }),
  bytes(gives('audio'), 'audioIsolation.convert', { audio: file() }),
  whole(gives('speech', { 'tracestitch.usage.input_characters': 12 }), 'textToVoice.design', {
    voiceDescription: 'a calm old man who tells stories',
    text,
  }),
  whole(gives('text'), 'forcedAlignment.create', { file: file(), text }),
  whole(gives('speech', { 'gen_ai.response.id': 'dub_1' }), 'dubbing.create', { file: file(), targetLang: 'de' }),
  bytes(song, 'music.compose', song5),
  bytes(streamed(song), 'music.stream', song5),
  events(streamed(song), 'music.composeDetailedStream', song5),
  whole(gives('json', {}, 'music_v1'), 'music.compositionPlan.create', { prompt: 'a song', modelId: 'music_v1' }),
  whole(agent, 'conversationalAi.agents.simulateConversation', 'agent_1', {
    simulationSpecification: { simulatedUserConfig: {} },
  }),
  {
    name: 'with its raw response',
    run: async (client) => {
      const answer = call(client, 'textToSpeech.convertWithTimestamps', 'voice_1', { text, modelId })
      const raw = answer as unknown as { withRawResponse(): Promise<{ data: unknown }> }
      return (await raw.withRawResponse()).data
    },
    spans: [{ ...spoken, attributes: { ...spoken.attributes, 'http.response.header.request-id': ['req_fake'] } }],
  },
  {
    name: 'a stream that is cancelled',
    behaviour: 'drip',
    run: async (client) => {
      const stream = (await call(client, 'textToSpeech.stream', 'voice_1', { text, modelId })) as ReadableStream
      const reader = stream.getReader()
      const first = await reader.read()
      await reader.cancel()
      return first.done
    },
    spans: [streamed(spoken)],
  },
  {
    name: 'a stream that breaks off',
    behaviour: 'cut',
    run: async (client, kit) =>
      kit.outcome(kit.text(await call(client, 'textToSpeech.stream', 'voice_1', { text, modelId }))),
    spans: [{ name: spoken.name, error: /./ }],
  },
  {
    name: 'a call that fails before any request',
    offline: true,
    run: async (client, kit) => kit.outcome(call(client, 'textToSpeech.convert', 'voice_1', {})),
    spans: [{ name: 'generate_content', error: /./ }],
  },
]

const spec: IntegrationCase<Sdk, Client> = {
  id: 'elevenlabs',
  package: '@elevenlabs/elevenlabs-js',
  home: 'test/sdks',
  installed: ['@elevenlabs/elevenlabs-js'],
  formatOf: () => 'cjs',
  client: (sdk, base) => new sdk.ElevenLabsClient({ apiKey: 'test-key', baseUrl: `${base}/elevenlabs` }),
  patched: ({ ElevenLabsClient }) => {
    const { textToSpeech, music } = new ElevenLabsClient({ apiKey: 'test-key' })
    return [
      [Object.getPrototypeOf(textToSpeech) as object, '__convert'],
      [Object.getPrototypeOf((music as unknown as { _client: object })._client) as object, '__compose'],
    ]
  },
  rows,
}
export default spec
