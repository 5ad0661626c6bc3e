/** `@openrouter/sdk`: chat, responses, vectors, rerank, decisions, images, sound, video, and runs of `callModel`. */
import {
  asString,
  path,
  semconv,
  type Args,
  type CallDeclaration,
  type Declared,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'
import { patchRuns } from './openrouter/runs.js'
import { jobOf } from './shared/jobs.js'
import { patchSpeakeasy, speakeasy, type FunctionCalls, type Methods } from './shared/speakeasy.js'

const shared = { ...speakeasy, provider: 'openrouter' } satisfies Partial<CallDeclaration>

const chat: CallDeclaration = { ...shared, protocol: 'openai-chat' }
const responses: CallDeclaration = { ...shared, protocol: 'openai-responses' }
const embeddings: CallDeclaration = { ...shared, protocol: 'openai-embeddings' }
const rerank: CallDeclaration = { ...shared, protocol: 'jina-rerank' }
// Its `/api/alpha/decisions` takes the questions of System One too.
const decide: CallDeclaration = { ...shared, protocol: 'systemone' }
const images: CallDeclaration = { ...shared, protocol: 'openai-images' }
const speech: CallDeclaration = { ...shared, protocol: 'openai-speech' }
const transcript: CallDeclaration = { ...shared, protocol: 'openai-transcriptions' }
const video: CallDeclaration = {
  ...shared,
  protocol: 'json',
  operation: 'generate_content',
  attributes: { [semconv.OUTPUT_TYPE]: 'video' },
}

const videos = jobOf({
  id: (answer) => path(answer, 'id'),
  status: (answer) => path(answer, 'status'),
  isRunning: (status) => status === 'pending' || status === 'in_progress',
})

/** @param field - Of the method's argument, which has settings of the request beside its body. */
const within = (field: string, declaration: CallDeclaration): CallDeclaration => ({
  ...declaration,
  request: ([given]) => path(given, field),
})

/** A hosted agent, in the terms of chat. */
const intern: Declared = ([given]: Args) => ({
  ...within('internChatCompletionRequest', chat),
  operation: 'invoke_agent',
  attributes: { [semconv.AGENT_ID]: asString(path(given, 'internId')) },
})

const METHODS: Methods = {
  'chat.send': within('chatRequest', chat),
  'responses.send': within('responsesRequest', responses),
  'beta.responses.send': within('responsesRequest', responses),
  'embeddings.generate': within('requestBody', embeddings),
  'rerank.rerank': within('requestBody', rerank),
  'alpha.decisions.create': within('decisionsRequest', decide),
  'systemOne.create': within('decisionsRequest', decide),
  'images.generate': within('imageGenerationRequest', images),
  'tts.createSpeech': within('speechRequest', speech),
  'stt.createTranscription': within('sttRequest', transcript),
  'stt.createTranscriptionMultipart': within('requestBody', transcript),
  'videoGeneration.generate': within('videoGenerationRequest', videos.begin(video)),
  'videoGeneration.getGeneration': videos.fetch(video),
  'interns.chat': intern,
}

const FUNCTIONS: FunctionCalls = {
  '/chat/completions': chat,
  '/responses': responses,
  '/embeddings': embeddings,
  '/rerank': rerank,
  '/api/alpha/decisions': decide,
  '/systemone': decide,
  '/images': images,
  '/audio/speech': speech,
  '/audio/transcriptions': transcript,
  '/videos': video,
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  patchSpeakeasy(patcher, module, 'OpenRouter', METHODS, FUNCTIONS)
  patchRuns(patcher, path(module, 'OpenRouter', 'prototype', 'callModel'))
}

export const openrouter: Integration = {
  id: 'openrouter',
  targets: [
    {
      package: '@openrouter/sdk',
      tested: '1',
      shapes: { OpenRouter: ['prototype.callModel', 'prototype.chat'] },
      instrument,
    },
  ],
}
