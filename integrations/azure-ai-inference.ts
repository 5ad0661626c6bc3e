/**
 * `@azure-rest/ai-inference`: chat, embeddings of texts and of images
 * (https://github.com/Azure/azure-sdk-for-js/tree/main/sdk/ai/ai-inference-rest).
 */
import {
  isObject,
  openCall,
  path,
  type Args,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type Replace,
} from '../src/autolog/contract.js'
import { bodyIn, bodyOf, pipelineOf, requestIn, statusFault } from './shared/azure-pipeline.js'

/** Its own span, in OpenTelemetry if Azure's instrumentation is registered; with the texts, if an environment variable says so. */
const NATIVE_POLICY = 'InferenceTracingPolicy'

/** At an endpoint of Azure OpenAI, the deployment is the model; an endpoint of one model needs no name. */
function requestOf(args: Args): unknown {
  const body = bodyIn(args)
  const [, model] = /\/deployments\/([^/]+)/.exec(requestIn(args)?.pathname ?? '') ?? []
  return model !== undefined && isObject(body) ? { model, ...body } : body
}

function headersOf(response: unknown): unknown {
  const headers = path(response, 'headers')
  const toJSON = path(headers, 'toJSON')
  return typeof toJSON === 'function' ? Reflect.apply(toJSON, headers, []) : undefined
}

const shared = {
  provider: 'azure.ai.inference',
  request: requestOf,
  // What has been read from a stream is the body.
  answer: (answer) => (path(answer, 'bodyAsText') === undefined ? answer : bodyOf(answer)),
  fault: statusFault,
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

function declarationOf(args: Args): CallDeclaration | undefined {
  const { method, url, pathname } = requestIn(args) ?? {}
  const found = method === 'POST' ? calls.find(([end]) => pathname?.endsWith(end))?.[1] : undefined
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
  const pipeline = pipelineOf(patcher, () => typeof make === 'function' && make('http://localhost', { key: '' }))
  patcher.call(pipeline, 'sendRequest', declarationOf)
  patcher.wrap(pipeline, 'getOrderedPolicies', withoutNative)
}

export const azureAiInference: Integration = {
  id: 'azure-ai-inference',
  targets: [{ package: '@azure-rest/ai-inference', tested: '1', instrument }],
}
