/**
 * Sources of a text, both ways: grounding (https://ai.google.dev/gemini-api/docs/google-search) and citations
 * (https://ai.google.dev/api/generate-content#CitationMetadata). Places on the wire count bytes of UTF-8 in
 * one part; in the hub they count characters of the whole text.
 */
import type { Annotation } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { isHttpUrl } from '../../kernel/data-url.js'

/** One visible text of an answer. */
export interface GroundedText {
  /** Place among the parts of the candidate. */
  readonly part: number
  readonly text: string
  /** Length of the visible text before it. */
  readonly start: number
}

/** Characters (UTF-16 units) that the first `bytes` bytes of a text hold. */
function createCounter(text: string): (bytes: number) => number {
  const ascii = /^[\0-\x7f]*$/.test(text)
  if (ascii) return (bytes) => Math.min(bytes, text.length)
  const encoded = new TextEncoder().encode(text)
  const decoder = new TextDecoder()
  return (bytes) => decoder.decode(encoded.subarray(0, Math.max(0, bytes))).length
}

interface Source {
  readonly url: string
  readonly title: string
}

function sourceOf(chunk: unknown): Source | undefined {
  if (!isObject(chunk)) return undefined
  for (const kind of ['web', 'maps', 'retrievedContext', 'image']) {
    const source = chunk[kind]
    if (!isObject(source)) continue
    const url = asString(source['uri']) ?? asString(source['sourceUri'])
    if (url !== undefined) return { url, title: asString(source['title']) ?? '' }
  }
  return undefined
}

function annotation({ url, title }: Source, start: number, end: number): Annotation {
  return { type: 'url_citation', url_citation: { url, title, start_index: start, end_index: end } }
}

/** @param texts - Visible texts in order; the first one takes places that name no part. */
export function decodeSources(candidate: JsonObject, texts: readonly GroundedText[]): Annotation[] {
  const counters = new Map<GroundedText, (bytes: number) => number>()
  function place(part: unknown, bytes: unknown): number | undefined {
    const text = texts.find((one) => one.part === part) ?? texts[0]
    if (!text) return undefined
    let count = counters.get(text)
    if (!count) counters.set(text, (count = createCounter(text.text)))
    return text.start + count(asNumber(bytes) ?? 0)
  }
  const { groundingMetadata: grounding, citationMetadata: citations } = candidate
  const sources = asArray(isObject(grounding) ? grounding['groundingChunks'] : undefined).map(sourceOf)
  const supports = asArray(isObject(grounding) ? grounding['groundingSupports'] : undefined)
  const grounded = supports.flatMap((support): Annotation[] => {
    const segment = isObject(support) ? support['segment'] : undefined
    if (!isObject(support) || !isObject(segment)) return []
    const start = place(segment['partIndex'], segment['startIndex'])
    const end = place(segment['partIndex'], segment['endIndex'])
    if (start === undefined || end === undefined) return []
    return asArray(support['groundingChunkIndices']).flatMap((index) => {
      const source = typeof index === 'number' ? sources[index] : undefined
      return source ? [annotation(source, start, end)] : []
    })
  })
  const cited = asArray(
    isObject(citations) ? (citations['citations'] ?? citations['citationSources']) : undefined,
  ).flatMap((citation): Annotation[] => {
    if (!isObject(citation) || !isHttpUrl(citation['uri'])) return []
    const start = place(undefined, citation['startIndex'])
    const end = place(undefined, citation['endIndex'])
    if (start === undefined || end === undefined) return []
    return [annotation({ url: citation['uri'], title: asString(citation['title']) ?? '' }, start, end)]
  })
  return [...grounded, ...cited]
}

/** Annotations of another provider as grounding of an answer whose text is one part. */
export function encodeSources(annotations: readonly Annotation[], text: string): JsonObject | undefined {
  const cited = annotations.filter(({ type }) => type === 'url_citation').map(({ url_citation: citation }) => citation)
  if (cited.length === 0) return undefined
  const urls = [...new Set(cited.map(({ url }) => url))]
  const bytes = (length: number): number => new TextEncoder().encode(text.slice(0, length)).length
  return {
    groundingChunks: urls.map((url) => ({
      web: { uri: url, title: cited.find((citation) => citation.url === url)?.title ?? '' },
    })),
    groundingSupports: cited.map(({ url, start_index: start, end_index: end }) => ({
      segment: { startIndex: bytes(start), endIndex: bytes(end), text: text.slice(start, end) },
      groundingChunkIndices: [urls.indexOf(url)],
    })),
  }
}
