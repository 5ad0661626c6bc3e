/** What rides on LangChain: LangGraph's graphs and LangChain 1.x agents; and what off() leaves behind. */
import { SpanStatusCode } from '@opentelemetry/api'
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  SimpleSpanProcessor,
  type ReadableSpan,
} from '@opentelemetry/sdk-trace-node'
import { CallbackManager } from '@langchain/core/callbacks/manager'
import { HumanMessage } from '@langchain/core/messages'
import { RunnableLambda } from '@langchain/core/runnables'
import { StructuredTool } from '@langchain/core/tools'
import { FakeListChatModel } from '@langchain/core/utils/testing'
import {
  Annotation,
  Command,
  END,
  interrupt,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph'
import { createReactAgent } from '@langchain/langgraph/prebuilt'
import { ChatOpenAI } from '@langchain/openai'
import { createAgent, tool } from 'langchain'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { z } from 'zod'
import { langchain } from '../../integrations/langchain.js'
import { runs } from '../../integrations/langchain/runs.js'
import { autolog, type Autolog } from '../../src/index.js'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { spanLines } from '../support/span-lines.js'

const exporter = new InMemorySpanExporter()
const started: ReadableSpan[] = []
let provider: FakeProvider
let log: Autolog

const start = (redact?: () => null): Autolog =>
  autolog({
    captureContent: 'span',
    ...(redact && { redact }),
    onSpanStart: (span) => started.push(span as unknown as ReadableSpan),
  })

beforeAll(async () => {
  provider = await startFakeProvider()
  // A provider of the program's own outlives off().
  new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] }).register()
  log = start()
})

afterAll(async () => {
  log.off()
  await provider.close()
})

afterEach(() => {
  expect(runs.size).toBe(0)
  expect(started.filter((span) => !span.ended).map((span) => span.name)).toEqual([])
  exporter.reset()
  started.length = 0
})

const tree = (): string[] => spanLines(exporter.getFinishedSpans(), started)

interface Agent {
  invoke(input: typeof question, config?: object): Promise<unknown>
}

let run = 0
const chatModel = (behaviour = 'ok'): ChatOpenAI =>
  new ChatOpenAI({
    model: 'gpt-test',
    apiKey: 'test-key',
    maxRetries: 0,
    configuration: { baseURL: `${provider.origin}/graph${++run}/${behaviour}/v1` },
  })

const add = tool(async ({ a, b }: { a: number; b: number }) => String(a + b), {
  name: 'add',
  description: 'Adds.',
  schema: z.object({ a: z.number(), b: z.number() }),
})

const question = { messages: [{ role: 'user', content: 'What is 2 + 2?' }] }
const calculation = [
  'invoke_agent calculator',
  '  model_request',
  '    chat gpt-test',
  '  tools',
  '    execute_tool add',
  '  model_request',
  '    chat gpt-test',
]

it('shows an agent with its model calls and tools', async () => {
  const agent = createAgent({ model: chatModel(), tools: [add], name: 'calculator' })
  const { messages } = await agent.invoke(question, { configurable: { thread_id: 't-1' } })
  expect(messages.map(({ content }) => content)).toContain('Hello there, friend.')
  expect(tree()).toEqual(calculation)
  const root = exporter.getFinishedSpans().find((span) => span.name === 'invoke_agent calculator')
  expect(root?.attributes).toMatchObject({ 'gen_ai.operation.name': 'invoke_agent', 'gen_ai.agent.name': 'calculator' })
  const calls = exporter.getFinishedSpans().filter((span) => span.name === 'chat gpt-test')
  expect(calls.map((span) => span.attributes['gen_ai.response.finish_reasons'])).toEqual([['tool_calls'], ['stop']])
  for (const span of exporter.getFinishedSpans()) expect(span.attributes['gen_ai.conversation.id']).toBe('t-1')
  const parents = provider.requests(`graph${run}`).map((request) => request.headers['traceparent']?.split('-')[2])
  expect(parents).toEqual(calls.map((span) => span.spanContext().spanId))
})

