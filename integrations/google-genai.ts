/** `@google/genai`: the methods that all ways to a model use, for both the Gemini API and Vertex AI. */
import {
  asString,
  countedTokens,
  isObject,
  outputType,
  path,
  type Args,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type Patcher,
} from '../src/autolog/contract.js'
import { classOf, clientOf } from './shared/holder.js'
import { createInteraction, getInteraction } from './google-genai/interactions.js'
import { contentsOf, part } from './shared/google-contents.js'

const client = (self: unknown): unknown => path(self, 'apiClient') ?? path(self, 'parentClient')

/** Calls a method of the client that returns its host or its product. */
function ask(self: unknown, method: string): unknown {
  const api = client(self)
  const ask = path(api, method)
  return typeof ask === 'function' ? Reflect.apply(ask, api, []) : undefined
}

const shared = {
  headers: (result) => path(result, 'sdkHttpResponse', 'headers'),
  provider: (self: unknown) => (ask(self, 'isVertexAI') === true ? 'gcp.vertex_ai' : 'gcp.gemini'),
  baseURL: (self: unknown) => asString(ask(self, 'getBaseUrl')),
  model: ([params]: Args) => asString(path(params, 'model'))?.replace(/^.*?models\//, ''),
} satisfies Partial<CallDeclaration>

/** The body on the wire, from the SDK's parameters, whose `config` has what the wire has in four places. */
function body([params]: Args): unknown {
  if (!isObject(params)) return undefined
  const { systemInstruction, tools, toolConfig, serviceTier, ...generationConfig } = isObject(params['config'])
    ? params['config']
    : {}
  for (const own of ['httpOptions', 'abortSignal', 'automaticFunctionCalling']) delete generationConfig[own]
  return {
    model: params['model'],
    contents: contentsOf(params['contents']),
    ...(systemInstruction !== undefined && { systemInstruction: contentsOf(systemInstruction)[0] }),
    ...(Array.isArray(tools) && { tools }),
    toolConfig,
    serviceTier,
    generationConfig,
  }
}

const generate: CallDeclaration = { ...shared, protocol: 'gemini-generate', request: body }

const embed: CallDeclaration = {
  ...shared,
  protocol: 'gemini-embeddings',
  request([params]) {
    const config = path(params, 'config')
    const { httpOptions: _http, abortSignal: _signal, ...settings } = isObject(config) ? config : {}
    const contents = path(params, 'contents')
    const texts = Array.isArray(contents) ? (contents as unknown[]) : [contents]
    return {
      requests: texts.map((one) => ({
        ...settings,
        content: isObject(one) && 'parts' in one ? one : { parts: [part(one)] },
      })),
    }
  },
  /** Vertex AI has a count for each text. The SDK does not return the count of the Gemini API. */
  answer(result) {
    const counts = [path(result, 'embeddings')].flat().map((one) => path(one, 'statistics', 'tokenCount'))
    const counted = counts.filter((count) => typeof count === 'number')
    const usage = { usageMetadata: { promptTokenCount: counted.reduce((sum, count) => sum + count, 0) } }
    return isObject(result) && counted.length > 0 ? { ...result, ...usage } : result
  },
}

const countTokens: CallDeclaration = {
  ...generate,
  operation: 'count_tokens',
  answer: () => undefined,
  responseAttributes: (result) => countedTokens(path(result, 'totalTokens')),
}

const images: CallDeclaration = {
  ...shared,
  protocol: 'json',
  operation: 'generate_content',
  attributes: outputType('image'),
}

/** For when only the client's class was given. Making a client sends nothing. */
function modelsOf(GoogleGenAI: unknown, patcher: Patcher): unknown {
  if (typeof GoogleGenAI !== 'function') return undefined
  const models = patcher.exemplar(() => path(Reflect.construct(GoogleGenAI, [{ apiKey: 'none' }]), 'models'))
  return models && Object.getPrototypeOf(models)
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const models = path(module, 'Models', 'prototype') ?? modelsOf(module['GoogleGenAI'] ?? module['default'], patcher)
  // The public methods, which each client makes anew, and chats call these, once for each request to the model.
  patcher.call(models, 'generateContentInternal', generate)
  patcher.call(models, 'generateContentStreamInternal', { ...generate, streaming: true })
  patcher.call(models, 'embedContentInternal', embed)
  patcher.call(models, 'countTokens', countTokens)
  for (const method of ['generateImagesInternal', 'editImageInternal', 'upscaleImageInternal'])
    patcher.call(models, method, images)
  const proto = path(module['GoogleGenAI'] ?? module['default'], 'prototype')
  // Before 2.0, the getter warns and connects its client to the API.
  if (!isObject(proto) || !('agents' in proto)) return
  const holder = classOf(
    patcher,
    patcher.exemplar(() => path(clientOf(patcher, proto), 'interactions')),
  )
  patcher.call(holder, 'create', (args) => createInteraction(shared, args))
  patcher.call(holder, 'get', () => getInteraction(shared))
}

export const googleGenai: Integration = {
  id: 'google-genai',
  targets: [
    {
      package: '@google/genai',
      tested: '1 - 3',
      shapes: { Models: ['prototype.generateContentInternal'], GoogleGenAI: ['prototype.interactions'] },
      instrument,
    },
  ],
}
