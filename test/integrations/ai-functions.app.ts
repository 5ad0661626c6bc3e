/** A program that uses the functions of `ai` and says nothing of telemetry. Prints what it saw and the spans of each part. */
import { context, trace, type Span } from '@opentelemetry/api'
import type * as Tracestitch from 'tracestitch'
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base'
import type { createOpenAI } from '@ai-sdk/openai'
import type * as Sdk from 'ai'

type Load = (name: string) => Promise<unknown>
type Row = readonly [name: string, run: () => Promise<unknown>]

const ORIGIN = process.env['APP_ORIGIN'] ?? ''
const PROMPT = 'A question that is private.'

/** Models of another maker: no class that anyone patches. */
function ownModels(version: string): Record<'text' | 'embedding' | 'reranking' | 'image', never> {
  const specificationVersion = `v${version === '5' ? 2 : version === '6' ? 3 : 4}`
  const own = { specificationVersion, provider: 'mine.things', modelId: 'own-1' }
  const flat = { inputTokens: 3, outputTokens: 2, totalTokens: 5 }
  const usage = version === '5' ? flat : { inputTokens: { total: 3 }, outputTokens: { total: 2 } }
  const finishReason = version === '5' ? 'stop' : { unified: 'stop', raw: 'stop' }
  return {
    text: {
      ...own,
      supportedUrls: {},
      doGenerate: async () => ({ content: [{ type: 'text', text: 'Own answer.' }], finishReason, usage, warnings: [] }),
    } as never,
    embedding: {
      ...own,
      maxEmbeddingsPerCall: 1,
      supportsParallelCalls: true,
      doEmbed: async () => ({ embeddings: [[1]], usage: { tokens: 4 }, warnings: [] }),
    } as never,
    reranking: {
      ...own,
      doRerank: async () => ({ ranking: [{ index: 0, relevanceScore: 1 }], warnings: [] }),
    } as never,
    image: {
      ...own,
      maxImagesPerCall: 1,
      doGenerate: async () => ({
        images: ['aGk='],
        warnings: [],
        response: { timestamp: new Date(0), modelId: 'own-1' },
      }),
    } as never,
  }
}

async function read(stream: AsyncIterable<unknown>): Promise<number> {
  let count = 0
  for await (const _ of stream) count++
  return count
}

function rowsOf(sdk: typeof Sdk, create: typeof createOpenAI, version: string): Row[] {
  const provider = (behaviour: string): ReturnType<typeof createOpenAI> =>
    create({ apiKey: 'test-key', baseURL: `${ORIGIN}/${behaviour}/v1` })
  const openai = provider('ok')
  const model = openai.chat('gpt-5.4')
  const prompt = PROMPT
  const own = ownModels(version)
  const inputSchema = sdk.jsonSchema({ type: 'object', properties: {} })
  const add = sdk.tool({ inputSchema, execute: async () => 3 } as never)
  const agent = new sdk.Experimental_Agent({ id: 'helper', model, ...(version === '5' && { system: 'Be brief.' }) })
  const old = sdk as unknown as Record<
    'experimental_generateSpeech' | 'experimental_transcribe' | 'experimental_generateImage',
    never
  >
  const image = (sdk.generateImage ?? old.experimental_generateImage) as typeof sdk.generateImage
  const speak = (sdk.generateSpeech ?? old.experimental_generateSpeech) as typeof sdk.generateSpeech
  const hear = (sdk.transcribe ?? old.experimental_transcribe) as typeof sdk.transcribe
  const telemetry = (settings: object): object => ({
    [version === '7' ? 'telemetry' : 'experimental_telemetry']: settings,
  })
  const off = telemetry({ isEnabled: false })
  const rows: Row[] = [
    ['generateText', async () => (await sdk.generateText({ model, prompt })).text],
    ['tool', async () => (await sdk.generateText({ model, prompt, tools: { add } })).toolResults.length],
    ['streamText', () => read(sdk.streamText({ model, prompt }).textStream)],
    [
      'generateObject',
      async () => (await sdk.generateObject({ model, prompt, output: 'no-schema' }).catch(nameOf)) as never,
    ],
    [
      'streamObject',
      () => read(sdk.streamObject({ model, prompt, output: 'no-schema', onError: () => undefined }).textStream),
    ],
    ['agent', async () => (await agent.generate({ prompt })).text],
    ['stream of an agent', async () => read((await agent.stream({ prompt })).textStream)],
    [
      'fails',
      () => sdk.generateText({ model: provider('error-400').chat('gpt-5.4'), prompt, maxRetries: 0 }).catch(nameOf),
    ],
    ['with a name', async () => (await sdk.generateText({ model, prompt, ...telemetry({ functionId: 'mine' }) })).text],
    ['refused', async () => (await sdk.generateText({ model, prompt, ...off })).text],
    [
      'of an agent that refused',
      async () => {
        const refusing = new sdk.Experimental_Agent({ id: 'helper', model, ...off } as never)
        return (await refusing.generate({ prompt })).text
      },
    ],
    [
      'by a tracer of the program',
      async () => {
        const tracer = trace.getTracer('the program')
        return (await sdk.generateText({ model, prompt, ...telemetry({ isEnabled: true, tracer }) })).text
      },
    ],
    ['own model', async () => (await sdk.generateText({ model: own.text, prompt })).usage.inputTokens],
    ['embed', async () => (await sdk.embed({ model: openai.embedding('text-embedding-3-small'), value: 'x' })).usage],
    ['embedMany, own model', async () => (await sdk.embedMany({ model: own.embedding, values: ['x', 'y'] })).usage],
    ['generateImage', async () => (await image({ model: openai.image('gpt-image-1'), prompt, n: 2 })).images.length],
    ['generateImage, own model', async () => (await image({ model: own.image, prompt, n: 2 })).images.length],
    [
      'generateSpeech',
      async () => (await speak({ model: openai.speech('tts-1'), text: 'Hello.' })).audio.uint8Array.length,
    ],
    [
      'transcribe',
      async () => (await hear({ model: openai.transcription('whisper-1'), audio: new Uint8Array([1]) })).text,
    ],
    ['embed, refused', async () => (await sdk.embed({ model: own.embedding, value: 'x', ...off })).usage],
  ]
  const { rerank } = sdk
  if (rerank as unknown)
    rows.push([
      'rerank, own model',
      async () => (await rerank({ model: own.reranking, documents: ['x'], query: 'x' })).ranking.length,
    ])
  return rows
}

