/** `@anthropic-ai/sdk`: messages and their beta twins, also under the SDK's Bedrock and Vertex clients. */
import {
  asString,
  countedTokens,
  isObject,
  path,
  type CallDeclaration,
  type Integration,
  type ModuleTarget,
  type Replace,
} from '../src/autolog/contract.js'

/**
 * From 1.0 the SDK makes a span of its own for each call as soon as a tracer provider is registered. It
 * does so inside the method and only with a tracer on the client, so the tracer is taken away for that
 * moment. A client with a tracer provider of its own keeps its spans: they go elsewhere.
 */
function mute(self: unknown): (() => void) | undefined {
  const client = path(self, '_client')
  if (!isObject(client) || !client['_tracer']) return undefined
  if (path(client, 'openTelemetry', 'tracerProvider') !== undefined) return undefined
  const tracer = client['_tracer']
  client['_tracer'] = undefined
  return () => {
    client['_tracer'] = tracer
  }
}

const shared = {
  protocol: 'anthropic-messages',
  provider: (self: unknown) => asString(path(self, '_client', '_genAIProviderName')) ?? 'anthropic',
  baseURL: (self: unknown) => asString(path(self, '_client', 'baseURL')),
  mute,
} satisfies Partial<CallDeclaration>

const countTokens: CallDeclaration = {
  ...shared,
  operation: 'count_tokens',
  answer: () => undefined,
  responseAttributes(response) {
    const tokens = path(response, 'input_tokens')
    return typeof tokens === 'number'
      ? { 'anthropic.message.count_tokens.input_tokens': tokens, ...countedTokens(tokens) }
      : {}
  },
}

/** `stream` makes the SDK's own span itself, and then calls `create`. */
const muted: Replace = (original, active) =>
  function (this: unknown, ...args: unknown[]) {
    const unmute = active() ? mute(this) : undefined
    try {
      return Reflect.apply(original, this, args)
    } finally {
      unmute?.()
    }
  }

const instrument: ModuleTarget['instrument'] = (module, patcher) => {
  const Anthropic = module['Anthropic'] ?? module['default']
  const resources = [
    path(Anthropic, 'Messages', 'prototype'),
    path(Anthropic, 'Beta', 'Messages', 'prototype'),
    // Until 0.40.
    path(Anthropic, 'Beta', 'PromptCaching', 'Messages', 'prototype'),
  ]
  for (const messages of resources) {
    if (!messages) continue
    // `parse` and the tool runner call `create` or `stream`.
    patcher.call(messages, 'create', shared)
    patcher.call(messages, 'countTokens', countTokens)
    patcher.wrap(messages, 'stream', muted)
  }
}

export const anthropic: Integration = {
  id: 'anthropic',
  targets: [
    { package: '@anthropic-ai/sdk', tested: '0 - 1', instrument },
    // What the SDK's Bedrock and Vertex packages load, without the main entry.
    { package: '@anthropic-ai/sdk', entry: './client', tested: '0 - 1', instrument },
  ],
}
