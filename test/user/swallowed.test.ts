/**
 * SDKs that a bundler has swallowed and minified: their classes have other names, and nobody finds their modules. What is handed
 * in is known by what it has: a class, what a bundle exports, or a client.
 */
import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { autolog } from '../../src/index.js'
import { recordSpans } from '../../src/testing/record-spans.js'
import { root } from '../architecture/sources.js'

interface Swallowed {
  /** As under `modules`. */
  readonly id: string
  readonly package: string
  readonly class: string
  /** Installed by `npm run sdks`. */
  readonly apart?: true
  /** Another class that the call needs. */
  readonly more?: string
  /** An expression of a client. */
  readonly make: string
  /** An expression of a call, with `client`, `model` and `messages`. */
  readonly call: string
  /** What the call answers, and its span's name. */
  readonly answer: object
  readonly span: string
}

const completion = { id: 'c', object: 'chat.completion', created: 1, model: 'm', choices: [] }
const said = { role: 'assistant', content: 'Hi' }

const openai = {
  id: 'openai',
  class: 'OpenAI',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.chat.completions.create({ model, messages })`,
  answer: completion,
  span: 'chat m',
}
const anthropic = {
  id: 'anthropic',
  class: 'Anthropic',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.messages.create({ model, messages, max_tokens: 1 })`,
  answer: { id: 'm', type: 'message', role: 'assistant', model: 'm', content: [], usage: {} },
  span: 'chat m',
}
const genai = {
  id: 'google-genai',
  class: 'GoogleGenAI',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.models.generateContent({ model, contents: 'Hi' })`,
  answer: { candidates: [{ content: { role: 'model', parts: [{ text: 'Hi' }] }, finishReason: 'STOP' }] },
  span: 'generate_content m',
}
const cohere = {
  id: 'cohere',
  class: 'CohereClient',
  make: `new Class({ token: 'k' })`,
  call: `client.chat({ model, message: 'Hi' })`,
  answer: { text: 'Hi', generation_id: 'g' },
  span: 'chat m',
}
const mistral = {
  id: 'mistral',
  class: 'Mistral',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.chat.complete({ model, messages })`,
  answer: { ...completion, choices: [{ index: 0, message: said, finish_reason: 'stop' }], usage: { prompt_tokens: 1 } },
  span: 'chat m',
}

const bedrock = {
  id: 'bedrock',
  class: 'BedrockRuntimeClient',
  more: 'ConverseCommand',
  // Nobody is asked: what the command is, and not what it answers, is to be known.
  make: `new Class({
    region: 'us-east-1',
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    requestHandler: { handle: () => Promise.reject(new Error('no network')) },
  })`,
  call: `client.send(new More({ modelId: model, messages: [{ role: 'user', content: [{ text: 'Hi' }] }] }))`,
  answer: {},
  span: 'chat m',
}

const shapedLikeOpenAI = (id: string, name: string, class_: string): Swallowed => ({
  ...openai,
  id,
  package: name,
  class: class_,
  apart: true,
})

const gemini = {
  id: 'google-generative-ai',
  class: 'GoogleGenerativeAI',
  make: `new Class('k').getGenerativeModel({ model })`,
  call: `client.startChat().sendMessage('Hi')`,
  answer: genai.answer,
  span: 'generate_content m',
}

const ollama = {
  id: 'ollama',
  class: 'Ollama',
  make: `new Class()`,
  call: `client.chat({ model, messages })`,
  answer: { model: 'm', message: said, done: true, done_reason: 'stop' },
  span: 'chat m',
}

