/**
 * Wrappers of other tools on the methods that we patch: below ours, above them, and between two of ours. A call is one span
 * with its usage, and the program sees what it would see without us.
 */
import * as anthropic from '@anthropic-ai/sdk'
import * as cohereModule from 'cohere-ai'
import * as openai from 'openai'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { autolog, trace, type Autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'

const { default: Anthropic } = anthropic
const { default: OpenAI } = openai
const { CohereClient } = cohereModule

type Wrapped = Promise<unknown> & { _thenUnwrap?: (transform: (data: unknown) => unknown) => Wrapped }

/** What wrappers do with the promise of a call. */
const WRAPPERS: Readonly<Record<string, (promise: Wrapped) => unknown>> = {
  'hands it on': (promise) => promise,
  'looks at it from the side': (promise) => {
    promise.then(() => undefined).catch(() => undefined)
    return promise
  },
  'looks with two handlers': (promise) => {
    promise.then(
      () => undefined,
      () => undefined,
    )
    return promise
  },
  'gives another one': (promise) => promise.then((value) => value),
  'is asynchronous': async (promise) => await promise,
  'unwraps it': (promise) => promise._thenUnwrap?.((data) => data) ?? promise,
}

interface Sdk {
  readonly name: string
  readonly module: object
  readonly holder: object
  readonly method: string
  plain(behaviour: string): Promise<unknown>
  stream(behaviour: string): Promise<AsyncIterable<unknown>>
}

let provider: FakeProvider
const options = (behaviour: string) => ({
  apiKey: 'k',
  maxRetries: 0,
  baseURL: `${provider.origin}/wrapped/${behaviour}`,
})
const messages = [{ role: 'user' as const, content: 'Say hello.' }]
const SDKS: Readonly<Record<string, Sdk>> = {
  openai: {
    name: 'openai',
    module: openai,
    holder: OpenAI.Chat.Completions.prototype,
    method: 'create',
    plain: (behaviour) => chat(behaviour).create({ model: 'gpt-test', messages }),
    stream: async (behaviour) =>
      chat(behaviour).create({ model: 'gpt-test', messages, stream: true, stream_options: { include_usage: true } }),
  },
  '@anthropic-ai/sdk': {
    name: '@anthropic-ai/sdk',
    module: anthropic,
    holder: Anthropic.Messages.prototype,
    method: 'create',
    plain: (behaviour) => claude(behaviour).create({ model: 'claude-test', max_tokens: 9, messages }),
    stream: async (behaviour) =>
      claude(behaviour).create({ model: 'claude-test', max_tokens: 9, messages, stream: true }),
  },
  'cohere-ai': {
    name: 'cohere-ai',
    module: cohereModule,
    holder: CohereClient.prototype,
    method: 'chat',
    plain: async (behaviour) => cohere(behaviour).chat({ model: 'command-test', message: 'Say hello.' }),
    stream: async (behaviour) => cohere(behaviour).chatStream({ model: 'command-test', message: 'Say hello.' }),
  },
}
function chat(behaviour: string): InstanceType<typeof OpenAI.Chat.Completions> {
  const { baseURL, ...rest } = options(behaviour)
  return new OpenAI({ ...rest, baseURL: `${baseURL}/v1` }).chat.completions
}
const claude = (behaviour: string) => new Anthropic(options(behaviour)).messages
const cohere = (behaviour: string) => new CohereClient({ token: 'k', environment: options(behaviour).baseURL })

const spans = recordSpans()
let log: Autolog | undefined
const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)

beforeAll(async () => {
  provider = await startFakeProvider()
})
afterAll(() => provider.close())
beforeEach(() => {
  process.on('unhandledRejection', note)
})
afterEach(() => {
  log?.off()
  spans.clear()
  unhandled.length = 0
  process.removeListener('unhandledRejection', note)
})

