/**
 * `@azure-rest/ai-inference`: chat, embeddings of texts and of images. Its clients are made by a function and have no class, but all
 * of their requests pass the pipeline that Azure's SDKs share, whose class has the method that is patched
 * (https://github.com/Azure/azure-sdk-for-js/tree/main/sdk/ai/ai-inference-rest).
 */
import {
  asString,
  isObject,
  openCall,
  parseJson,
  path,
  type Args,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type Replace,
} from '../src/autolog/contract.js'

/** Its own span, in OpenTelemetry if Azure's instrumentation is registered; with the texts, if an environment variable says so. */
const NATIVE_POLICY = 'InferenceTracingPolicy'

const requestOf = ([, request]: Args): unknown => parseJson(asString(path(request, 'body')) ?? '')

/** At an endpoint of Azure OpenAI, the deployment is the model; an endpoint of one model needs no name. */
function modelOf(args: Args): string | undefined {
  const [, deployment] = /\/deployments\/([^/?]+)/.exec(asString(path(args[1], 'url')) ?? '') ?? []
  return asString(path(requestOf(args), 'model')) ?? deployment
}

/** A status is no exception here. */
function fault(response: unknown): unknown {
  const status = path(response, 'status')
  if (typeof status !== 'number' || status < 400) return undefined
  const body = parseJson(asString(path(response, 'bodyAsText')) ?? '')
  return { status, ...(isObject(body) && { error: body }) }
}

/** The body of a response; what has been read from a stream is the body. */
function answerOf(answer: unknown): unknown {
  const text = asString(path(answer, 'bodyAsText'))
  return text === undefined ? answer : parseJson(text)
}

function headersOf(response: unknown): unknown {
  const headers = path(response, 'headers')
  const toJSON = path(headers, 'toJSON')
  return typeof toJSON === 'function' ? Reflect.apply(toJSON, headers, []) : undefined
}

const shared = {
  provider: 'azure.ai.inference',
  request: requestOf,
  model: modelOf,
  answer: answerOf,
  fault,
  headers: headersOf,
  body: (response) => path(response, 'readableStreamBody') ?? path(response, 'browserStreamBody'),
  signal: ([, request]) => {
    const signal = path(request, 'abortSignal')
    return signal instanceof AbortSignal ? signal : undefined
  },
} satisfies Partial<CallDeclaration>

const embeddings: CallDeclaration = { ...shared, protocol: 'openai-embeddings' }

/** By the end of the path; others of Azure's SDKs pass the pipeline too. */
const calls: readonly (readonly [end: string, declaration: CallDeclaration])[] = [
  ['/chat/completions', { ...shared, protocol: 'openai-chat' }],
  ['/images/embeddings', embeddings],
  ['/embeddings', embeddings],
]

function declarationOf(request: unknown): CallDeclaration | undefined {
  const url = asString(path(request, 'url'))
  if (path(request, 'method') !== 'POST' || url === undefined) return undefined
  const at = url.replace(/\?.*$/s, '')
  const found = calls.find(([end]) => at.endsWith(end))?.[1]
  return found && { ...found, baseURL: () => url }
}

/** Within a call of ours the policy with the SDK's own span is left out. */
const withoutNative: Replace = (original, active) =>
  function (this: unknown, ...args: unknown[]) {
    const policies: unknown = Reflect.apply(original, this, args)
    return active() && openCall() && Array.isArray(policies)
      ? policies.filter((policy) => path(policy, 'name') !== NATIVE_POLICY)
      : policies
  }

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const make = module['createClient'] ?? module['default']
  const client = patcher.exemplar(() => (typeof make === 'function' ? make('http://localhost', { key: '' }) : undefined))
  const pipeline = path(client, 'pipeline')
  if (!isObject(pipeline)) return
  const holder: unknown = Object.getPrototypeOf(pipeline)
  patcher.call(holder, 'sendRequest', ([, request]) => declarationOf(request))
  patcher.wrap(holder, 'getOrderedPolicies', withoutNative)
}

export const azureAiInference: Integration = {
  id: 'azure-ai-inference',
  targets: [{ package: '@azure-rest/ai-inference', tested: '1', instrument }],
}