const voyage = {
  id: 'voyageai',
  class: 'VoyageAIClient',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.embed({ model, input: 'Hi' })`,
  answer: { data: [{ embedding: [0.5], index: 0 }], model: 'm', usage: { total_tokens: 1 } },
  span: 'embeddings m',
}

const openrouter = {
  id: 'openrouter',
  class: 'OpenRouter',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.chat.send({ chatRequest: { model, messages } })`,
  answer: {
    ...completion,
    system_fingerprint: null,
    choices: [{ index: 0, message: said, finish_reason: 'stop' }],
  },
  span: 'chat m',
}
const elevenlabs = {
  id: 'elevenlabs',
  class: 'ElevenLabsClient',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.speechToText.convert({ modelId: model, sourceUrl: 'https://example.com/a.mp3' })`,
  answer: { language_code: 'eng', language_probability: 1, text: 'Hi', words: [] },
  span: 'generate_content m',
}

const deepgram = {
  id: 'deepgram',
  class: 'DeepgramClient',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.listen.v1.media.transcribeUrl({ model, url: 'https://example.com/a.mp3' })`,
  answer: { metadata: { request_id: 'r', duration: 1 }, results: { channels: [] } },
  span: 'generate_content m',
}

const chroma = {
  id: 'chroma',
  class: 'ChromaClient',
  make: `new Class({ tenant: 't', database: 'd' })`,
  call: `client.getCollection({ name: 'docs', embeddingFunction: { generate: () => [] } })
    .then((docs) => docs.query({ queryEmbeddings: [[0.5]] }))`,
  answer: { id: 'c', name: 'docs', tenant: 't', database: 'd', configuration_json: {}, ids: [['a']] },
  span: 'retrieval docs',
  apart: true,
} as const

const qdrant = {
  id: 'qdrant',
  class: 'QdrantClient',
  make: `new Class({ url: 'http://localhost', checkCompatibility: false })`,
  call: `client.query('docs', { query: [0.5] })`,
  answer: { result: { points: [] } },
  span: 'retrieval docs',
  apart: true,
} as const

const pinecone = {
  id: 'pinecone',
  class: 'Index',
  make: `new Class({ name: 'docs', host: 'http://localhost' }, { apiKey: 'k' })`,
  call: `client.query({ vector: [0.5], topK: 1 })`,
  answer: { matches: [], namespace: '' },
  span: 'retrieval docs',
  apart: true,
} as const

const upstash = {
  id: 'upstash-vector',
  package: '@upstash/vector',
  class: 'Index',
  make: `new Class({ url: 'http://localhost', token: 'k' })`,
  call: `client.query({ vector: [0.5], topK: 1 }, { namespace: 'docs' })`,
  answer: { result: [] },
  span: 'retrieval docs',
  apart: true,
} as const

