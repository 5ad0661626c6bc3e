/** `@anthropic-ai/sdk`: messages and their beta twins, also under the SDK's Bedrock and Vertex clients. */
import {
  asString,
  countedTokens,
  isObject,
  patchRawRequests,
  path,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type RawRequest,
  type Replace,
} from '../src/autolog/contract.js'
import { patchIteratedRuns } from './shared/tool-runs.js'

/**
 * Keeps the SDK from making a second span. From 1.0 on, it makes one for each call inside the method, if a tracer provider is
 * registered and the client has a tracer, so the tracer is removed for that moment. A client with a tracer provider of its own
 * keeps its spans: they go elsewhere.
 */
function mute(self: unknown): (() => void) | undefined {
  const client = path(self, '_client')
  if (!isObject(client) || !client['_tracer']) return undefined
  if (path(client, 'openTelemetry', 'tracerProvider') !== undefined) return undefined
  // Of a client that is frozen it cannot be taken away.
  if (Object.getOwnPropertyDescriptor(client, '_tracer')?.writable === false) return undefined
  const tracer = client['_tracer']
  client['_tracer'] = undefined
  return () => {
    client['_tracer'] = tracer
  }
}

/** The client of a resource, or the client itself. */
const clientOf = (self: unknown): unknown => path(self, '_client') ?? self

const messages: CallDeclaration = {
  protocol: 'anthropic-messages',
  provider: (self) => asString(path(clientOf(self), '_genAIProviderName')) ?? 'anthropic',
  baseURL: (self) => asString(path(clientOf(self), 'baseURL')),
  mute,
  byRequest: true,
}

/** The API before messages, whose answers have no usage. */
const completions: CallDeclaration = { ...messages, protocol: 'json', operation: 'text_completion' }

const countTokens: CallDeclaration = {
  ...messages,
  operation: 'count_tokens',
  answer: () => undefined,
  responseAttributes(response) {
    const tokens = path(response, 'input_tokens')
    return typeof tokens === 'number'
      ? { 'anthropic.message.count_tokens.input_tokens': tokens, ...countedTokens(tokens) }
      : {}
  },
}

/** `stream` makes the SDK's own span, and then calls `create`. */
const muted: Replace = (original, active) =>
  function (this: unknown, ...args: unknown[]) {
    const unmute = active() ? mute(this) : undefined
    try {
      return Reflect.apply(original, this, args)
    } finally {
      unmute?.()
    }
  }

/** Requests by path. */
const paths: readonly (readonly [end: string, declaration: CallDeclaration])[] = [
  ['/v1/messages', messages],
  ['/v1/messages/count_tokens', countTokens],
  ['/v1/complete', completions],
]

function declareRaw({ method, pathname, body }: RawRequest): CallDeclaration | undefined {
  const declaration = method === 'post' ? paths.find(([end]) => pathname.endsWith(end))?.[1] : undefined
  return declaration && { ...declaration, request: () => body, byRequest: false }
}

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const Anthropic = module['Anthropic'] ?? module['default']
  const resources = [
    path(Anthropic, 'Messages', 'prototype'),
    path(Anthropic, 'Beta', 'Messages', 'prototype'),
    // Until 0.40.
    path(Anthropic, 'Beta', 'PromptCaching', 'Messages', 'prototype'),
  ]
  for (const resource of resources) {
    if (!resource) continue
    // `parse` and the tool runner call `create` or `stream`.
    patcher.call(resource, 'create', messages)
    patcher.call(resource, 'countTokens', countTokens)
    patcher.wrap(resource, 'stream', muted)
    patchIteratedRuns(patcher, resource, 'toolRunner', (self) => Boolean(path(clientOf(self), '_tracer')))
  }
  // Until 1.0.
  patcher.call(path(Anthropic, 'Completions', 'prototype'), 'create', completions)
  patchRawRequests(patcher, path(Anthropic, 'prototype'), declareRaw)
}

const shapes = { Anthropic: ['prototype.post', 'Messages.prototype.create'] }

export const anthropic: Integration = {
  id: 'anthropic',
  targets: [
    { package: '@anthropic-ai/sdk', tested: '0 - 1', shapes, instrument },
    // The SDK's Bedrock and Vertex packages load this, not the main entry.
    { package: '@anthropic-ai/sdk', entry: './client', tested: '0 - 1', shapes, instrument },
  ],
}
