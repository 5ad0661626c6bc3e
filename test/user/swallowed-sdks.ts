/** SDKs as a bundler swallows them: what a program imports of each, how it asks, and what comes back. */

export interface Swallowed {
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

export const openai = {
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

const replicate = {
  id: 'replicate',
  class: 'default',
  make: `new Class({ auth: 'k' })`,
  call: `client.predictions.create({ model: 'acme/m', input: {} })`,
  answer: { id: 'p', status: 'starting', model: 'acme/m', input: {}, urls: {} },
  span: 'generate_content acme/m',
  apart: true,
} as const

const letta = {
  id: 'letta',
  package: '@letta-ai/letta-client',
  class: 'Letta',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.agents.messages.create('a', { messages })`,
  answer: { messages: [], stop_reason: { stop_reason: 'end_turn' }, usage: {} },
  span: 'invoke_agent',
  apart: true,
} as const

/** It asks by `node:http`, where nobody answers. */
const watsonx = {
  id: 'watsonx',
  package: '@ibm-cloud/watsonx-ai',
  class: 'WatsonXAI',
  make: `new Class({
    version: '2026-01-01',
    serviceUrl: 'http://127.0.0.1:1',
    projectId: 'p',
    authenticator: { authenticate: () => Promise.resolve(), authenticationType: () => 'none' },
  })`,
  call: `client.textChat({ modelId: model, messages })`,
  answer: {},
  span: 'chat m',
  apart: true,
} as const

const typesafe = {
  id: 'typesafe',
  package: '@typesafe-ai/sdk',
  class: 'TypeSafeClient',
  make: `new Class({ apiKey: 'k' })`,
  call: `client.systemOne({ model, state: 'Hi', questions: { a: { type: 'noul', instructions: 'A?' } } })`,
  answer: { id: 'd', model: 'm', answers: { a: { type: 'noul', noul: 0.5 } } },
  span: 'decide m',
  apart: true,
} as const

const assemblyai = {
  id: 'assemblyai',
  package: 'assemblyai',
  // The client's own class has no methods: its services do.
  class: 'TranscriptService',
  make: `new Class({ apiKey: 'k', baseUrl: 'http://localhost' })`,
  call: `client.submit({ audio_url: 'https://example.com/a.mp3', speech_models: [model] })`,
  answer: { id: 't', status: 'queued', audio_url: 'https://example.com/a.mp3' },
  span: 'generate_content m',
  apart: true,
} as const

const mem0 = {
  id: 'mem0',
  package: 'mem0ai',
  class: 'MemoryClient',
  make: `new Class({ apiKey: 'k', host: 'http://localhost' })`,
  call: `client.search('what?', { filters: { user_id: 'u' } })`,
  answer: { results: [], status: 'ok', org_id: 'o', project_id: 'p', user_email: 'u' },
  span: 'search_memory',
  apart: true,
} as const

const vertexai = {
  id: 'vertexai',
  package: '@google-cloud/vertexai',
  // The client's own class only makes objects of this one.
  class: 'GenerativeModel',
  make: `new Class({
    model,
    project: 'p',
    location: 'us-central1',
    googleAuth: { getAccessToken: () => Promise.resolve('t') },
  })`,
  call: `client.generateContent('Hi')`,
  answer: genai.answer,
  span: 'generate_content m',
  apart: true,
} as const

/**
 * Not here: fal has no class, and its client is handed in as it is; functions make the clients of Azure's SDKs, and closures their
 * methods, so that they are seen on the wire; Milvus and Weaviate ask over gRPC, where nobody answers here.
 */
export const SDKS: readonly Swallowed[] = [
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
  ...['replicate', 'replicate-v0'].map((name) => ({ ...replicate, package: name })),
  shapedLikeOpenAI('together', 'together-ai', 'Together'),
  letta,
  watsonx,
  typesafe,
  upstash,
  zep,
  assemblyai,
  mem0,
  vertexai,
]
