/** Every copy of LangChain in one process, real models against a loopback provider, spans as they are exported. */
import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, SimpleSpanProcessor, type ReadableSpan } from '@opentelemetry/sdk-trace-base'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { handler } from '../../integrations/langchain/handler.js'
import { runs } from '../../integrations/langchain/runs.js'
import { autolog, type Autolog } from '../../src/index.js'
import { eventually } from '../support/eventually.js'
import { startFakeProvider, type FakeProvider } from '../support/fake-provider.js'
import { loadCopies, type Copy } from '../support/langchain-copies.js'
import { onlySpan, spanLines } from '../support/span-lines.js'

const exporter = new InMemorySpanExporter()
const started: ReadableSpan[] = []
const copies = await loadCopies()

let provider: FakeProvider
let log: Autolog

beforeAll(async () => {
  provider = await startFakeProvider()
  log = autolog({
    exporter: new SimpleSpanProcessor(exporter),
    captureContent: 'span',
    onSpanStart: (span) => started.push(span as unknown as ReadableSpan),
  })
})

afterAll(async () => {
  log.off()
  await provider.close()
})

let run = 0

afterEach(() => {
  expect(runs.size).toBe(0)
  exporter.reset()
  started.length = 0
})

const baseURL = (behaviour = 'ok'): string => `${provider.origin}/run${++run}/${behaviour}/v1`
const spans = (): ReadableSpan[] => exporter.getFinishedSpans()
const named = (name: string): ReadableSpan => onlySpan(spans(), name)

const tree = (): string[] => spanLines(spans(), started)

function expectAllEnded(): void {
  expect(started.filter((span) => !span.ended).map((span) => span.name)).toEqual([])
}

/** The one request of the latest run, and that it names `span` as its parent. */
function expectStitched(span: ReadableSpan): void {
  const requests = provider.requests(`run${run}`)
  expect(requests).toHaveLength(1)
  expect(requests[0]?.traceparents).toBe(1)
  const { traceId, spanId } = span.spanContext()
  expect(requests[0]?.headers['traceparent']).toBe(`00-${traceId}-${spanId}-01`)
}

const collect = async (stream: AsyncIterable<unknown>, limit = Infinity): Promise<unknown[]> => {
  const items: unknown[] = []
  for await (const item of stream) if (items.push(item) >= limit) break
  return items
}

