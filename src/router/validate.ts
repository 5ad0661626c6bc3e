/** Checks options once. An error names the path, the type of what is there, and the fix; never the value. */
import { ConfigError } from '../kernel/errors.js'
import { isObject, typeName } from '../kernel/json.js'
import { didYouMean } from '../kernel/near.js'
import type { Quirks } from '../kernel/protocol.js'
import type { PriceOptions, PriceOverride } from '../cost/price.js'
import type { RetryPolicy } from '../policies/retry.js'
import type { TimeoutOptions } from '../policies/timeout.js'
import type { AliasOptions, AwsCredentials, ClientOptions, ProviderOptions, TargetOptions } from './options.js'
import {
  aFunction,
  anything,
  boolean,
  count,
  either,
  faultOf,
  list,
  notNegative,
  object,
  oneOf,
  positive,
  positiveCount,
  record,
  string,
  text,
  type,
  type Fault,
  type Path,
  type Shape,
} from './shape.js'
import { strategies } from './strategies/index.js'

/** Options that DESIGN promises and this version does not have. Each would change what a call does, so none is ignored. */
const NOT_YET: Readonly<Record<string, string>> = {
  limits: 'rate limits',
  budgets: 'budgets',
  cache: 'caching',
  guardrails: 'guardrails',
  cooldown: 'cooldowns',
  store: 'shared stores',
  hooks: 'hooks',
  hedging: 'hedging',
  'retries.budget': 'a retry budget',
  'prices.litellm': 'price tables of LiteLLM',
  'prices.modelsDev': 'price tables of models.dev',
  'models.*.targets.*.weight': 'weights',
  'models.*.*.weight': 'weights',
  'call.cache': 'caching',
}

/** By its shape: there are polyfills. */
const signal: Shape = {
  noun: 'an AbortSignal',
  fits: (value) => value === null || (isObject(value) && 'aborted' in value && 'addEventListener' in value),
}

const timeout = either(
  positive,
  object<TimeoutOptions>({ connect: positive, firstChunk: positive, idle: positive, total: positive }),
)
const target = either(text, object<TargetOptions>({ model: text, dropUnsupported: boolean }, { needed: ['model'] }))
const targets = list(target, 1)
const alias = either(
  text,
  targets,
  object<Extract<AliasOptions, { targets: unknown }>>(
    { strategy: oneOf(...strategies.keys()), targets, dropUnsupported: boolean },
    { needed: ['targets'] },
  ),
)
const override = object<PriceOverride>(
  {
    input: notNegative,
    output: notNegative,
    cache_read: notNegative,
    cache_write: notNegative,
    cache_write_1h: notNegative,
    input_audio: notNegative,
    output_audio: notNegative,
  },
  { needed: ['input', 'output'] },
)
const quirks = object<Quirks>({
  maxTokensField: oneOf('max_tokens', 'max_completion_tokens'),
  dimensionsField: oneOf('dimensions', 'output_dimension'),
  seedField: oneOf('seed', 'random_seed'),
  reasoningField: oneOf('reasoning_content', 'reasoning'),
  thinkingParts: oneOf('thinking', 'reasoning'),
  streamOptions: boolean,
  messageNames: boolean,
  reasoningContent: boolean,
  thinkingBlocks: boolean,
  cacheControl: boolean,
  developerAsSystem: boolean,
  jsonSchema: boolean,
  toolCombination: boolean,
  unsupported: list(text),
  defaultMaxTokens: positiveCount,
  maxInputs: record(positiveCount),
})
const baseURL: Shape = type(
  'a string',
  (value) => typeof value === 'string',
  (value) => /^https?:\/\/[^/]/.test(value),
  'a URL that begins with http:// or https://',
)
const provider = object<ProviderOptions>({
  // Which formats there are, the plan knows.
  protocol: either(text, list(text, 1)),
  baseURL,
  variables: record(text),
  apiKey: either(text, aFunction),
  credentials: either(
    aFunction,
    // What AWS's packages give holds more, such as an expiry.
    object<AwsCredentials>(
      { accessKeyId: text, secretAccessKey: text, sessionToken: text },
      { needed: ['accessKeyId', 'secretAccessKey'], open: true },
    ),
  ),
  headers: record(string),
  quirks,
  dropUnsupported: boolean,
})

const clientOptions = object<ClientOptions>({
  models: record(alias),
  providers: record(provider),
  fallbacks: list(text),
  retries: either(count, object<RetryPolicy>({ max: count, baseDelay: positive, maxDelay: positive })),
  timeout,
  prices: object<PriceOptions>({ overrides: record(override) }),
  dropUnsupported: boolean,
  fetch: aFunction,
})

const callOptions = object<CallShape>({
  signal,
  headers: record(string),
  timeout,
  fallbacks: either(list(text), oneOf(false)),
  metadata: object<Record<'user' | 'session' | 'tags', unknown>>({ user: text, session: text, tags: list(string) }),
  dropUnsupported: boolean,
  extra_body: record(anything),
  provider_options: record(record(anything)),
})

/** The options of one call are declared by the client, which stands above. */
type CallShape = Record<
  'signal' | 'headers' | 'timeout' | 'fallbacks' | 'metadata' | 'dropUnsupported' | 'extra_body' | 'provider_options',
  unknown
>

/** @throws ConfigError on the first fault. */
export function checkClientOptions(options: unknown): asserts options is ClientOptions {
  if (!isObject(options)) {
    throw new ConfigError('createClient(options)', `expected an object or nothing, got ${typeName(options)}`)
  }
  const fault = faultOf(clientOptions, options)
  if (fault) throw toConfigError(fault, [])
}

/** @throws ConfigError on the first fault. */
export function checkCallOptions(options: unknown): void {
  const fault = faultOf(callOptions, options)
  if (fault) throw toConfigError(fault, ['call'])
}

/** `root` stands before the path in {@link NOT_YET}. */
function toConfigError({ path, value, expected, known }: Fault, root: Path): ConfigError {
  const key = path.at(-1)
  if (known) {
    const later = notYet([...root, ...path])
    if (later) return new ConfigError(show(path), `${later} are not available in this version; remove the option`)
    return new ConfigError(
      show(path),
      `there is no such option${didYouMean(String(key), known) || `; use one of ${known.join(', ')}`}`,
    )
  }
  if (key === 'strategy' && typeof value === 'string') {
    return new ConfigError(
      show(path),
      `this strategy is not available in this version; use ${[...strategies.keys()].join(', ')}`,
    )
  }
  return new ConfigError(show(path), `expected ${expected}, got ${describe(value)}`)
}

function notYet(path: Path): string | undefined {
  const wanted = path.map(String)
  for (const [pattern, name] of Object.entries(NOT_YET)) {
    const steps = pattern.split('.')
    if (steps.length === wanted.length && steps.every((step, i) => step === '*' || step === wanted[i])) return name
  }
  return undefined
}

/** A number's sign and a string's emptiness are part of its type here: they are what was wrong. */
function describe(value: unknown): string {
  if (value === '') return 'an empty string'
  if (Array.isArray(value) && value.length === 0) return 'an empty array'
  if (typeof value !== 'number') return typeName(value)
  if (!Number.isFinite(value)) return String(value)
  if (value === 0) return 'zero'
  return value < 0 ? 'a negative number' : Number.isInteger(value) ? 'number' : 'a fraction'
}

function show(path: Path): string {
  return path.reduce<string>(
    (shown, step) => (typeof step === 'number' ? `${shown}[${step}]` : shown === '' ? step : `${shown}.${step}`),
    '',
  )
}