it.each(['updates', 'messages', 'values'] as const)('streams an agent (%s)', async (streamMode) => {
  const agent = createAgent({ model: chatModel(), tools: [add], name: 'calculator' })
  let count = 0
  for await (const _ of await agent.stream(question, { streamMode })) count++
  expect(count).toBeGreaterThan(1)
  expect(tree()).toEqual(calculation)
})

it('ends the spans of an agent whose stream the program closes early', async () => {
  const agent = createAgent({ model: chatModel('drip'), tools: [add], name: 'calculator' })
  for await (const _ of await agent.stream(question, { streamMode: 'messages' })) break
  await eventually(() => tree()[0] === 'invoke_agent calculator', 'the span of the agent has ended')
  expect(tree()[0]).toBe('invoke_agent calculator')
  const failed = exporter.getFinishedSpans().filter(({ status }) => status.code === SpanStatusCode.ERROR)
  expect(failed.map(({ name }) => name)).toEqual([])
})

it('ends the spans of an agent that is aborted', async () => {
  const agent = createAgent({ model: chatModel('slow'), tools: [add], name: 'calculator' })
  const controller = new AbortController()
  const asked = agent.invoke(question, { signal: controller.signal })
  await eventually(() => provider.requests(`graph${run}`).length > 0, 'the model is asked')
  controller.abort()
  await expect(asked).rejects.toThrow(/abort|timeout/i)
  await eventually(() => tree().length === 3, 'the spans have ended')
  expect(tree()).toEqual(['invoke_agent calculator', '  model_request', '    chat gpt-test'])
})

it('follows events of an agent', async () => {
  const agent = createAgent({ model: chatModel(), tools: [add], name: 'calculator' })
  const events = new Set<string>()
  for await (const { event } of agent.streamEvents(question, { version: 'v2' })) events.add(event)
  expect(events).toContain('on_chat_model_stream')
  expect(tree()).toEqual(calculation)
})

it('nests an agent that is the tool of another', async () => {
  const inner = createAgent({ model: chatModel(), tools: [], name: 'helper' })
  const delegate = tool(async () => String((await inner.invoke(question)).messages.at(-1)?.content), {
    name: 'add',
    description: 'Asks the helper.',
    schema: z.object({ a: z.number(), b: z.number() }),
  })
  await createAgent({ model: chatModel(), tools: [delegate], name: 'boss' }).invoke(question)
  expect(tree()).toEqual([
    'invoke_agent boss',
    '  model_request',
    '    chat gpt-test',
    '  tools',
    '    execute_tool add',
    '      invoke_agent helper',
    '        model_request',
    '          chat gpt-test',
    '  model_request',
    '    chat gpt-test',
  ])
})

it.each([
  ['alone', (agent: Agent) => () => agent.invoke(question)],
  [
    'with the configuration of its node',
    (agent: Agent) => (_state: object, config: object) => agent.invoke(question, config),
  ],
  [
    'with metadata of its own',
    (agent: Agent) => (_state: object, config: object) =>
      agent.invoke(question, { ...config, metadata: { ...(config as { metadata?: object }).metadata, mine: 1 } }),
  ],
] as const)('calls an agent in a node an agent: %s', async (_name, nodeOf) => {
  const node = nodeOf(createAgent({ model: chatModel(), tools: [add], name: 'calculator' }) as Agent)
  const graph = new StateGraph(Annotation.Root({ v: Annotation<number>() }))
    .addNode('n', async (state, config) => (await node(state, config), { v: 1 }))
    .addEdge(START, 'n')
    .compile()
  await graph.invoke({ v: 0 })
  expect(tree()).toEqual(['invoke_workflow LangGraph', '  n', ...calculation.map((line) => `    ${line}`)])
})

it('calls what createReactAgent makes an agent', async () => {
  await createReactAgent({ llm: chatModel(), tools: [add], name: 'calculator' }).invoke(question)
  expect(tree()[0]).toBe('invoke_agent calculator')
  expect(tree().filter((line) => line.includes('invoke_'))).toHaveLength(1)
})

it('shows a graph of the program as a workflow', async () => {
  const model = chatModel()
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('answer', async ({ messages }) => ({ messages: [await model.invoke(messages)] }))
    .addEdge(START, 'answer')
    .addConditionalEdges('answer', () => END)
    .compile({ name: 'support' })
  await graph.invoke({ messages: [new HumanMessage('hi')] })
  expect(tree()).toEqual(['invoke_workflow support', '  answer', '    chat gpt-test'])
})

