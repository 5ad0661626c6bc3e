/** Each mistake in the options or the body is a ConfigError that names its place and the way out, before any request. */
import { afterEach, expect, test, vi } from 'vitest'
import { createClient, type ClientOptions } from '../../src/index.js'
import { ConfigError } from '../../src/kernel/errors.js'
import { noKeys } from './no-keys.js'

afterEach(() => vi.unstubAllEnvs())

const SECRET = 'sk-this-must-never-be-shown'

/** `[what, options, path, words that the message must hold]`. Options are untyped: JavaScript users make these mistakes. */
const rows: readonly (readonly [string, unknown, string, readonly string[]])[] = [
  ['options that are no object', 7, 'createClient(options)', ['expected an object', 'number']],
  ['an unknown option', { modles: {} }, 'modles', ['no such option', 'did you mean `models`']],
  ['an unknown option far from any', { qqqqqqq: 1 }, 'qqqqqqq', ['no such option', 'use one of models, providers']],
  [
    'an unknown nested option',
    { providers: { mine: { baseUrl: 'http://x/v1' } } },
    'providers.mine.baseUrl',
    ['did you mean `baseURL`'],
  ],
  [
    'an unknown option of timeout',
    { timeout: { first_chunk: 1 } },
    'timeout.first_chunk',
    ['did you mean `firstChunk`'],
  ],
  ['a wrong type', { timeout: 'soon' }, 'timeout', ['expected a number or an object', 'got string']],
  ['a wrong nested type', { retries: { max: '3' } }, 'retries.max', ['got string']],
  ['a number that is not positive', { timeout: -5 }, 'timeout', ['greater than 0', 'negative']],
  ['a fraction of a retry', { retries: 1.5 }, 'retries', ['whole number']],
  ['an empty list of targets', { models: { smart: [] } }, 'models.smart', ['at least 1', 'an empty array']],
  [
    'a target of a wrong type',
    { models: { smart: ['openai/a', 7] } },
    'models.smart[1]',
    ['expected a string', 'number'],
  ],
  [
    'an alias of a wrong type',
    { models: { smart: 7 } },
    'models.smart',
    ['a string or an array or an object', 'number'],
  ],
  [
    'a key of a wrong type',
    { providers: { openai: { apiKey: { value: SECRET } } } },
    'providers.openai.apiKey',
    ['got object'],
  ],
  ['an empty key', { providers: { openai: { apiKey: '' } } }, 'providers.openai.apiKey', ['an empty string']],
  [
    'a key with a line break',
    { providers: { openai: { apiKey: `${SECRET}\nx` } } },
    'providers.openai.apiKey',
    ['line break'],
  ],
  [
    'a header with a line break',
    { providers: { openai: { apiKey: 'k', headers: { 'x-a': `${SECRET}\nx` } } } },
    'providers.openai.headers.x-a',
    ['line break'],
  ],
  [
    'a base URL without a scheme',
    { providers: { mine: { baseURL: 'localhost:8080' } } },
    'providers.mine.baseURL',
    ['http://'],
  ],
  [
    'a base URL with a password',
    { providers: { mine: { baseURL: `http://user:${SECRET}@host/v1` } } },
    'providers.mine.baseURL',
    ['apiKey'],
  ],
  [
    'a new provider without a base URL',
    { providers: { mine: { apiKey: SECRET } } },
    'providers.mine.baseURL',
    ['needs a base URL'],
  ],
  [
    'an unknown protocol',
    { providers: { mine: { baseURL: 'http://x', protocol: 'openai' } } },
    'providers.mine.protocol',
    ['openai-chat', 'anthropic-messages'],
  ],
  [
    'a misspelt protocol',
    { providers: { mine: { baseURL: 'http://x', protocol: 'antropic-messages' } } },
    'providers.mine.protocol',
    ['no wire format `antropic-messages`', 'did you mean `anthropic-messages`?'],
  ],
  [
    'a misspelt protocol in a list, of a known provider',
    { providers: { openai: { protocol: ['openai-chat', 'opena-embeddings'] } } },
    'providers.openai.protocol[1]',
    ['did you mean `openai-embeddings`'],
  ],
  [
    'a protocol of a wrong type',
    { providers: { mine: { baseURL: 'http://x', protocol: 7 } } },
    'providers.mine.protocol',
    ['a string or an array', 'got number'],
  ],
  [
    'an unknown provider',
    { models: { smart: 'opnai/gpt-5.4' } },
    'models.smart',
    ['no provider `opnai`', 'did you mean `openai`'],
  ],
  [
    'the maker of models for a provider',
    { models: { smart: 'google/gemini-3-pro' } },
    'models.smart',
    ['no provider `google`', '`gemini` (Google', 'npx tracestitch providers'],
  ],
  [
    'an unknown provider in a target',
    { models: { smart: { targets: [{ model: 'antropic/x' }] } } },
    'models.smart.targets[0].model',
    ['did you mean `anthropic`'],
  ],
  [
    'a model without a provider',
    { models: { smart: ['gpt-5.4'] } },
    'models.smart[0]',
    ['names no provider', 'openai/gpt-5.4'],
  ],
  [
    'a model of another maker without a provider',
    { models: { smart: 'claude-sonnet-4-6' } },
    'models.smart',
    ['such as openai/gpt-5.4', 'npx tracestitch providers'],
  ],
  [
    'a missing key',
    { models: { smart: ['ollama/a', 'openai/gpt-5.4'] } },
    'models.smart[1]',
    ['no API key for OpenAI', 'OPENAI_API_KEY', 'providers.openai.apiKey'],
  ],
  [
    'a missing key with two names',
    { fallbacks: ['perplexity/sonar'] },
    'fallbacks[0]',
    ['PERPLEXITY_API_KEY or PPLX_API_KEY'],
  ],
  ['an alias of itself', { models: { a: 'a' } }, 'models.a', ['a → a']],
  [
    'an alias cycle',
    { models: { a: ['ollama/x', 'b'], b: 'c', c: 'a' } },
    'models.a',
    ['a → b → c → a', 'break the cycle'],
  ],
  ['an unknown fallback', { fallbacks: ['nobody/x'] }, 'fallbacks[0]', ['no provider `nobody`']],
  ['a fetch that is no function', { fetch: 'fetch' }, 'fetch', ['a function', 'string']],
  [
    'a price that is no number',
    { prices: { overrides: { 'mine/m': { input: '1', output: 1 } } } },
    'prices.overrides.mine/m.input',
    ['number', 'string'],
  ],
  ['a limit of nothing', { limits: [{ scope: {} }] }, 'limits[0]', ['at least one of rpm, tpm and concurrent']],
  ['a limit that is no number', { limits: [{ rpm: '5' }] }, 'limits[0].rpm', ['a number', 'string']],
  [
    'a limit of a made-up scope',
    { limits: [{ scope: { team: 'a' }, rpm: 1 }] },
    'limits[0].scope.team',
    ['use one of'],
  ],
  ['a misspelt scope', { limits: [{ scope: { modell: 'a/b' }, rpm: 1 }] }, 'limits[0].scope.modell', ['`model`']],
  [
    'a scope of a bare model',
    { limits: [{ scope: { model: 'x' }, rpm: 1 }] },
    'limits[0].scope.model',
    ['provider/model'],
  ],
  [
    'a limit of an alias that there is not',
    { models: { smart: 'ollama/x' }, limits: [{ rpm: 1 }, { scope: { alias: 'smrt' }, rpm: 1 }] },
    'limits[1].scope.alias',
    ['no alias `smrt`', 'did you mean `smart`'],
  ],
  [
    'a budget of a wildcard',
    { models: { 'o-*': 'ollama/*' }, budgets: [{ scope: { alias: 'o-*' }, usd: 1, per: 'day' }] },
    'budgets[0].scope.alias',
    ['count under the name'],
  ],
  [
    'a budget of a provider that there is not',
    { budgets: [{ scope: { provider: 'opnai' }, usd: 1, per: 'day' }] },
    'budgets[0].scope.provider',
    ['did you mean `openai`'],
  ],
  [
    'a budget of a model of a provider that there is not',
    { budgets: [{ scope: { model: 'opnai/gpt-5' }, usd: 1, per: 'day' }] },
    'budgets[0].scope.model',
    ['did you mean `openai`'],
  ],
  ['a budget of nothing', { budgets: [{ per: 'day' }] }, 'budgets[0]', ['exactly one of usd and tokens']],
  ['a budget of both', { budgets: [{ per: 'day', usd: 1, tokens: 1 }] }, 'budgets[0]', ['write two budgets']],
  ['a budget for no time', { budgets: [{ usd: 1 }] }, 'budgets[0].per', ['one of minute, hour, day', 'undefined']],
  ['a share above one', { budgets: [{ usd: 1, per: 'day', warnAt: 80 }] }, 'budgets[0].warnAt', ['number']],
  ['a time of the cache', { cache: { exact: { ttl: 0 } } }, 'cache.exact.ttl', ['number']],
  [
    'LiteLLM for a threshold',
    { cache: { semantic: { model: 'openai/x', similarity_threshold: 1 } } },
    'cache.semantic.similarity_threshold',
    ['did you mean `threshold`'],
  ],
  ['a cache store', { cache: { store: {} } }, 'cache.store', ['expected a cache store', 'tracestitch/redis']],
  [
    'a bound of a store that has its own',
    { cache: { exact: { max: 1 }, store: { get: Boolean, set: Boolean, remove: Boolean, close: Boolean } } },
    'cache',
    ['`exact.max` and `exact.maxBytes` without `store`'],
  ],
  ['cooldown', { cooldown: { failureRate: 2 } }, 'cooldown.failureRate', ['number']],
  ['store', { store: {} }, 'store', ['expected a store', 'tracestitch/redis']],
  ['a hook that is none', { hooks: { onCooldown: 'log' } }, 'hooks.onCooldown', ['a function', 'string']],
  ['a hook that there is not', { hooks: { onRetry: () => undefined } }, 'hooks.onRetry', ['onAttempt', 'onRecover']],
  [
    'a strategy that there is not',
    { models: { a: { strategy: 'fastest', targets: ['ollama/x'] } } },
    'models.a.strategy',
    ['one of ordered, weighted', 'latency', 'got string'],
  ],
  [
    'a misspelt strategy',
    { models: { a: { strategy: 'letency', targets: ['ollama/x'] } } },
    'models.a.strategy',
    ['did you mean `latency`'],
  ],
  [
    'a misspelt strategy with options',
    { models: { a: { strategy: { name: 'wieghted' }, targets: ['ollama/x'] } } },
    'models.a.strategy.name',
    ['did you mean `weighted`'],
  ],
  [
    'a strategy of a wrong type',
    { models: { a: { strategy: 7, targets: ['ollama/x'] } } },
    'models.a.strategy',
    ['a function', 'an object', 'got number'],
  ],
  [
    'a misspelt class of failures',
    { fallbacks: [{ model: 'ollama/x', on: 'rate-limits' }] },
    'fallbacks[0].on',
    ['did you mean `rate-limit`'],
  ],
  [
    'a misspelt class of failures in a list',
    { fallbacks: [{ model: 'ollama/x', on: ['timeout', 'sever'] }] },
    'fallbacks[0].on[1]',
    ['did you mean `server`'],
  ],
  [
    'a misspelt word for when all are in cooldown',
    { cooldown: { whenAllInCooldown: 'sonest' } },
    'cooldown.whenAllInCooldown',
    ['did you mean `soonest`'],
  ],
  [
    'a misspelt word of hedging',
    { models: { a: { hedge: { after: 'p96' }, targets: ['ollama/x'] } } },
    'models.a.hedge.after',
    ['did you mean `p95`'],
  ],
  [
    'a misspelt period',
    { budgets: [{ usd: 1, per: 'dya' }] },
    'budgets[0].per',
    ['one of minute', 'month', 'got string'],
  ],
  ['a misspelt window', { budgets: [{ usd: 1, per: 'day', window: 'roling' }] }, 'budgets[0].window', ['`rolling`']],
  [
    'a negative weight',
    { models: { a: { targets: [{ model: 'ollama/x', weight: -3 }] } } },
    'models.a.targets[0].weight',
    ['a negative number'],
  ],
  ['a retry budget', { retries: { budget: -1 } }, 'retries.budget', ['a negative number']],
  ['a price list of LiteLLM', { prices: { litellm: 5 } }, 'prices.litellm', ['an object', 'number']],
  [
    'a misspelt price',
    { prices: { overrides: { 'mine/m': { input: 1, cached_read: 1 } } } },
    'prices.overrides.mine/m.cached_read',
    ['`cache_read`'],
  ],
  [
    'hours of a price',
    { prices: { overrides: { 'mine/m': { input: 1, periods: [{ hours_utc: '16h' }] } } } },
    'prices.overrides.mine/m.periods[0].hours_utc',
    ['16:30-00:30'],
  ],
]

