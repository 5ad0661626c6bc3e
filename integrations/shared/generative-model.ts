/** The classes that `@google/generative-ai` and `@google-cloud/vertexai` share: a model with settings, and a chat with a history. */
import {
  countedTokens,
  isObject,
  path,
  type Args,
  type CallDeclaration,
  type Patcher,
} from '../../src/autolog/contract.js'
import { contentsOf } from './google-contents.js'

/** Both classes, by their members. */
export const GENERATIVE_SHAPES = {
  GenerativeModel: ['prototype.generateContent', 'prototype.startChat'],
  ChatSession: ['prototype.sendMessage', 'prototype.sendMessageStream'],
}

type Sdk = Pick<CallDeclaration, 'provider' | 'model' | 'baseURL'>

const SETTINGS = [
  'cachedContent',
  'generationConfig',
  'safetySettings',
  'systemInstruction',
  'toolConfig',
  'tools',
] as const

/** What a model or a chat adds to each of its requests. */
function settingsOf(holder: unknown): Record<string, unknown> {
  const settings: Record<string, unknown> = {}
  for (const name of SETTINGS) {
    const value = path(holder, name)
    if (value !== undefined) settings[name] = value
  }
  return settings
}

/** The request, which may be given as contents alone. */
function requestOf(given: unknown): object {
  return isObject(given) && 'contents' in given ? given : { contents: contentsOf(given) }
}

const modelRequest = ([given]: Args, self: unknown): unknown => ({ ...settingsOf(self), ...requestOf(given) })

/** The request of a chat, whose settings are in its parameters or on itself. */
function chatRequest([given]: Args, self: unknown): unknown {
  const history = path(self, '_history') ?? path(self, 'historyInternal')
  return {
    ...settingsOf(path(self, 'params') ?? self),
    contents: [...(Array.isArray(history) ? (history as unknown[]) : []), ...contentsOf(given)],
  }
}

/** @param classes - The classes that the package exports. */
export function patchGenerativeModels(
  patcher: Patcher,
  sdk: Sdk,
  classes: { readonly models: readonly unknown[]; readonly chats: readonly unknown[] },
): void {
  const generate: CallDeclaration = {
    ...sdk,
    protocol: 'gemini-generate',
    // A whole answer is within the result. The promise beside a stream resolves to the answer itself.
    answer: (result) => path(result, 'response') ?? result,
    signal([, options]) {
      const signal = path(options, 'signal')
      return signal instanceof AbortSignal ? signal : undefined
    },
  }
  const streamed: CallDeclaration = {
    ...generate,
    streaming: true,
    stream: (result) => path(result, 'stream'),
    aggregate: 'response',
  }
  const countTokens: CallDeclaration = {
    ...generate,
    request: modelRequest,
    operation: 'count_tokens',
    answer: () => undefined,
    responseAttributes: (result) => countedTokens(path(result, 'totalTokens')),
  }
  const embed: CallDeclaration = {
    ...sdk,
    protocol: 'gemini-embeddings',
    request: ([given]) =>
      isObject(given) && 'requests' in given
        ? given
        : { requests: [isObject(given) && 'content' in given ? given : { content: contentsOf(given)[0] }] },
    answer: (result) =>
      isObject(result) && 'embedding' in result ? { ...result, embeddings: [result['embedding']] } : result,
  }
  for (const holder of classes.models) {
    const model = path(holder, 'prototype')
    patcher.call(model, 'generateContent', { ...generate, request: modelRequest })
    patcher.call(model, 'generateContentStream', { ...streamed, request: modelRequest })
    patcher.call(model, 'countTokens', countTokens)
    patcher.call(model, 'embedContent', embed)
    patcher.call(model, 'batchEmbedContents', embed)
  }
  for (const holder of classes.chats) {
    const chat = path(holder, 'prototype')
    patcher.call(chat, 'sendMessage', { ...generate, request: chatRequest })
    patcher.call(chat, 'sendMessageStream', { ...streamed, request: chatRequest })
  }
}
