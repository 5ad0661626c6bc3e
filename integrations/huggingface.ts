/**
 * `@huggingface/inference`: its clients make their methods when they are made, as properties that nobody may change, and its
 * functions are exports. All of them end in `fetch`, with the package's name as the user agent, so a request is the call: it has
 * the wire of whichever provider it goes to.
 */
import { asString, isObject, parseJson, path, type CallDeclaration, type Integration } from '../src/autolog/contract.js'
import { generationAnswer, generationEvent, generationRequest } from './huggingface/generation.js'

type Declaration = Omit<CallDeclaration, 'provider'>

/** Tasks of Hugging Face's own API: what they take and give is the task's. */
const task: Declaration = {
  protocol: 'openai-completions',
  operation: 'generate_content',
  request: generationRequest,
  answer: generationAnswer,
  event: generationEvent,
}
const vectors: Declaration = {
  protocol: 'openai-embeddings',
  request: ([body]) => ({ input: path(body, 'inputs') ?? path(body, 'input') }),
  // Lists of numbers, which are not counted.
  answer: (answer) => (Array.isArray(answer) ? undefined : answer),
}

/** By the end of the path; the first that fits. */
const ROUTES: readonly (readonly [end: RegExp, declaration: Declaration])[] = [
  [/\/chat\/completions$/, { protocol: 'openai-chat' }],
  [/\/completions$/, { protocol: 'openai-completions' }],
  [/\/(?:embeddings|feature-extraction|sentence-similarity)$/, vectors],
  [/\/images\/(?:generations|edits)$/, { protocol: 'openai-images' }],
  [/\/audio\/speech$/, { protocol: 'openai-speech' }],
  [/\/audio\/transcriptions$/, { protocol: 'openai-transcriptions' }],
]

const AGENT = '@huggingface/inference/'

/** As the package writes it. */
const isItsOwn = (init: unknown): boolean =>
  (asString(path(init, 'headers', 'User-Agent')) ?? '').startsWith(AGENT) && path(init, 'method') === 'POST'

/** Files have the model in the path, where its own API has it for all. */
function modelIn(pathname: string, body: unknown): string | undefined {
  const [, model] = /\/models\/(.+?)(?:\/(?:pipeline|v1)\/.*)?$/.exec(pathname) ?? []
  return asString(path(body, 'model')) ?? (model === undefined ? undefined : decodeURIComponent(model))
}

function declarationOf(address: unknown, init: unknown): CallDeclaration | undefined {
  if (typeof address !== 'string' || !isItsOwn(init)) return undefined
  const { pathname } = new URL(address)
  const text = path(init, 'body')
  const body = typeof text === 'string' ? parseJson(text) : undefined
  const declaration = ROUTES.find(([end]) => end.test(pathname))?.[1] ?? task
  const { answer, request } = declaration
  return {
    ...declaration,
    provider: 'hugging_face',
    baseURL: () => address,
    request: (_args, self) => (request ? request([body], self) : body),
    // The body is read by the program; what is given here before is the response.
    answer: (wire) => (wire instanceof Response ? undefined : answer ? answer(wire) : wire),
    model: () => modelIn(pathname, body),
    headers: (response) => path(response, 'headers'),
    fault(response) {
      const status = path(response, 'status')
      return typeof status === 'number' && status >= 400 ? { status } : undefined
    },
    signal: () => {
      const signal = path(init, 'signal')
      return signal instanceof AbortSignal ? signal : undefined
    },
  }
}

export const huggingface: Integration = {
  id: 'huggingface',
  targets: [
    {
      package: '@huggingface/inference',
      tested: '3 - 4',
      shapes: { InferenceClient: ['prototype.endpoint'] },
      instrument(module, patcher) {
        if (!isObject(path(module, 'InferenceClient', 'prototype'))) return
        patcher.call(globalThis, 'fetch', ([address, init]) => declarationOf(address, init))
      },
    },
  ],
}