test.each(rows)('createClient: %s', (_what, options, path, words) => {
  noKeys()
  let failure: unknown
  try {
    createClient(options as ClientOptions)
  } catch (error) {
    failure = error
  }
  expect(failure).toBeInstanceOf(ConfigError)
  const error = failure as ConfigError
  expect(error.path).toBe(path)
  for (const word of words) expect(error.message).toContain(word)
  expect(JSON.stringify([error.message, error.stack])).not.toContain(SECRET)
})

test('the error for an object with incompatible fields says what it lacks, not its type', () => {
  const both = { usd: 1, tokens: 1, per: 'day' } as const
  expect(() => createClient({ budgets: [both] })).toThrow(
    /^budgets\[0\]: expected a budget with exactly one of usd and tokens; for both, write two budgets$/,
  )
  expect(() => createClient({ limits: [{ queue: 1 }] })).toThrow(
    /^limits\[0\]: expected a limit with at least one of rpm, tpm and concurrent$/,
  )
  // Where the type is what is wrong, it is said.
  expect(() => createClient({ fetch: {} as never })).toThrow(/^fetch: expected a function, got object$/)
})

const bodies: readonly (readonly [string, unknown, unknown, string, readonly string[]])[] = [
  ['no body', undefined, undefined, 'body', ['undefined']],
  ['no model', { messages: [] }, undefined, 'model', ['provider/model', 'undefined']],
  ['no messages', { model: 'ollama/x' }, undefined, 'messages', ['an array of messages']],
  ['a message that is text', { model: 'ollama/x', messages: ['hi'] }, undefined, 'messages[0]', ['role', 'got string']],
  [
    'a message that is null',
    { model: 'ollama/x', messages: [{ role: 'user', content: 'x' }, null] },
    undefined,
    'messages[1]',
    ['got null'],
  ],
  ['an unknown provider', { model: 'opnai/x', messages: [] }, undefined, 'model', ['did you mean `openai`']],
  ['a near alias', { model: 'smrt', messages: [] }, undefined, 'model', ['the alias `smart`']],
  ['a missing key', { model: 'groq/x', messages: [] }, undefined, 'model', ['GROQ_API_KEY']],
  [
    'an unknown fallback',
    { model: 'ollama/x', messages: [], fallbacks: ['gone/x'] },
    undefined,
    'fallbacks[0]',
    ['no provider `gone`'],
  ],
  [
    'an unknown call option',
    { model: 'ollama/x', messages: [] },
    { timeuot: 1 },
    'timeuot',
    ['did you mean `timeout`'],
  ],
  [
    "LiteLLM's name of a call's cache option",
    { model: 'ollama/x', messages: [], cache: { 'no-cache': true } },
    undefined,
    'cache.no-cache',
    ['did you mean `refresh`'],
  ],
  [
    'a signal that is none',
    { model: 'ollama/x', messages: [] },
    { signal: {} },
    'signal',
    ['an AbortSignal', 'object'],
  ],
  [
    'a schema that cannot say its JSON Schema',
    {
      model: 'ollama/x',
      messages: [],
      response_format: { '~standard': { version: 1, vendor: 'thing', validate: () => ({ value: 1 }) } },
    },
    undefined,
    'response_format',
    ['thing schema'],
  ],
]

test.each(bodies)('a call: %s', async (_what, body, options, path, words) => {
  noKeys()
  const fetch = vi.fn()
  const ai = createClient({ models: { smart: 'ollama/x' }, fetch: fetch as never })
  const failure: unknown = await ai.chat.completions
    .create(body as never, options as never)
    .catch((error: unknown) => error)
  expect(failure).toBeInstanceOf(ConfigError)
  expect((failure as ConfigError).path).toBe(path)
  for (const word of words) expect((failure as ConfigError).message).toContain(word)
  expect(fetch).not.toHaveBeenCalled()
})
