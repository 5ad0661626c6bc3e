/** `@deepgram/sdk`: transcripts, speech and readings of texts, and connections that are alive while somebody speaks. */
import {
  asString,
  isObject,
  parseJson,
  path,
  type Args,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type Patcher,
} from '../src/autolog/contract.js'
import { liveAgent, liveSpeech, liveTranscript, speech, reading, transcript } from './deepgram/formats.js'
import { fern, patchFern } from './shared/fern.js'
import { classOf, clientOf } from './shared/holder.js'

const HOST = 'https://api.deepgram.com'

const shared = { provider: 'deepgram' } satisfies Partial<CallDeclaration>

/** From version 5 on. An environment is several addresses. */
const generated = {
  ...shared,
  ...fern,
  baseURL: (self) => {
    const options = path(self, '_options')
    return asString(path(options, 'baseUrl')) ?? asString(path(options, 'environment', 'base')) ?? HOST
  },
  model: ([body]) => asString(path(body, 'model')),
} satisfies Partial<CallDeclaration>

/** `stream()` of the answer gives the body, whose other readers are functions bound to the response. */
const sound: CallDeclaration = {
  ...generated,
  protocol: speech,
  answer: () => undefined,
}

/** What `connect` gives is told by its socket, which has a method for each kind of event. */
const connected = (protocol: CallDeclaration['protocol']): CallDeclaration => ({
  ...generated,
  protocol,
  streaming: true,
  request: ([body]) => body ?? {},
  answer: () => undefined,
  emits: {
    piece: '_handleMessage',
    end: '_handleClose',
    error: '_handleError',
    through: (connection) => path(connection, 'socket'),
  },
  // Sound comes as bytes.
  event: (message) => {
    const data = path(message, 'data')
    return { data: typeof data === 'string' ? parseJson(data) : data }
  },
})

function patchGenerated(patcher: Patcher, proto: object): void {
  const at = (...where: readonly string[]): unknown =>
    patcher.exemplar(() => path(clientOf(patcher, proto, { _options: {} }), ...where))
  const holder = (...where: readonly string[]): unknown => classOf(patcher, at(...where))
  patchFern(patcher, holder('listen', 'v1', 'media'), {
    transcribeUrl: { ...generated, protocol: transcript },
    transcribeFile: {
      ...generated,
      protocol: transcript,
      request: ([, options]) => options,
      model: ([, options]) => asString(path(options, 'model')),
    },
  })
  patchFern(patcher, holder('read', 'v1', 'text'), { analyze: { ...generated, protocol: reading } })
  for (const version of ['v1', 'v2']) {
    patchFern(patcher, holder('speak', version, 'audio'), { generate: sound })
    patchConnect(patcher, holder('listen', version), connected(liveTranscript))
    patchConnect(patcher, holder('speak', version), connected(liveSpeech))
  }
  patchConnect(patcher, holder('agent', 'v1'), { ...connected(liveAgent), operation: 'invoke_agent' })
}

/** The client that is exported has classes over the generated ones, with a `connect` of their own. */
function patchConnect(patcher: Patcher, holder: unknown, declaration: CallDeclaration): void {
  if (patcher.isOneClient) {
    patcher.call(holder, 'connect', declaration)
    return
  }
  for (let at = holder; isObject(at) && at !== Object.prototype; at = Object.getPrototypeOf(at) as unknown)
    if (Object.hasOwn(at, 'connect')) patcher.call(at, 'connect', declaration)
}

/** Up to version 4. Methods give an error, and do not throw one. */
const older = {
  ...shared,
  baseURL: (self) => asString(path(self, 'baseUrl')) ?? HOST,
  request: ([source]) => source,
  model: ([, options]) => asString(path(options, 'model')),
  answer: (given) => path(given, 'result') ?? undefined,
  fault: (given) => path(given, 'error') ?? undefined,
} satisfies Partial<CallDeclaration>

const live = (protocol: CallDeclaration['protocol']): CallDeclaration => ({
  ...older,
  protocol,
  streaming: true,
  request: ([options]) => options ?? {},
  model: ([options]) => asString(path(options, 'model')),
  emits: {
    piece: ['Results', 'Metadata', 'Audio', 'ConversationText'],
    end: 'close',
    error: 'error',
  },
})

const OLDER: Readonly<Record<string, Readonly<Record<string, CallDeclaration>>>> = {
  ListenRestClient: {
    transcribeUrl: { ...older, protocol: transcript },
    transcribeFile: { ...older, protocol: transcript },
    transcribeUrlCallback: { ...older, protocol: transcript, model: modelOfThird },
    transcribeFileCallback: { ...older, protocol: transcript, model: modelOfThird },
  },
  ReadRestClient: {
    analyzeUrl: { ...older, protocol: reading },
    analyzeText: { ...older, protocol: reading },
  },
  SpeakRestClient: {
    request: {
      ...older,
      protocol: speech,
      // Its answer is the client itself, which keeps the response.
      fault: () => undefined,
      stream: (client) => path(client, 'result', 'body'),
      headers: (client) => path(client, 'result', 'headers'),
    },
  },
  ListenClient: { live: live(liveTranscript) },
  SpeakClient: {
    live: { ...live(liveSpeech), emits: { piece: ['Metadata', 'Audio', 'Flushed'], end: 'Close', error: 'Error' } },
  },
}

function modelOfThird([, , options]: Args): string | undefined {
  return asString(path(options, 'model'))
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module, 'DeepgramClient', 'prototype')
  if (isObject(proto) && !('ListenRestClient' in module)) patchGenerated(patcher, proto)
  for (const [name, methods] of Object.entries(OLDER)) {
    const holder = path(module, name, 'prototype')
    for (const [method, declaration] of Object.entries(methods))
      if (isObject(holder)) patcher.call(holder, method, declaration)
  }
}

export const deepgram: Integration = {
  id: 'deepgram',
  targets: [
    {
      package: '@deepgram/sdk',
      tested: '4 - 5',
      shapes: { DeepgramClient: ['prototype.listen', 'prototype.speak', 'prototype.read'] },
      instrument,
    },
  ],
}