it('does not call an interrupt a failure', async () => {
  const State = Annotation.Root({ approved: Annotation<boolean> })
  const graph = new StateGraph(State)
    .addNode('review', () => ({ approved: interrupt('sure?') as boolean }))
    .addEdge(START, 'review')
    .compile({ checkpointer: new MemorySaver(), name: 'approval' })
  const config = { configurable: { thread_id: 't-2' } }
  await graph.invoke({}, config)
  expect(await graph.invoke(new Command({ resume: true }), config)).toEqual({ approved: true })
  expect(tree()).toEqual(['invoke_workflow approval', '  review', 'invoke_workflow approval', '  review'])
  for (const span of exporter.getFinishedSpans()) expect(span.attributes['error.type']).toBeUndefined()
})

it('passes the error of a node on unchanged', async () => {
  const failure = new RangeError('no')
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('fail', () => {
      throw failure
    })
    .addEdge(START, 'fail')
    .compile({ name: 'failing' })
  await expect(graph.invoke({ messages: [] })).rejects.toBe(failure)
  expect(exporter.getFinishedSpans().map((span) => span.attributes['error.type'])).toEqual(['RangeError', 'RangeError'])
})

it('follows runs beside a tracer of LangSmith', async () => {
  const { LangChainTracer } = await import('@langchain/core/tracers/tracer_langchain')
  const { Client } = await import('langsmith')
  const client = new Client({
    apiUrl: 'http://127.0.0.1:9',
    apiKey: 'none',
    autoBatchTracing: true,
    fetchImplementation: async () => new Response('{}'),
  })
  const tracer = new LangChainTracer({ client, projectName: 'test' })
  const inner = new FakeListChatModel({ responses: ['ok'] })
  await RunnableLambda.from(async () => inner.invoke('hi')).invoke('x', { callbacks: [tracer] })
  expect(tree()).toEqual(['RunnableLambda', '  chat'])
})

it('keeps content that the redactor removes off every span', async () => {
  log.off()
  log = start(() => null)
  try {
    await createAgent({ model: chatModel(), tools: [add], name: 'calculator' }).invoke(question)
    expect(tree()).toEqual(calculation)
    for (const span of exporter.getFinishedSpans())
      expect(JSON.stringify(span.attributes)).not.toMatch(/friend|"a\\?":2|2 \+ 2/)
  } finally {
    log.off()
    log = start()
  }
})

it('contains faults of content that cannot be read', async () => {
  const circular: { self?: unknown } = {}
  circular.self = circular
  const odd = tool(async () => circular as never, { name: 'odd', description: 'Odd.', schema: z.object({}) })
  expect(await odd.invoke({})).toBe(circular)
  expect(tree()).toEqual(['execute_tool odd'])
})

it('restores every method at off(), and follows no run from then on', async () => {
  log.off()
  const methods = (): unknown[] => [
    CallbackManager._configureSync,
    Object.getOwnPropertyDescriptor(StructuredTool.prototype, 'call')?.value,
    Object.getOwnPropertyDescriptor(ChatOpenAI.prototype, '_generate')?.value,
    Object.getOwnPropertyDescriptor(FakeListChatModel.prototype, '_generate')?.value,
  ]
  const before = methods()
  log = start()
  await new FakeListChatModel({ responses: ['ok'] }).invoke('hi')
  await chatModel().invoke('hi')
  expect(tree()).toEqual(['chat', 'chat gpt-test'])
  expect(methods().map((method, i) => method === before[i])).toEqual([false, false, false, false])
  const manager = CallbackManager.configure([], []) as CallbackManager
  log.off()
  expect(methods()).toEqual(before)
  exporter.reset()
  await new FakeListChatModel({ responses: ['ok'] }).invoke('hi', { callbacks: manager })
  expect(exporter.getFinishedSpans()).toEqual([])
  log = start()
})

it('declares each entry once', () => {
  const entries = langchain.targets.map(({ entry }) => entry)
  expect(new Set(entries).size).toBe(entries.length)
})