function wrap({ holder, method }: Sdk, treat: (promise: Wrapped) => unknown): () => void {
  const methods = holder as Record<string, (...args: unknown[]) => Wrapped>
  const own = Object.getOwnPropertyDescriptor(methods, method)
  const inner = methods[method] as (...args: unknown[]) => Wrapped
  methods[method] = function (...args) {
    return treat(inner.apply(this, args)) as Wrapped
  }
  return () => {
    if (own) Object.defineProperty(methods, method, own)
    else delete methods[method]
  }
}

const start = (): void => {
  log = autolog({ exporter: spans })
}

const PLACES: Readonly<Record<string, (sdk: Sdk, treat: (promise: Wrapped) => unknown) => () => void>> = {
  below: (sdk, treat) => {
    const unwrap = wrap(sdk, treat)
    start()
    return unwrap
  },
  above: (sdk, treat) => {
    start()
    return wrap(sdk, treat)
  },
  // A second look patches anew what another tool has wrapped meanwhile.
  between: (sdk, treat) => {
    start()
    const unwrap = wrap(sdk, treat)
    autolog({ exporter: spans, modules: { [sdk.name]: sdk.module } })
    return unwrap
  },
}

const cases = Object.keys(SDKS).flatMap((sdk) =>
  Object.keys(PLACES).flatMap((place) => Object.keys(WRAPPERS).map((wrapper) => [sdk, place, wrapper] as const)),
)

describe.each(cases)('%s, a wrapper %s ours that %s', (id, place, wrapper) => {
  const sdk = SDKS[id] as Sdk
  const under = async (step: () => Promise<unknown>): Promise<void> => {
    const restore = (PLACES[place] as (typeof PLACES)[string])(sdk, WRAPPERS[wrapper] as (promise: Wrapped) => unknown)
    try {
      await step()
      // Rejections that nobody handles are told of after all that is due now.
      await new Promise((resolve) => setImmediate(resolve))
      expect(unhandled).toEqual([])
      expect(spans.open).toEqual([])
      expect(spans.spans).toHaveLength(1)
    } finally {
      log?.off()
      restore()
    }
  }
  const usage = () => {
    const attributes = spans.spans[0]?.attributes
    return [attributes?.['gen_ai.usage.input_tokens'], attributes?.['gen_ai.usage.output_tokens']]
  }

  test('an answer', () =>
    under(async () => {
      await sdk.plain('ok')
      expect(usage()).toEqual([11, 7])
    }))

  test('a stream', () =>
    under(async () => {
      let count = 0
      for await (const _ of await sdk.stream('ok')) count += 1
      expect(count).toBeGreaterThan(1)
      expect(usage()).toEqual([11, 7])
    }))

  test('an error that the program handles', () =>
    under(async () => {
      await expect(sdk.plain('error-400')).rejects.toMatchObject({
        [id === 'cohere-ai' ? 'statusCode' : 'status']: 400,
      })
      expect(spans.spans[0]?.status.code).toBe('error')
    }))
})

test.each(['openai', '@anthropic-ai/sdk'])(
  '%s: the call is below the span that the tool has made of the method',
  async (id) => {
    const { holder, method, plain } = SDKS[id] as Sdk
    const methods = holder as Record<string, (...args: unknown[]) => Wrapped>
    const inner = methods[method] as (...args: unknown[]) => Wrapped
    const own = Object.getOwnPropertyDescriptor(methods, method) as PropertyDescriptor
    methods[method] = function (...args) {
      return trace('of the tool', () => inner.apply(this, args)) as Wrapped
    }
    start()
    try {
      await plain('ok')
      const [tool, call] = ['of the tool', 'chat'].map((name) => spans.spans.find((span) => span.name.startsWith(name)))
      expect(spans.spans).toHaveLength(2)
      expect(call?.parentSpanId).toBe(tool?.spanId)
      expect(call?.attributes['gen_ai.usage.input_tokens']).toBe(11)
    } finally {
      log?.off()
      Object.defineProperty(methods, method, own)
    }
  },
)