describe.each(copies.map((copy) => [copy.name, copy] as const))('%s', (_name, copy) => {
  const chatModel = (behaviour?: string, fields: object = {}): InstanceType<Copy['openai']['ChatOpenAI']> =>
    new copy.openai.ChatOpenAI({
      model: 'gpt-test',
      apiKey: 'test-key',
      maxRetries: 0,
      configuration: { baseURL: baseURL(behaviour) },
      ...fields,
    })
  const fake = (text = 'abc'): InstanceType<Copy['testing']['FakeListChatModel']> =>
    new copy.testing.FakeListChatModel({ responses: [text] })
  const clientFor = (behaviour?: string): InstanceType<Copy['sdk']['OpenAI']> =>
    new copy.sdk.OpenAI({ apiKey: 'test-key', baseURL: baseURL(behaviour), maxRetries: 0 })

  it('is one inference span for LangChain and the SDK below', async () => {
    const model = chatModel('ok', { temperature: 0.5, maxTokens: 77, stop: ['END'], topP: 0.9 })
    const answer = await model.invoke('Say hello.')
    expect(answer.content).toBe('Hello there, friend.')
    expect(tree()).toEqual(['chat gpt-test'])
    const span = named('chat gpt-test')
    expect(span.kind).toBe(SpanKind.CLIENT)
    expect(span.status.code).toBe(SpanStatusCode.UNSET)
    expect(span.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-test',
      'gen_ai.request.temperature': 0.5,
      'gen_ai.request.max_tokens': 77,
      'gen_ai.request.top_p': 0.9,
      'gen_ai.request.stop_sequences': ['END'],
      'gen_ai.response.id': 'chatcmpl_1',
      'gen_ai.response.model': 'gpt-test-2026',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.usage.cache_read.input_tokens': 4,
      'gen_ai.usage.reasoning.output_tokens': 2,
      'server.address': '127.0.0.1',
    })
    expect(JSON.parse(String(span.attributes['gen_ai.input.messages']))).toEqual([
      { role: 'user', parts: [{ type: 'text', content: 'Say hello.' }] },
    ])
    expect(String(span.attributes['gen_ai.output.messages'])).toContain('Hello there, friend.')
    expectStitched(span)
  })

  it('streams the same chunks, and knows when the first came', async () => {
    const model = chatModel('ok', { streamUsage: true })
    const chunks = await collect(await model.stream('Say hello.'))
    expect(chunks.map((chunk) => (chunk as { content: string }).content).join('')).toBe('Hello there, friend.')
    expect(tree()).toEqual(['chat gpt-test'])
    const { attributes } = named('chat gpt-test')
    expect(attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.response.finish_reasons': ['stop'],
    })
    expect(attributes['gen_ai.response.time_to_first_chunk']).toBeGreaterThan(0)
    expectStitched(named('chat gpt-test'))
  })

  it('ends the spans of a stream that the program closes early', async () => {
    const chain = copy.prompts.ChatPromptTemplate.fromTemplate('say {word}')
      .pipe(chatModel('drip'))
      .pipe(new copy.parsers.StringOutputParser())
    expect(await collect(await chain.stream({ word: 'hello' }), 1)).toHaveLength(1)
    await eventually(() => started.every(({ ended }) => ended), 'every span has ended')
    expect(tree()).toEqual(['RunnableSequence', '  chat gpt-test'])
    expectAllEnded()
    expect(named('chat gpt-test').status.code).toBe(SpanStatusCode.UNSET)
  })

  it('ends the spans of a stream whose signal aborts', async () => {
    const controller = new AbortController()
    const chain = copy.prompts.ChatPromptTemplate.fromTemplate('say {word}').pipe(chatModel('drip'))
    const stream = await chain.stream({ word: 'hello' }, { signal: controller.signal })
    const reading = (async () => {
      for await (const _ of stream) controller.abort()
    })()
    await expect(reading).rejects.toThrow(/abort/i)
    await eventually(() => started.every(({ ended }) => ended), 'every span has ended')
    expectAllEnded()
    expect(tree()).toEqual(['RunnableSequence', '  chat gpt-test'])
    expect(named('chat gpt-test').status.code).toBe(SpanStatusCode.ERROR)
    expect(named('RunnableSequence').status.code).toBe(SpanStatusCode.ERROR)
  })

  it('ends the spans of a stream that nobody reads', async () => {
    setFlagsFromString('--expose-gc')
    const collectGarbage = runInNewContext('gc') as () => void
    const drop = async (): Promise<void> => {
      await fake('a long answer').stream('hi')
    }
    await drop()
    await eventually(() => (collectGarbage(), spans().length > 0), 'its span has ended')
    expect(spans().map((span) => span.name)).toEqual(['chat'])
    exporter.reset()
    const readOnce = async (): Promise<void> => {
      await (await fake('a long answer').stream('hi'))[Symbol.asyncIterator]().next()
    }
    await readOnce()
    await eventually(() => (collectGarbage(), spans().length > 0), 'its span has ended')
    expect(spans().map((span) => span.name)).toEqual(['chat'])
  })

  it('gives a failed call its error, and the caller the same one', async () => {
    const model = chatModel('error-401')
    const error: unknown = await model.invoke('hi').then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ status: 401 })
    const span = named('chat gpt-test')
    expect(span.status.code).toBe(SpanStatusCode.ERROR)
    expect(span.attributes['http.response.status_code']).toBe(401)
    expect(span.attributes['error.type']).toBe('invalid_api_key')
  })

  it('has no spans for the links of a chain', async () => {
    const { RunnableLambda, RunnablePassthrough } = copy.runnables
    const chain = RunnablePassthrough.assign({ extra: RunnableLambda.from(() => 'x') })
      .pipe(copy.prompts.ChatPromptTemplate.fromTemplate('say {word} {extra}'))
      .pipe(fake())
      .pipe(new copy.parsers.StringOutputParser())
      .pipe(RunnableLambda.from((text: string) => text.toUpperCase()).withConfig({ runName: 'shout' }))
      .withConfig({ runName: 'pipeline', metadata: { session_id: 'c-7' } })
    expect(await chain.invoke({ word: 'hello' })).toBe('ABC')
    expect(tree()).toEqual(['pipeline', '  chat', '  shout'])
    for (const span of spans()) expect(span.attributes['gen_ai.conversation.id']).toBe('c-7')
  })

  it('has spans for the links of a chain when asked to', async () => {
    handler.internals = true
    try {
      const chain = copy.prompts.ChatPromptTemplate.fromTemplate('say {word}')
        .pipe(fake())
        .pipe(new copy.parsers.StringOutputParser())
      await chain.invoke({ word: 'hello' })
    } finally {
      handler.internals = false
    }
    expect(tree()).toEqual(['RunnableSequence', '  ChatPromptTemplate', '  chat', '  StrOutputParser'])
  })

  it('makes SDK calls and spans of a tool and of a lambda their children', async () => {
    const client = clientFor()
    const look = copy.tools.tool(
      async ({ what }: { what: string }) =>
        trace.getTracer('test').startActiveSpan('own span', async (span) => {
          const answer = await client.chat.completions.create({
            model: 'gpt-inner',
            messages: [{ role: 'user', content: what }],
          })
          await fake().invoke('below the own span')
          span.end()
          return answer.choices[0]?.message.content ?? ''
        }),
      { name: 'look', description: 'Looks.', schema: z.object({ what: z.string() }) as never },
    )
    const chain = copy.runnables.RunnableLambda.from(async (what: string) => {
      await client.chat.completions.create({ model: 'gpt-lambda', messages: [{ role: 'user', content: what }] })
      return look.invoke({ id: 'call_9', name: 'look', args: { what }, type: 'tool_call' } as never) as Promise<{
        content: string
      }>
    })
    expect((await chain.invoke('there')).content).toBe('Hello there, friend.')
    expect(tree()).toEqual([
      'RunnableLambda',
      '  chat gpt-lambda',
      '  execute_tool look',
      '    own span',
      '      chat gpt-inner',
      '      chat',
    ])
    const tool = named('execute_tool look')
    expect(tool.kind).toBe(SpanKind.INTERNAL)
    expect(tool.attributes).toMatchObject({
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'look',
      'gen_ai.tool.type': 'function',
      'gen_ai.tool.call.id': 'call_9',
      'gen_ai.tool.description': 'Looks.',
      'gen_ai.tool.call.arguments': '{"what":"there"}',
      'gen_ai.tool.call.result': 'Hello there, friend.',
    })
  })

  it('traces tools and retrievers of classes of the program', async () => {
    const client = clientFor()
    const ask = async (model: string): Promise<string> =>
      (await client.chat.completions.create({ model, messages: [] })).id
    class Search extends copy.tools.Tool {
      name = 'search'
      description = 'Searches.'
      async _call(): Promise<string> {
        return ask('gpt-search')
      }
    }
    class Shelf extends copy.retrievers.BaseRetriever {
      override lc_namespace = ['test']
      override async _getRelevantDocuments(query: string): Promise<InstanceType<Copy['documents']['Document']>[]> {
        return [new copy.documents.Document({ pageContent: `${query} ${await ask('gpt-shelf')}`, id: 'd1' })]
      }
    }
    await new Search().invoke('x')
    await new Shelf().invoke('cats')
    expect(tree()).toEqual(['execute_tool search', '  chat gpt-search', 'retrieval Shelf', '  chat gpt-shelf'])
    const { attributes, kind } = named('retrieval Shelf')
    expect(kind).toBe(SpanKind.CLIENT)
    expect(attributes).toMatchObject({
      'gen_ai.operation.name': 'retrieval',
      'gen_ai.retrieval.query.text': 'cats',
      'gen_ai.retrieval.documents': '[{"id":"d1","content":"cats chatcmpl_1"}]',
    })
  })

  it('gives a failed tool its error', async () => {
    const broken = copy.tools.tool(
      async () => {
        throw new RangeError('no')
      },
      { name: 'broken', description: 'Fails.', schema: z.object({}) as never },
    )
    await expect(broken.invoke({} as never)).rejects.toThrow(RangeError)
    expect(named('execute_tool broken').attributes['error.type']).toBe('RangeError')
  })

  it('keeps parallel calls separate', async () => {
    const model = chatModel()
    const ask = copy.runnables.RunnableLambda.from(
      async (n: number) => (await model.invoke(`question ${n}`)).id,
    ).withConfig({ runName: 'ask' })
    await ask.batch(Array.from({ length: 20 }, (_, n) => n))
    const calls = spans().filter((span) => span.name === 'chat gpt-test')
    expect(calls).toHaveLength(20)
    expect(new Set(calls.map((span) => span.parentSpanContext?.spanId)).size).toBe(20)
    const parents = provider.requests(`run${run}`).map((request) => request.headers['traceparent']?.split('-')[2])
    expect(new Set(parents)).toEqual(new Set(calls.map((span) => span.spanContext().spanId)))
  })

  it('gives each prompt of one generate() its own span and request', async () => {
    const model = chatModel()
    await model.generate(
      [['first'], ['second']].map((texts) => texts.map((text) => ({ role: 'user', content: text }))) as never,
    )
    const calls = spans()
    expect(calls.map((span) => span.name)).toEqual(['chat gpt-test', 'chat gpt-test'])
    const requests = provider.requests(`run${run}`)
    expect(requests.map((request) => request.headers['traceparent']?.split('-')[2]).sort()).toEqual(
      calls.map((span) => span.spanContext().spanId).sort(),
    )
    for (const request of requests) {
      const call = calls.find((span) => request.headers['traceparent']?.includes(span.spanContext().spanId))
      const sent = (request.body as { messages: { content: string }[] }).messages[0]?.content
      expect(String(call?.attributes['gen_ai.input.messages'])).toContain(sent)
    }
  })

  it('is one span for the prompts that a completion model takes in one call', async () => {
    const model = new copy.openai.OpenAI({
      model: 'davinci-test',
      apiKey: 'test-key',
      maxRetries: 0,
      configuration: { baseURL: baseURL() },
    })
    await model.generate(['a', 'b']).catch(() => undefined)
    await model.invoke('c')
    expect(spans().map((span) => span.name)).toEqual(['text_completion davinci-test', 'text_completion davinci-test'])
    expect(spans()[1]?.attributes).toMatchObject({
      'gen_ai.usage.input_tokens': 11,
      'gen_ai.usage.output_tokens': 7,
      'gen_ai.response.id': 'cmpl_1',
    })
    expectAllEnded()
  })

  it('follows callbacks of the program, and adds the handler once', async () => {
    const seen: string[] = []
    const callbacks = [
      { handleChatModelStart: () => void seen.push('start'), handleLLMEnd: () => void seen.push('end') },
    ]
    const inner = fake()
    const outer = copy.runnables.RunnableLambda.from(async (_: string, config) => inner.invoke('hi', config))
    await outer.invoke('x', { callbacks })
    expect(seen).toEqual(['start', 'end'])
    expect(tree()).toEqual(['RunnableLambda', '  chat'])
  })

  it('works beside callbacks in the background', async () => {
    const before = process.env['LANGCHAIN_CALLBACKS_BACKGROUND']
    process.env['LANGCHAIN_CALLBACKS_BACKGROUND'] = 'true'
    try {
      await chatModel().invoke('hi')
    } finally {
      if (before === undefined) delete process.env['LANGCHAIN_CALLBACKS_BACKGROUND']
      else process.env['LANGCHAIN_CALLBACKS_BACKGROUND'] = before
    }
    expectStitched(named('chat gpt-test'))
  })

  it('leaves direct calls of the SDK their own span', async () => {
    await clientFor().chat.completions.create({ model: 'gpt-direct', messages: [] })
    expect(tree()).toEqual(['chat gpt-direct'])
  })

  it('marks an answer from the cache', async () => {
    const model = new copy.testing.FakeListChatModel({ responses: ['one', 'two'], cache: true } as never)
    await model.invoke('same')
    await model.invoke('same')
    expect(spans().map((span) => span.attributes['tracestitch.langchain.cached'] === true)).toEqual([false, true])
  })
})

it('reports every copy as patched', () => {
  const entries = log.report.filter((entry) => entry.integration === 'langchain' && entry.status !== 'pending')
  expect(entries.map(({ version, format, status }) => `${version} ${format} ${status}`).sort()).toEqual(
    ['0.3.80 cjs patched', '0.3.80 esm patched', '1.4.0 cjs patched', '1.4.0 esm patched'].sort(),
  )
})
