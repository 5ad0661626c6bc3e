import type * as Sdk from '@langchain/openai'
import type { ChatOpenAI } from '@langchain/openai'
import type { ExpectedSpan, IntegrationCase, Row } from '../contracts/integration.js'

type Client = ChatOpenAI

/** On Node 24 LangChain throws a plain `Error('Aborted')` for an aborted stream, on Node 20 the signal's reason. */
const ABORTED = /Abort|^Error$/

const name = 'chat gpt-5.4'
const prompt = 'Say hello.'
const ok: ExpectedSpan = {
  name,
  usage: [11, 7],
  finish: ['stop'],
  attributes: {
    'gen_ai.provider.name': 'openai',
    'gen_ai.response.model': 'gpt-5.4-2026',
    'gen_ai.response.id': 'chatcmpl_1',
    'gen_ai.usage.cache_read.input_tokens': 4,
  },
}
const streamed: ExpectedSpan = { name, finish: ['stop'], attributes: { 'gen_ai.request.stream': true } }
const failed = (error: string | RegExp): ExpectedSpan => ({ name, error })
const tools = [{ type: 'function' as const, function: { name: 'add', parameters: { type: 'object', properties: {} } } }]

const rows: Row<Client>[] = [
  { name: 'invoke', run: (model) => model.invoke(prompt), spans: [ok] },
  {
    name: 'invoke shape',
    run: async (model, kit) => {
      const call = model.invoke(prompt)
      return [kit.shapeOf(call), kit.shapeOf(await call)]
    },
    spans: [ok],
  },
  { name: 'batch', run: (model) => model.batch([prompt, prompt, prompt]), spans: [ok, ok, ok] },
  {
    name: 'generate with two prompts',
    run: (model) =>
      model.generate([['one'], ['two']].map((texts) => texts.map((content) => ({ role: 'user', content }))) as never),
    spans: [ok, ok],
  },
  {
    name: 'tool calls',
    run: (model) => model.bindTools(tools).invoke(prompt),
    spans: [{ ...ok, finish: ['tool_calls'] }],
  },
  {
    name: 'stream',
    run: async (model, kit) => {
      const stream = await model.stream(prompt)
      return [kit.shapeOf(stream), await kit.collect(stream)]
    },
    spans: [streamed],
  },
  {
    name: 'stream of tool calls',
    run: async (model, kit) => kit.collect(await model.bindTools(tools).stream(prompt)),
    spans: [{ ...streamed, finish: ['tool_calls'] }],
  },
  {
    name: 'stream read as a web stream',
    run: async (model) => {
      const reader = (await model.stream(prompt)).getReader()
      let count = 0
      while (!(await reader.read()).done) count++
      return count
    },
    spans: [streamed],
  },
  {
    name: 'web stream cancelled',
    behaviour: 'drip',
    run: async (model) => {
      const reader = (await model.stream(prompt)).getReader()
      await reader.read()
      await reader.cancel()
      return 'cancelled'
    },
    spans: [{ name }],
  },
  {
    name: 'break out of a stream',
    run: async (model, kit) => kit.collect(await model.stream(prompt), 2),
    spans: [{ name }],
  },
  {
    name: 'stream never consumed',
    collectGarbage: true,
    run: async (model) => {
      await model.stream(prompt)
      return 'dropped'
    },
    spans: [{ name }],
  },
  {
    name: 'stream of which one chunk is read and the rest dropped',
    collectGarbage: true,
    run: async (model) => (await (await model.stream(prompt))[Symbol.asyncIterator]().next()).done,
    spans: [{ name }],
  },
  {
    name: 'socket dies mid-stream',
    behaviour: 'cut',
    run: async (model, kit) => kit.outcome(kit.collect(await model.stream(prompt))),
    spans: [failed(/./)],
  },
  { name: 'error 400', behaviour: 'error-400', run: (model) => model.invoke(prompt), spans: [failed('bad_input')] },
  {
    name: 'error 401',
    behaviour: 'error-401',
    run: (model) => model.invoke(prompt),
    spans: [failed('invalid_api_key')],
  },
  { name: 'error 500', behaviour: 'error-500', run: (model) => model.invoke(prompt), spans: [failed(/./)] },
  {
    name: 'error 401 of a stream',
    behaviour: 'error-401',
    run: (model) => model.stream(prompt),
    spans: [failed('invalid_api_key')],
  },
  { name: 'connection reset', behaviour: 'reset', run: (model) => model.invoke(prompt), spans: [failed(/./)] },
  {
    name: 'abort during',
    behaviour: 'slow',
    run: (model, kit) => {
      const controller = new AbortController()
      void kit.wait(60).then(() => controller.abort())
      return model.invoke(prompt, { signal: controller.signal })
    },
    spans: [failed(/Abort/)],
  },
  {
    name: 'abort during a stream',
    behaviour: 'drip',
    run: async (model, kit) => {
      const controller = new AbortController()
      const stream = await model.stream(prompt, { signal: controller.signal })
      let count = 0
      return kit.outcome(
        (async () => {
          for await (const _ of stream) if (++count === 2) controller.abort()
          return count
        })(),
      )
    },
    spans: [failed(ABORTED)],
  },
  {
    name: 'fire-and-forget rejection',
    behaviour: 'error-400',
    run: async (model, kit) => {
      void model.invoke(prompt)
      await kit.wait(150)
      return 'done'
    },
    spans: [failed('bad_input')],
  },
  {
    name: 'callbacks of the program',
    run: async (model) => {
      const seen: string[] = []
      await model.invoke(prompt, {
        callbacks: [{ handleChatModelStart: () => void seen.push('start'), handleLLMEnd: () => void seen.push('end') }],
      })
      return seen
    },
    spans: [ok],
  },
  {
    name: '50 calls at once keep their own parents',
    run: (model, kit) =>
      Promise.all(Array.from({ length: 50 }, (_, i) => kit.inSpan(`parent ${i}`, () => model.invoke(prompt)))),
    spans: Array.from({ length: 50 }, () => ok),
  },
]

/** Prototype of the class that every chat model of LangChain extends. */
function baseOf(model: object): object | undefined {
  let at: object | null = model
  while (at && !Object.hasOwn(at, '_generateUncached')) at = Object.getPrototypeOf(at) as object | null
  return at ?? undefined
}

const spec: IntegrationCase<typeof Sdk, Client> = {
  id: 'langchain',
  package: '@langchain/openai',
  patches: '@langchain/core',
  installed: ['../test/apps/langchain-v03/node_modules/@langchain/openai', '@langchain/openai'],
  client: (sdk, base) =>
    new sdk.ChatOpenAI({
      model: 'gpt-5.4',
      apiKey: 'test-key',
      maxRetries: 0,
      configuration: { baseURL: `${base}/v1` },
    }),
  patched: (sdk) => [
    [baseOf(sdk.ChatOpenAI.prototype), '_generateUncached'],
    [baseOf(sdk.ChatOpenAI.prototype), '_streamIterator'],
  ],
  rows,
}
export default spec
