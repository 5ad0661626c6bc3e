/** The recorded traffic beside the repository, when it is there. */
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { encodeFrame } from '../../../src/kernel/frames.js'
import { asString, isObject, parseJson } from '../../../src/kernel/json.js'
import type { JsonObject, ProtocolId } from '../../../src/kernel/protocol.js'

// `TRACESTITCH_CORPUS` names another place, or one that is not there.
const folder = process.env['TRACESTITCH_CORPUS']
export const ROOT = folder ? `${folder}/` : fileURLToPath(new URL('../../../../shared/fixtures/', import.meta.url))

export const corpusIsHere = existsSync(`${ROOT}manifest.jsonl`)

/** The manifest's word for an API, and the format that API speaks. */
const FORMATS: ReadonlyMap<string, ProtocolId> = new Map([
  ['chat', 'openai-chat'],
  ['completion', 'openai-completions'],
  ['completions', 'openai-completions'],
  ['embeddings', 'openai-embeddings'],
  ['responses', 'openai-responses'],
  ['messages', 'anthropic-messages'],
  ['converse', 'bedrock-converse'],
  ['converse-stream', 'bedrock-converse'],
  ['embedContent', 'gemini-embeddings'],
  ['generateContent', 'gemini-generate'],
  ['streamGenerateContent', 'gemini-generate'],
  ['ollama-chat', 'ollama-chat'],
])

/** Where providers give the same word to formats of their own. */
const OWN_FORMATS: ReadonlyMap<string, ProtocolId> = new Map([
  ['cohere/chat-v2', 'cohere-chat'],
  ['cohere/embeddings', 'cohere-embeddings'],
  ['cohere/rerank', 'cohere-rerank'],
  ['together/rerank', 'jina-rerank'],
  ['vertex/embeddings', 'vertex-embeddings'],
  ['voyage/embeddings', 'voyage-embeddings'],
  ['voyage/rerank', 'voyage-rerank'],
])

/** One operation carries the bodies of many makers there. */
const INVOKED: readonly (readonly [model: RegExp, format: ProtocolId])[] = [
  [/titan-embed-text/, 'bedrock-titan-embeddings'],
  [/nova-2-multimodal-embeddings/, 'bedrock-nova-embeddings'],
  [/cohere\.embed/, 'bedrock-cohere-embeddings'],
]

function formatOf({ provider, api, model }: ManifestEntry): ProtocolId | undefined {
  if (provider === 'bedrock' && api === 'invoke') return INVOKED.find(([name]) => name.test(model ?? ''))?.[1]
  return OWN_FORMATS.get(`${provider}/${api}`) ?? FORMATS.get(api)
}

export interface Recording {
  readonly file: string
  readonly format: ProtocolId
  /** Path of the URL, for an exchange. */
  readonly path?: string
  readonly status: number
  readonly request?: unknown
  /** A whole answer. */
  readonly answer?: unknown
  /** Streams, as bytes; a file of payloads may hold those of several calls. */
  readonly streams?: readonly Uint8Array[]
}

interface ManifestEntry {
  readonly file: string
  readonly kind: 'exchange' | 'response' | 'chunks' | 'sse'
  readonly api: string
  readonly provider: string
  readonly model?: string | null
}

/** The events that end an answer in the formats whose streams do not say `[DONE]`. */
const LAST_EVENT = /^\{"type":"(?:message_stop|response\.(?:completed|incomplete|failed))"/

/** Event payloads, one a line or a few lines, as the streams they came in. */
function framed(text: string): Uint8Array[] {
  const streams: string[][] = [[]]
  let pending = ''
  for (const line of text.split('\n')) {
    pending += line.trim()
    if (pending === '' || (pending !== '[DONE]' && parseJson(pending) === undefined)) continue
    if (LAST_EVENT.test(streams.at(-1)?.at(-1) ?? '')) streams.push([])
    streams.at(-1)?.push(pending)
    pending = ''
  }
  return streams.map((payloads) => new TextEncoder().encode(payloads.map((payload) => `data: ${payload}\n\n`).join('')))
}

/** Payloads that stand under the names of their events, as the event-stream messages they came in. */
function messagesOf(text: string): Uint8Array {
  const payloads = text
    .split('\n')
    .map((line) => parseJson(line))
    .filter(isObject)
  const events = payloads.flatMap((payload) => Object.entries(payload).map(([event, data]) => ({ event, data })))
  return new Uint8Array(Buffer.concat(events.map((event) => encodeFrame(event, 'aws-eventstream'))))
}

function readBody(body: unknown): Pick<Recording, 'answer' | 'streams'> {
  if (!isObject(body)) return {}
  if (body.json !== undefined) return { answer: body.json }
  const base64 = asString(body.base64)
  if (base64 !== undefined) return { streams: [new Uint8Array(Buffer.from(base64, 'base64'))] }
  const text = asString(body.text)
  if (text === undefined) return {}
  const json = parseJson(text)
  return json === undefined ? { streams: [new TextEncoder().encode(text)] } : { answer: json }
}

function readExchange(text: string): Omit<Recording, 'file' | 'format'> {
  const exchange = JSON.parse(text) as {
    request: { url: string; body: unknown }
    response: { status: number; body: unknown }
  }
  const { request, response } = exchange
  const body = isObject(request.body) ? (request.body.json ?? parseJson(asString(request.body.text) ?? '')) : undefined
  return {
    path: new URL(request.url).pathname.replace(/\/$/, ''),
    status: response.status,
    ...(body !== undefined && { request: body }),
    ...readBody(response.body),
  }
}

/** Chat under another API's name: only its answers begin with `choices` or name their object. */
function isChat(text: string): boolean {
  return (
    /"object":\s*"chat\.completion/.test(text.slice(0, 2000)) ||
    /^\{\s*"id":[^\n]*\s*"model":[^\n]*\s*"choices"/.test(text)
  )
}

function readRecording({ file, kind }: ManifestEntry, format: ProtocolId): Recording {
  const text = readFileSync(ROOT + file, 'utf8')
  const head = { file, format: kind !== 'exchange' && isChat(text) ? 'openai-chat' : format }
  if (kind === 'exchange') return { ...head, ...readExchange(text) }
  if (kind === 'chunks')
    return { ...head, status: 200, streams: format === 'bedrock-converse' ? [messagesOf(text)] : framed(text) }
  if (kind === 'sse') return { ...head, status: 200, streams: [new TextEncoder().encode(text)] }
  return { ...head, status: 200, answer: JSON.parse(text) as JsonObject }
}

/** Every recording of a format that has a name here, and how many there are of the others. */
export function readCorpus(): { recordings: Recording[]; others: Map<string, number> } {
  const lines = readFileSync(`${ROOT}manifest.jsonl`, 'utf8').split('\n').filter(Boolean)
  const recordings: Recording[] = []
  const others = new Map<string, number>()
  for (const entry of lines.map((line) => JSON.parse(line) as ManifestEntry)) {
    const format = formatOf(entry)
    if (format) recordings.push(readRecording(entry, format))
    else others.set(entry.api, (others.get(entry.api) ?? 0) + 1)
  }
  return { recordings, others }
}
