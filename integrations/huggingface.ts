/**
 * `@huggingface/inference`: its clients make their methods when they are made, as properties that nobody may change, and its
 * functions are exports. All of them end in `fetch`, with the package's name as the user agent, so a request is the call.
 */
import {
  asString,
  isObject,
  outputType,
  parseJson,
  path,
  textFields,
  type CallDeclaration,
  type Integration,
  type OutputType,
} from '../src/autolog/contract.js'
import { declarationFor, modelOf } from './huggingface/requests.js'
import { charactersOf, filesIn, pieces } from './shared/media.js'

const AGENT = '@huggingface/inference/'

/** As the package writes it. What it asks while it waits for work in a queue is no call. */
const isItsOwn = (init: unknown): boolean =>
  (asString(path(init, 'headers', 'User-Agent')) ?? '').startsWith(AGENT) && path(init, 'method') === 'POST'

const MEDIA: readonly (readonly [mediaType: RegExp, gives: OutputType])[] = [
  [/^image\//, 'image'],
  [/^audio\//, 'speech'],
  [/^video\//, 'video'],
]

/** What a file is that is the whole answer. */
function mediaOf(response: unknown): OutputType | undefined {
  const headers = path(response, 'headers')
  const type = headers instanceof Headers ? (headers.get('content-type') ?? '') : ''
  return MEDIA.find(([mediaType]) => mediaType.test(type))?.[1]
}

/** Of a file or a form only the fields that are text. */
function fieldsOf(init: unknown): unknown {
  const body = path(init, 'body')
  if (typeof body === 'string') return parseJson(body)
  return body instanceof FormData ? textFields(body) : {}
}

function declarationOf(address: unknown, init: unknown): CallDeclaration | undefined {
  if (typeof address !== 'string' || !isItsOwn(init)) return undefined
  const url = new URL(address)
  const body = fieldsOf(init)
  const { request, ...declaration } = declarationFor(url.pathname, body)
  let media: OutputType | undefined
  return {
    ...declaration,
    provider: 'hugging_face',
    baseURL: () => address,
    request: (_args, self) => (request ? request([body], self) : body),
    model: () => modelOf(url, body),
    path: () => url.pathname,
    headers(response) {
      media = mediaOf(response)
      return path(response, 'headers')
    },
    responseAttributes(answer) {
      const type = media ?? filesIn(answer).type
      return type ? outputType(type) : {}
    },
    usage() {
      if (media === 'image') return pieces('generated_images', 1)
      return media === 'speech' ? charactersOf(path(body, 'inputs')) : undefined
    },
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
