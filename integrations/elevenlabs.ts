/** `@elevenlabs/elevenlabs-js`: speech, transcripts, music and sounds, voices, and simulated conversations of agents. */
import {
  asString,
  isObject,
  path,
  semconv,
  type Args,
  type CallDeclaration,
  type Format,
  type Integration,
  type ModuleTarget,
  type OutputType,
} from '../src/autolog/contract.js'
import { baseURLOf, dataOf, fern, patchFern } from './shared/fern.js'
import { clientOf } from './shared/holder.js'
import { charactersOf, media, pieces, type Media } from './shared/media.js'

const request = (args: Args): unknown => args.find(isObject)

const shared = {
  ...fern,
  provider: 'elevenlabs',
  baseURL: (self) => baseURLOf(self, 'https://api.elevenlabs.io'),
  // A method that works on a voice or an agent has its id first.
  request,
  model: (args) => asString(path(request(args), 'modelId')),
} satisfies Partial<CallDeclaration>

const call = (protocol: Format): CallDeclaration => ({ ...shared, protocol })
/** Bytes, or events, while they are made. */
const streamed = (protocol: Format): CallDeclaration => ({ ...call(protocol), streaming: true, stream: dataOf })
/** Bytes that are there as a stream as well, though the request does not ask for one. */
const bytes = (protocol: Format): CallDeclaration => ({ ...call(protocol), stream: dataOf })

const made = (gives: OutputType, asked?: Media['asked']): Format => media({ gives, ...(asked && { asked }) })

const speech = made('speech', ({ text }) => charactersOf(text))
const dialogue = made('speech', ({ inputs }) =>
  Array.isArray(inputs) ? charactersOf(inputs.map((one) => asString(path(one, 'text')) ?? '').join('')) : undefined,
)
const converted = made('speech')
const sound = made('audio', ({ durationSeconds }) => pieces('output_seconds', durationSeconds))
const music = made('audio', ({ musicLengthMs }) => pieces('output_seconds', Number(musicLengthMs) / 1000))
const plan = made('json')

/** Of several channels there is one duration, and a transcript each. */
const transcript = media({
  gives: 'text',
  told: ({ transcriptionId, audioDurationSecs }) => ({
    id: transcriptionId,
    usage: pieces('input_seconds', audioDurationSecs),
  }),
})

const job = (gives: OutputType, id: string): Format => media({ gives, told: (answer) => ({ id: answer[id] }) })

/** https://elevenlabs.io/docs/api-reference/agents/simulate-conversation: an agent and a user that are both models. */
const simulated: CallDeclaration = {
  ...shared,
  protocol: { operation: 'invoke_agent', request: () => ({ other: {} }), answer: () => undefined },
  operation: 'invoke_agent',
  model: () => undefined,
}

const simulate = (args: Args): CallDeclaration => {
  const agent = asString(args[0])
  return { ...simulated, ...(agent !== undefined && { attributes: { [semconv.AGENT_ID]: agent } }) }
}

type Methods = Parameters<typeof patchFern>[2]

/** By where the client has them: names of its members, one below the other. */
const RESOURCES: Readonly<Record<string, Methods>> = {
  textToSpeech: {
    convert: bytes(speech),
    convertWithTimestamps: call(speech),
    stream: streamed(speech),
    streamWithTimestamps: streamed(speech),
  },
  textToDialogue: {
    convert: bytes(dialogue),
    convertWithTimestamps: call(dialogue),
    stream: streamed(dialogue),
    streamWithTimestamps: streamed(dialogue),
  },
  speechToSpeech: { convert: bytes(converted), stream: streamed(converted) },
  speechToText: { convert: call(transcript) },
  textToSoundEffects: { convert: bytes(sound) },
  audioIsolation: { convert: bytes(made('audio')), stream: streamed(made('audio')) },
  textToVoice: { createPreviews: call(speech), design: call(speech), remix: call(speech) },
  forcedAlignment: { create: call(made('text')) },
  dubbing: { create: call(job('speech', 'dubbingId')) },
  music: {
    compose: bytes(music),
    composeDetailed: bytes(music),
    composeDetailedStream: streamed(music),
    stream: streamed(music),
    videoToMusic: bytes(music),
    separateStems: bytes(made('audio')),
  },
  'music.compositionPlan': { create: call(plan) },
  'conversationalAi.agents': { simulateConversation: simulate, simulateConversationStream: simulate },
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module, 'ElevenLabsClient', 'prototype')
  if (!isObject(proto)) return
  const options = { _options: { apiKey: '' } }
  for (const [where, methods] of Object.entries(RESOURCES)) {
    const resource = patcher.exemplar(() => path(clientOf(patcher, proto, options), ...where.split('.')))
    // Some are wrapped: by a class over the generated one, or by one that has an object of it.
    patchFern(patcher, path(resource, '_client') ?? resource, methods)
  }
}

export const elevenlabs: Integration = {
  id: 'elevenlabs',
  targets: [
    {
      package: '@elevenlabs/elevenlabs-js',
      tested: '2',
      shapes: { ElevenLabsClient: ['prototype.textToSpeech', 'prototype.speechToText'] },
      instrument,
    },
  ],
}
