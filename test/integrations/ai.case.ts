import { createOpenAI } from '@ai-sdk/openai'
import type * as Sdk from 'ai'
import { z } from 'zod'
import type { ExpectedSpan, IntegrationCase, Kit, Row } from '../contracts/integration.js'

interface Client {
  readonly sdk: typeof Sdk
  readonly model: Sdk.LanguageModel
  readonly embedder: Sdk.EmbeddingModel
}

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
    'server.address': '127.0.0.1',
  },
}
const streamed: ExpectedSpan = { ...ok, attributes: { ...ok.attributes, 'gen_ai.request.stream': true } }
const failed = (error: string | RegExp): ExpectedSpan => ({ name, error })
const embedded: ExpectedSpan = { name: 'embeddings text-embedding-3-small', usage: [5, undefined] }

/** What no hook tells of: before 7, `ai` only has the hooks of its models where the program sets no flag. */
const from7 =
  (...steps: readonly string[]) =>
  (version: string): readonly string[] =>
    Number.parseInt(version, 10) >= 7 ? steps : []

const inRow = (row: string, kind: string): ((version: string) => readonly string[]) => from7(`${kind} < row ${row}`)

/** Wire errors are thrown with the request in them, of which ids and headers differ from run to run. */
async function read(stream: AsyncIterable<unknown>, limit = Infinity): Promise<unknown[]> {
  const items: unknown[] = []
  for await (const item of stream) {
    items.push(item)
    if (items.length >= limit) break
  }
  return items
}

/** 6 tells of tools without a flag, and of what is around them only when it ends well. */
const withTool =
  (by: string, row: string) =>
  (version: string): readonly string[] =>
    version.startsWith('6')
      ? [`execute_tool add < row ${row}`]
      : from7(`invoke_workflow ${by} < row ${row}`, `execute_tool add < invoke_workflow ${by}`)(version)

const telemetry = { isEnabled: true, functionId: 'mine' }

const outcome = async (kit: Kit, result: PromiseLike<unknown>): Promise<unknown> => kit.outcome(result)