const zep = {
  id: 'zep',
  package: '@getzep/zep-cloud',
  class: 'ZepClient',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.graph.search({ userId: 'u', query: 'what?' })`,
  answer: { edges: [] },
  span: 'search_memory',
  apart: true,
} as const

const SDKS: readonly Swallowed[] = [
  ...['openai', 'openai-v6', 'openai-v5', 'openai-v4'].map((name) => ({ ...openai, package: name })),
  ...['@anthropic-ai/sdk', 'anthropic-v0', 'anthropic-v0-old'].map((name) => ({ ...anthropic, package: name })),
  ...['@google/genai', 'genai-v2', 'genai-v1'].map((name) => ({ ...genai, package: name })),
  ...['cohere-ai', 'cohere-v7'].map((name) => ({ ...cohere, package: name })),
  ...['@mistralai/mistralai', 'mistral-v1'].map((name) => ({ ...mistral, package: name })),
  { ...bedrock, package: '@aws-sdk/client-bedrock-runtime' },
  shapedLikeOpenAI('groq', 'groq-sdk', 'Groq'),
  shapedLikeOpenAI('groq', 'groq-sdk-v0', 'Groq'),
  shapedLikeOpenAI('cerebras', '@cerebras/cerebras_cloud_sdk', 'Cerebras'),
  shapedLikeOpenAI('perplexity', '@perplexity-ai/perplexity_ai', 'Perplexity'),
  ...['portkey-ai', 'portkey-ai-v2'].map((name) => shapedLikeOpenAI('portkey', name, 'Portkey')),
  ...['ollama', 'ollama-v05'].map((name) => ({ ...ollama, package: name, apart: true as const })),
  { ...gemini, package: '@google/generative-ai', apart: true },
  { ...voyage, package: 'voyageai', apart: true },
  { ...openrouter, package: '@openrouter/sdk', apart: true },
  { ...elevenlabs, package: '@elevenlabs/elevenlabs-js', apart: true },
  { ...deepgram, package: '@deepgram/sdk', apart: true },

  ...['chromadb', 'chromadb-v2'].map((name) => ({ ...chroma, package: name })),
  { ...qdrant, package: '@qdrant/js-client-rest' },
  ...['@pinecone-database/pinecone', '@pinecone-database/pinecone-v9'].map((name) => ({ ...pinecone, package: name })),
  upstash,
  zep,
]

const APART = join(root, 'test/sdks')
const isInstalled = existsSync(join(APART, 'node_modules'))
const folder = join(root, 'test/.apps/swallowed')
beforeAll(() => mkdirSync(folder, { recursive: true }))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Bundle {
  readonly e: new () => unknown
  readonly make: () => unknown
  readonly call: (client: unknown) => Promise<unknown>
}

async function swallow({ package: name, class: Class, more, make, call, apart }: Swallowed): Promise<Bundle> {
  const outfile = join(folder, `${name.replaceAll(/\W/g, '-')}.mjs`)
  await build({
    stdin: {
      contents: `import { ${Class} as Class ${more === undefined ? '' : `, ${more} as More`} } from ${JSON.stringify(name)}
        const [model, messages] = ['m', [{ role: 'user', content: 'Hi' }]]
        export { Class as e }
        export const make = () => ${make}
        export const call = (client) => ${call}`,
      resolveDir: apart ? APART : root,
    },
    outfile,
    bundle: true,
    minify: true,
    platform: 'node',
    format: 'esm',
    // Of an SDK that runs models itself, where that is installed.
    external: ['@huggingface/transformers'],
    // What an SDK of CommonJS asks Node for.
    banner: { js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);` },
  })
  return (await import(/* @vite-ignore */ pathToFileURL(outfile).href)) as Bundle
}

const FORMS: Readonly<Record<string, (bundle: Bundle) => unknown>> = {
  'its class': ({ e }) => e,
  'an object with the class': ({ e }) => ({ n: class {}, e, t: 1 }),
  'a client of it': ({ make }) => make(),
}

afterEach(() => vi.unstubAllGlobals())

const isThere = ({ apart }: Swallowed): boolean => isInstalled || apart !== true

test.skipIf(isInstalled)('SDKs of test/sdks are patched (not installed: npm run sdks)', () => undefined)

describe.each(SDKS.filter(isThere).map((sdk) => [sdk.package, sdk] as const))('%s', (_package, sdk) => {
  let bundle: Bundle
  beforeAll(async () => {
    bundle = await swallow(sdk)
  })

  test.each(Object.keys(FORMS))('is patched by %s, under whatever name', async (form) => {
    const recorder = recordSpans()
    const log = autolog({ exporter: recorder, modules: { [sdk.id]: FORMS[form]?.(bundle) } })
    try {
      const handedIn = log.report.filter(
        ({ integration, detail }) => integration === sdk.id && detail === 'passed in modules',
      )
      expect(handedIn.map(({ status }) => status)).toContain('patched')
      const fetch = (): Promise<Response> => Promise.resolve(Response.json(sdk.answer))
      vi.stubGlobal('fetch', fetch)
      const client = bundle.make() as { fetch?: unknown }
      if ('fetch' in client) client.fetch = fetch
      await bundle.call(client).catch(() => undefined)
      expect(recorder.spans.map(({ name }) => name)).toEqual([sdk.span])
    } finally {
      log.off()
    }
  })
})

test('the name of a class works as a key', async () => {
  const { e } = await swallow({ ...openai, package: 'openai' })
  const log = autolog({ exporter: 'none', modules: { OpenAI: e } })
  expect(log.report.some(({ package: name, detail }) => name === 'openai' && detail === 'passed in modules')).toBe(true)
  log.off()
})