const turn = (): Promise<void> => new Promise((done) => setImmediate(done))
const nameOf = (error: unknown): string => (error as Error).name

/** @param load - How the program loads its modules: after `autolog()`, or before, as `APP_ORDER` says. */
export async function run(load: Load): Promise<void> {
  globalThis.AI_SDK_LOG_WARNINGS = false
  const spans: ReadableSpan[] = []
  const started: Span[] = []
  const mode = process.env['APP_MODE']
  const loadAll = (): Promise<unknown[]> => Promise.all([load('ai'), load('@ai-sdk/openai')])
  if (process.env['APP_ORDER'] === 'before') await loadAll()
  const { autolog } = (await load('tracestitch')) as typeof Tracestitch
  const log =
    mode === 'bare'
      ? undefined
      : autolog({
          onSpanStart: (span) => started.push(span),
          captureContent: mode === 'content' ? 'span' : 'none',
          exporter: {
            export(batch, done) {
              spans.push(...batch)
              done({ code: 0 })
            },
            shutdown: async () => undefined,
          },
        })
  const [sdk, { createOpenAI: create }] = (await loadAll()) as [typeof Sdk, { createOpenAI: typeof createOpenAI }]
  const rows: Record<string, unknown> = {}
  for (const [name, body] of rowsOf(sdk, create, process.env['APP_VERSION'] ?? '')) {
    const outcome = await context.with(context.active(), body)
    // The telemetry of a stream is written a moment after its last piece.
    for (let turns = 0; turns < 1_000 && started.some((span) => span.isRecording()); turns++) await turn()
    started.length = 0
    await log?.flush()
    const taken = spans.splice(0)
    rows[name] = { outcome, spans: taken.map((span) => shown(span, taken)) }
  }
  const report = log?.report.find(({ package: name }) => name === 'ai')
  const { name, length } = sdk.generateText
  process.stdout.write(`\n@@${JSON.stringify({ rows, report, facts: [name, length, Object.keys(sdk)] })}\n`, () =>
    process.exit(0),
  )
}

function shown(span: ReadableSpan, all: readonly ReadableSpan[]): object {
  const parent = all.find((other) => other.spanContext().spanId === span.parentSpanContext?.spanId)
  return { name: span.name, parent: parent?.name, status: span.status.code, attributes: span.attributes }
}
