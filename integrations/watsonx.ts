/** `@ibm-cloud/watsonx-ai`: its models and deployments, and the gateway to models of others, with OpenAI's operations. */
import {
  asArray,
  asString,
  countedTokens,
  isObject,
  outputType,
  parseJson,
  path,
  semconv,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
} from '../src/autolog/contract.js'
import { generated } from './watsonx/format.js'

const resultOf = (response: unknown): unknown => path(response, 'result')

/** A piece of a stream is an object, or a line of it. */
function eventIn(piece: unknown): { readonly data: unknown } | undefined {
  if (typeof piece === 'string') return piece.startsWith('data:') ? { data: parseJson(piece.slice(5)) } : undefined
  const data = path(piece, 'data')
  return data === undefined ? undefined : { data }
}

const shared = {
  provider: 'ibm.watsonx.ai',
  baseURL: (self) => asString(path(self, 'baseOptions', 'serviceUrl')),
  // As the provider row has it: a deployment knows its model, and the program only the deployment.
  model([params]) {
    const deployment = asString(path(params, 'idOrName'))
    return deployment === undefined ? asString(path(params, 'modelId')) : `deployment/${deployment}`
  },
  answer: resultOf,
  event: eventIn,
  headers: (response) => path(response, 'headers'),
  signal([params]) {
    const signal = path(params, 'signal')
    return signal instanceof AbortSignal ? signal : undefined
  },
} satisfies Partial<CallDeclaration>

const streaming = (declaration: CallDeclaration): CallDeclaration => ({ ...declaration, streaming: true })

const chat: CallDeclaration = {
  ...shared,
  protocol: 'watsonx-chat',
  spelling: 'camel',
  request: ([params]) =>
    isObject(params) && {
      ...params,
      model_id: params['modelId'] ?? '',
      tool_choice_option: params['toolChoiceOption'],
    },
}
const generate: CallDeclaration = { ...shared, protocol: generated }

const usageOf = (result: unknown) => {
  const tokens = path(result, 'input_token_count')
  return typeof tokens === 'number' ? { usage: { prompt_tokens: tokens, total_tokens: tokens } } : {}
}

/** https://cloud.ibm.com/apidocs/watsonx-ai#text-embeddings */
const embed: CallDeclaration = {
  ...shared,
  protocol: 'openai-embeddings',
  request: ([params]) => ({ input: path(params, 'inputs') }),
  answer(response) {
    const result = resultOf(response)
    const data = asArray(path(result, 'results')).map((entry, index) => ({
      object: 'embedding',
      index,
      embedding: path(entry, 'embedding'),
    }))
    return { object: 'list', model: path(result, 'model_id'), data, ...usageOf(result) }
  },
}

/** Of its answer only the usage is read. */
const counting = (operation: semconv.OperationName): CallDeclaration => ({
  ...shared,
  protocol: 'json',
  operation,
  answer: (response) => ({ model: path(resultOf(response), 'model_id'), ...usageOf(resultOf(response)) }),
})

const count: CallDeclaration = {
  ...shared,
  protocol: 'json',
  operation: 'count_tokens',
  answer: () => undefined,
  responseAttributes: (response) => countedTokens(path(resultOf(response), 'result', 'token_count')),
}

/** Work on a document, which goes on after the answer. */
const document: CallDeclaration = {
  ...shared,
  protocol: 'json',
  operation: 'generate_content',
  attributes: outputType('text'),
  answer: () => undefined,
  responseAttributes(response) {
    const id = asString(path(resultOf(response), 'metadata', 'id'))
    const status = asString(path(resultOf(response), 'entity', 'results', 'status'))
    return {
      ...(id !== undefined && { [semconv.RESPONSE_ID]: id }),
      ...(status !== undefined && { [semconv.RESPONSE_STATUS]: status }),
    }
  },
}

const methods: Readonly<Record<string, CallDeclaration>> = {
  textChat: chat,
  textChatStream: streaming(chat),
  deploymentsTextChat: chat,
  deploymentsTextChatStream: streaming(chat),
  generateText: generate,
  generateTextStream: streaming(generate),
  deploymentGenerateText: generate,
  deploymentGenerateTextStream: streaming(generate),
  embedText: embed,
  textRerank: counting('rerank'),
  timeSeriesForecast: counting('generate_content'),
  deploymentsTimeSeriesForecast: counting('generate_content'),
  tokenizeText: count,
  createTextExtraction: document,
  createTextClassification: document,
  transcribeAudio: {
    ...shared,
    protocol: 'openai-transcriptions',
    model: ([params]) => asString(path(params, 'model')),
  },
}

/** Of its gateway, whose resources know their client. */
const ofGateway = (protocol: CallDeclaration['protocol']): CallDeclaration => ({
  ...shared,
  protocol,
  spelling: 'camel',
  model: ([params]) => asString(path(params, 'model')),
  baseURL: (self) => shared.baseURL(path(self, 'client')),
})

const resources: Readonly<Record<string, CallDeclaration>> = {
  ChatCompletions: ofGateway('openai-chat'),
  GenerateTextCompletions: ofGateway('openai-completions'),
  EmbeddingCompletions: ofGateway('openai-embeddings'),
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const proto = path(module, 'WatsonXAI', 'prototype')
  for (const [method, declaration] of Object.entries(methods)) patcher.call(proto, method, declaration)
}

const instrumentGateway: ModuleTarget['instrument'] = (module, patcher) => {
  for (const [name, declaration] of Object.entries(resources))
    patcher.call(path(module, name, 'prototype'), 'create', declaration)
}

const shapes = { WatsonXAI: ['prototype.textChat', 'prototype.generateText', 'prototype.embedText'] }
const packageName = '@ibm-cloud/watsonx-ai'

export const watsonxAi: Integration = {
  id: 'watsonx',
  targets: [
    { package: packageName, tested: '1', shapes, instrument },
    { package: packageName, entry: './gateway', tested: '1', instrument: instrumentGateway },
  ],
}