const rows: Row<Client>[] = [
  {
    name: 'generateText',
    run: async ({ sdk, model }) => {
      const { text, usage, finishReason } = await sdk.generateText({
        model,
        prompt,
        temperature: 0.5,
        maxOutputTokens: 9,
      })
      return { text, usage, finishReason }
    },
    spans: [
      {
        ...ok,
        attributes: {
          ...ok.attributes,
          'gen_ai.request.max_tokens': 9,
          'gen_ai.input.messages': { contains: prompt },
          'gen_ai.output.messages': { contains: 'Hello' },
        },
      },
    ],
    steps: inRow('generateText', 'invoke_workflow generateText'),
  },
  {
    name: 'streamText',
    run: async ({ sdk, model }) => {
      const result = sdk.streamText({ model, prompt })
      return [await read(result.textStream), await result.usage]
    },
    spans: [streamed],
    steps: inRow('streamText', 'invoke_workflow streamText'),
  },
  {
    name: 'generateObject',
    run: async ({ sdk, model }, kit) =>
      outcome(
        kit,
        sdk.generateObject({ model, prompt, output: 'no-schema' }).then(({ object }) => object),
      ),
    spans: [{ ...ok, attributes: { ...ok.attributes, 'gen_ai.output.type': 'json' } }],
  },
  {
    name: 'tools',
    run: async ({ sdk, model }) => {
      const add = sdk.tool({ inputSchema: z.object({}), execute: async () => 3 })
      const result = await sdk.generateText({ model, prompt, tools: { add } })
      return result.toolResults.map(({ output }) => output)
    },
    spans: [{ ...ok, finish: ['tool_calls'] }],
    steps: withTool('generateText', 'tools'),
  },
  {
    name: 'a tool that calls a model',
    skip: (version) => (version.startsWith('5') ? 'ai 5 tells of tools only where its flag is set' : undefined),
    run: async ({ sdk, model, embedder }) => {
      const execute = async (): Promise<number> => (await sdk.embed({ model: embedder, value: 'x' })).usage.tokens
      const add = sdk.tool({ inputSchema: z.object({}), execute })
      const result = await sdk.generateText({ model, prompt, tools: { add } })
      await sdk.embed({ model: embedder, value: 'x' })
      return result.toolResults.map(({ output }) => output)
    },
    spans: [
      { ...ok, finish: ['tool_calls'] },
      { ...embedded, parent: 'execute_tool add' },
      { ...embedded, parent: 'row a tool that calls a model' },
    ],
    steps: withTool('generateText', 'a tool that calls a model'),
  },
  {
    name: 'a tool that calls a model, with the telemetry of the SDK on',
    run: async ({ sdk, model, embedder }) => {
      const execute = async (): Promise<number> => (await sdk.embed({ model: embedder, value: 'x' })).usage.tokens
      const add = sdk.tool({ inputSchema: z.object({}), execute })
      await sdk.generateText({ model, prompt, tools: { add }, experimental_telemetry: telemetry })
      return 'done'
    },
    spans: [
      { ...ok, finish: ['tool_calls'] },
      { ...embedded, parent: 'execute_tool add' },
    ],
  },
  {
    name: 'tools of a stream',
    run: async ({ sdk, model }) => {
      const add = sdk.tool({ inputSchema: z.object({}), execute: async () => 3 })
      const result = sdk.streamText({ model, prompt, tools: { add } })
      await read(result.fullStream)
      return (await result.toolResults).map(({ output }) => output)
    },
    spans: [{ ...streamed, finish: ['tool_calls'] }],
    steps: withTool('streamText', 'tools of a stream'),
  },
  {
    name: 'tools, with the telemetry of the SDK on',
    run: async ({ sdk, model }) => {
      const add = sdk.tool({ inputSchema: z.object({}), execute: async () => 3 })
      const result = await sdk.generateText({ model, prompt, tools: { add }, experimental_telemetry: telemetry })
      return result.toolResults.map(({ output }) => output)
    },
    spans: [{ ...ok, finish: ['tool_calls'], parent: 'invoke_workflow mine' }],
    steps: () => [
      'invoke_workflow mine < row tools, with the telemetry of the SDK on',
      'execute_tool add < invoke_workflow mine',
    ],
  },
  {
    name: 'stream, with the telemetry of the SDK on',
    run: async ({ sdk, model }) => {
      const result = sdk.streamText({ model, prompt, experimental_telemetry: telemetry })
      return [await read(result.textStream), await result.usage]
    },
    spans: [{ ...streamed, parent: 'invoke_workflow mine' }],
    steps: () => ['invoke_workflow mine < row stream, with the telemetry of the SDK on'],
  },
  {
    name: 'agent, with the telemetry of the SDK on',
    run: async ({ sdk, model }) => {
      const { Experimental_Agent: Agent } = sdk
      const agent = new Agent({ id: 'helper', model, experimental_telemetry: { isEnabled: true } } as never)
      return (await agent.generate({ prompt })).text
    },
    spans: [{ ...ok, parent: 'invoke_agent helper' }],
    steps: () => ['invoke_agent helper < row agent, with the telemetry of the SDK on'],
  },
  {
    name: 'embed, with the telemetry of the SDK on',
    run: async ({ sdk, embedder }) =>
      (await sdk.embed({ model: embedder, value: 'x', experimental_telemetry: telemetry })).usage,
    spans: [embedded],
    steps: () => [],
  },
  {
    name: 'error 400, with the telemetry of the SDK on',
    behaviour: 'error-400',
    run: async ({ sdk, model }) => {
      const call = sdk.generateText({ model, prompt, maxRetries: 0, experimental_telemetry: telemetry })
      return call.catch((error: unknown) => (error as Error).name)
    },
    spans: [{ ...failed('APICallError'), parent: 'invoke_workflow mine' }],
  },
  {
    name: 'agent',
    run: async ({ sdk, model }) => {
      const { Experimental_Agent: Agent } = sdk
      return (await new Agent({ id: 'helper', model } as never).generate({ prompt })).text
    },
    spans: [ok],
    steps: () => ['invoke_agent helper < row agent'],
  },
  {
    name: 'embed',
    run: async ({ sdk, embedder }) => (await sdk.embed({ model: embedder, value: 'x' })).usage,
    spans: [embedded],
    steps: () => [],
  },
  {
    name: 'embedMany',
    run: async ({ sdk, embedder }) => (await sdk.embedMany({ model: embedder, values: ['x'] })).usage,
    spans: [embedded],
    steps: () => [],
  },
  {
    name: 'doGenerate() of the model, without a function of ai',
    run: async ({ model }) => {
      if (typeof model === 'string') throw new TypeError('a model was expected')
      const content = [{ type: 'text' as const, text: prompt }]
      const result = await model.doGenerate({ prompt: [{ role: 'user', content }] } as never)
      return result.content
    },
    spans: [ok],
    steps: () => [],
  },
  {
    name: 'break out of a stream',
    run: async ({ sdk, model }) => read(sdk.streamText({ model, prompt }).textStream, 1),
    spans: [{ name }],
    collectGarbage: true,
  },
  {
    name: 'stream never read',
    run: async ({ sdk, model }, kit) => {
      void sdk.streamText({ model, prompt })
      await kit.wait(200)
      return 'dropped'
    },
    spans: [{ name }],
    collectGarbage: true,
  },
  {
    name: 'socket dies mid-stream',
    behaviour: 'cut',
    run: async ({ sdk, model }) => {
      await read(sdk.streamText({ model, prompt, onError: () => undefined }).textStream)
      return 'read'
    },
    spans: [failed(/./)],
    // 7 leaves the call around it open.
    collectGarbage: true,
  },
  {
    name: 'error 400',
    behaviour: 'error-400',
    run: async ({ sdk, model }) => {
      const error: unknown = await sdk.generateText({ model, prompt, maxRetries: 0 }).catch((thrown: unknown) => thrown)
      return (error as Error).name
    },
    spans: [{ ...failed('APICallError'), attributes: { 'http.response.status_code': 400 } }],
  },
  {
    name: 'error 500 of a stream',
    behaviour: 'error-500',
    run: async ({ sdk, model }) => {
      const seen: unknown[] = []
      const onError = ({ error }: { error: unknown }): void => void seen.push((error as Error).name)
      await read(sdk.streamText({ model, prompt, maxRetries: 0, onError }).textStream)
      return seen
    },
    spans: [failed('APICallError')],
  },
  {
    name: 'the SDK tries again after 429',
    behaviour: 'error-429-once',
    run: async ({ sdk, model }) => (await sdk.generateText({ model, prompt })).text,
    spans: [failed('APICallError'), ok],
  },
  {
    name: 'abort during',
    behaviour: 'slow',
    run: async ({ sdk, model }, kit) => {
      const controller = new AbortController()
      void kit.wait(60).then(() => controller.abort())
      const call = sdk.generateText({ model, prompt, abortSignal: controller.signal })
      return call.then(
        () => 'answered',
        (error: unknown) => (error as Error).name,
      )
    },
    spans: [failed(/Abort/)],
  },
  {
    name: 'abort during a stream',
    behaviour: 'drip',
    run: async ({ sdk, model }) => {
      const controller = new AbortController()
      const result = sdk.streamText({ model, prompt, abortSignal: controller.signal, onError: () => undefined })
      let count = 0
      for await (const _ of result.textStream) if (++count === 2) controller.abort()
      return count
    },
    // The program left the stream; 7 says at the call around it that it was aborted.
    spans: [{ name }],
    steps: inRow('abort during a stream', 'invoke_workflow streamText'),
  },
  {
    name: '20 calls at once keep their own parents',
    run: ({ sdk, model }, kit) =>
      Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          kit.inSpan(`parent ${i}`, async () => (await sdk.generateText({ model, prompt })).text),
        ),
      ),
    spans: Array.from({ length: 20 }, () => ok),
    steps: from7(...Array.from({ length: 20 }, (_, i) => `invoke_workflow generateText < parent ${i}`)),
  },
]

const PROVIDER: Readonly<Record<string, string>> = { 'ai-v5': 'ai-sdk-openai-v2', 'ai-v6': 'ai-sdk-openai-v3' }

const spec: IntegrationCase<typeof Sdk, Client> = {
  id: 'ai',
  package: 'ai',
  installed: ['ai-v5', 'ai-v6', 'ai'],
  formatOf: (version) => (version.startsWith('7') ? 'esm' : undefined),
  neighbours: (folder) => ({ '@ai-sdk/openai': PROVIDER[folder] ?? '@ai-sdk/openai' }),
  client: (sdk, base) => {
    globalThis.AI_SDK_LOG_WARNINGS = false
    const openai = createOpenAI({ apiKey: 'test-key', baseURL: `${base}/v1` })
    return { sdk, model: openai.chat('gpt-5.4'), embedder: openai.embedding('text-embedding-3-small') }
  },
  patched: (sdk) => [
    [sdk.Experimental_Agent.prototype, 'generate'],
    [Object.getPrototypeOf(createOpenAI({ apiKey: 'x' }).chat('m')) as object, 'doGenerate'],
  ],
  rows,
}
export default spec
