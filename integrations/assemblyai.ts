/** `assemblyai`: transcripts, also of audio that is still spoken, and the gateway to models. */
import {
  asString,
  isObject,
  parseJson,
  path,
  type Args,
  type CallDeclaration,
  type Declared,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'
import { jobCalls } from './shared/jobs.js'
import { media, pieces } from './shared/media.js'

const shared = {
  provider: 'assemblyai',
  baseURL: (self) => asString(path(self, 'params', 'baseUrl')),
} satisfies Partial<CallDeclaration>

/** https://www.assemblyai.com/docs/api-reference/transcripts/submit: models are one, or several in the order of preference. */
function modelOf(body: unknown): string | undefined {
  const models = path(body, 'speech_models')
  return asString(path(body, 'speech_model')) ?? asString(Array.isArray(models) ? (models[0] as unknown) : undefined)
}

const transcript = media({
  gives: 'text',
  told: ({ id, speech_model_used, audio_duration }) => ({
    id,
    model: speech_model_used,
    usage: pieces('input_seconds', audio_duration),
  }),
})

/** What it could not do, in an answer that is one: a text. */
class TranscriptError extends Error {
  readonly code = 'transcript_error'
}

const jobs = jobCalls({
  call: {
    ...shared,
    protocol: transcript,
    model: ([body]) => modelOf(body),
    fault: (answer) =>
      path(answer, 'status') === 'error' ? new TranscriptError(asString(path(answer, 'error'))) : undefined,
  },
  id: (answer) => path(answer, 'id'),
  status: (answer) => path(answer, 'status'),
  isRunning: (status) => status === 'queued' || status === 'processing',
})

/** In one request: https://www.assemblyai.com/docs/sync-stt */
const sync: CallDeclaration = {
  ...shared,
  protocol: media({
    gives: 'text',
    told: ({ session_id, audio_duration_ms }) => ({
      id: session_id,
      usage: pieces('input_seconds', Number(audio_duration_ms) / 1000),
    }),
  }),
  request: ([, config]) => config ?? {},
  model: ([, config]) => asString(path(config, 'model')),
  signal([, , options]) {
    const signal = path(options, 'signal')
    return signal instanceof AbortSignal ? signal : undefined
  },
}

const chat: CallDeclaration = { ...shared, protocol: 'openai-chat' }
const understanding: CallDeclaration = { ...shared, protocol: 'json', operation: 'generate_content' }

/** The last message of a session counts what was heard. */
const live = media({
  gives: 'text',
  told: (message) => ({
    id: message['type'] === 'Begin' ? message['id'] : undefined,
    usage: pieces('input_seconds', message['audio_duration_seconds']),
  }),
})

function eventIn(message: unknown): unknown {
  const data = path(message, 'data')
  return typeof data === 'string' ? parseJson(data) : data
}

/** A session, from its first message to its end: the socket has one listener of each kind. */
const session = (_args: Args, self: unknown): CallDeclaration => ({
  provider: shared.provider,
  baseURL: () => asString(path(self, 'params', 'websocketBaseUrl')) ?? 'https://streaming.assemblyai.com',
  protocol: live,
  streaming: true,
  request: () => path(self, 'params') ?? {},
  model: () => asString(path(self, 'params', 'speechModel')),
  emits: {
    piece: 'onmessage',
    end: 'onclose',
    error: 'onerror',
    last: (message) => path(eventIn(message), 'type') === 'Termination',
    through: () => path(self, 'socket'),
  },
  event: (message) => ({ data: eventIn(message) }),
})

const METHODS: Readonly<Record<string, Readonly<Record<string, Declared>>>> = {
  TranscriptService: {
    transcribe: jobs.begin,
    submit: jobs.begin,
    create: jobs.begin,
    waitUntilReady: jobs.fetch,
    get: jobs.fetch,
  },
  SyncTranscriber: { transcribe: sync },
  LlmGatewayService: { chatCompletions: chat, understanding },
  StreamingTranscriber: { connect: session },
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  // Of some services the class is exported, of the others a client has one.
  const Client = module['AssemblyAI']
  const client =
    typeof Client === 'function'
      ? patcher.exemplar(() => Reflect.construct(Client, [{ apiKey: 'none' }]) as object)
      : undefined
  const members = {
    TranscriptService: 'transcripts',
    SyncTranscriber: 'sync',
    LlmGatewayService: 'llmGateway',
  } as const
  for (const [name, methods] of Object.entries(METHODS)) {
    const member: unknown = path(client, members[name as keyof typeof members])
    const holder = path(module, name, 'prototype') ?? (isObject(member) ? Object.getPrototypeOf(member) : undefined)
    for (const [method, declared] of Object.entries(methods)) {
      if (isObject(holder) && method in holder) patcher.call(holder, method, declared)
    }
  }
}

export const assemblyai: Integration = {
  id: 'assemblyai',
  targets: [
    {
      package: 'assemblyai',
      tested: '4',
      // The client's class has no methods: its members do.
      shapes: {
        TranscriptService: ['prototype.transcribe', 'prototype.waitUntilReady'],
        LlmGatewayService: ['prototype.chatCompletions', 'prototype.understanding'],
        StreamingTranscriber: ['prototype.connect', 'prototype.sendAudio'],
      },
      instrument,
    },
    { package: 'assemblyai', entry: './streaming', tested: '4', instrument },
  ],
}
