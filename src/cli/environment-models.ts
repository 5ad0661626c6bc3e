/** What is served without a configuration: the providers whose keys are in the environment. */
import { everything } from '../whole-catalogue.js'
import { firstSet, type Environment } from '../router/environment.js'
import { planProvider } from '../router/provider-plan.js'
import { ConfigError } from '../kernel/errors.js'
import type { ClientOptions } from '../router/options.js'

/** Names by which programs ask for a model of a maker without saying its provider, with the provider that they mean. */
const USUAL_NAMES: readonly (readonly [name: string, provider: string])[] = [
  ...[
    'gpt-*',
    'chatgpt-*',
    'o1*',
    'o3*',
    'o4*',
    'text-embedding-*',
    'dall-e-*',
    'whisper-*',
    'tts-*',
    'omni-moderation-*',
  ].map((name) => [name, 'openai'] as const),
  ['claude-*', 'anthropic'],
  ['gemini-*', 'gemini'],
  ['mistral-*', 'mistral'],
  ['deepseek-*', 'deepseek'],
  ['grok-*', 'xai'],
  ['command-*', 'cohere'],
]

export interface EnvironmentModels {
  readonly options: ClientOptions
  /** Ids of the providers, in order. */
  readonly providers: readonly string[]
}

/** Options for every provider whose key and address are set. Servers of this machine, which need no key, are not among them. */
export function modelsOf(env: Environment): EnvironmentModels {
  const providers = [...everything.providers.values()]
    .filter((row) => firstSet(row.env, env) !== undefined && isReady(row.id, env))
    .map(({ id }) => id)
    .sort()
  const usual = USUAL_NAMES.filter(([, provider]) => providers.includes(provider))
  const [only] = providers
  const models = Object.fromEntries([
    ...usual.map(([name, provider]) => [name, `${provider}/${name}`] as const),
    // Of one provider alone, every name is its own: OpenRouter's `openai/gpt-5.4` too.
    ...(providers.length === 1
      ? ([
          [`${only}/*`, `${only}/*`],
          ['*', `${only}/*`],
        ] as const)
      : []),
  ])
  return { options: { models, providers: Object.fromEntries(providers.map((id) => [id, {}])) }, providers }
}

function isReady(id: string, env: Environment): boolean {
  try {
    return planProvider(id, {}, everything, env).ready
  } catch (error) {
    // A URL or key in the environment that cannot be one: `tracestitch providers` lists it as not ready too.
    if (error instanceof ConfigError) return false
    throw error
  }
}
