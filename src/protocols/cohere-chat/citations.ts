/**
 * Citations (https://docs.cohere.com/docs/rag-citations), both ways. A source with an address becomes an annotation;
 * the citation itself stays in the raw form of the block it stands on, since the hub has no sources.
 */
import type { Annotation, Block } from '../../kernel/hub.js'
import { asArray, asNumber, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { isHttpUrl } from '../../kernel/data-url.js'
import { ownRaw } from './wire.js'

/** What a citation stands on. */
export type Place =
  | { readonly kind: 'content'; readonly index: number }
  | { readonly kind: 'plan' }
  | { readonly kind: 'none' }

/** @param kinds - Type of each content block, in order. */
export function placeOf(citation: JsonObject, kinds: readonly (string | undefined)[]): Place {
  if (citation['type'] === 'PLAN') return { kind: 'plan' }
  const wanted = citation['type'] === 'THINKING_CONTENT' ? 'thinking' : 'text'
  const given = asNumber(citation['content_index'])
  const index = given !== undefined && kinds[given] !== undefined ? given : kinds.indexOf(wanted)
  return index === -1 ? { kind: 'none' } : { kind: 'content', index }
}

/** @param start - Length of the message's text before the block: annotations point into the whole text. */
export function annotationsOf(citation: JsonObject, start: number): Annotation[] {
  if (citation['type'] === 'PLAN' || citation['type'] === 'THINKING_CONTENT') return []
  return asArray(citation['sources']).flatMap((source): Annotation[] => {
    if (!isObject(source)) return []
    const holder = [source['document'], source['tool_output']].find(isObject)
    const url = holder?.['url']
    if (!isHttpUrl(url)) return []
    const span = {
      start_index: start + (asNumber(citation['start']) ?? 0),
      end_index: start + (asNumber(citation['end']) ?? 0),
    }
    return [{ type: 'url_citation', url_citation: { url, title: asString(holder?.['title']) ?? '', ...span } }]
  })
}

/** Whether the citation holds nothing but the annotation it was written from. */
export function isPortable(citation: JsonObject): boolean {
  const [source, ...others] = asArray(citation['sources'])
  if (others.length > 0 || !isObject(source) || !isObject(source['document']) || citation['type'] !== 'TEXT_CONTENT')
    return false
  const { url, title, ...rest } = source['document']
  return isHttpUrl(url) && source['id'] === url && typeof title === 'string' && Object.keys(rest).length === 0
}

/** An annotation of another provider, as a citation of the document at its address. */
export function encodeAnnotation(annotation: Annotation, text: string, start: number, index: number): JsonObject[] {
  if (annotation.type !== 'url_citation') return []
  const { url, title, start_index: from, end_index: to } = annotation.url_citation
  const span = { start: Math.max(0, from - start), end: Math.max(0, to - start) }
  return [
    {
      ...span,
      text: text.slice(span.start, span.end),
      sources: [{ type: 'document', id: url, document: { url, title } }],
      content_index: index,
      type: 'TEXT_CONTENT',
    },
  ]
}

/** The citations of a block: those it came with, or its annotations written as such. */
export function citationsOf(block: Block, start: number, index: number): JsonObject[] {
  const raw = ownRaw(block.raw)
  const own = asArray(raw?.['citations']).filter(isObject)
  if (block.type !== 'text' || own.length > 0) return own
  return (block.annotations ?? []).flatMap((annotation) => encodeAnnotation(annotation, block.text, start, index))
}
