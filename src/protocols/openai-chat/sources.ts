/**
 * What an answer was found in, where a server says it beside the choices: Perplexity's `search_results`
 * (https://docs.perplexity.ai/api-reference/chat-completions-post), Z.AI's `web_search`, and the plain addresses of
 * `citations`, which xAI has too.
 */
import type { Annotation } from '../../kernel/hub.js'
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

const FIELDS = ['search_results', 'web_search', 'citations'] as const

function annotationOf(source: unknown): Annotation[] {
  const url = isObject(source) ? (asString(source.url) ?? asString(source.link)) : asString(source)
  if (!url) return []
  const title = isObject(source) ? (asString(source.title) ?? '') : ''
  // Nothing says where in the text a source was used.
  return [{ type: 'url_citation', url_citation: { url, title, start_index: 0, end_index: 0 } }]
}

/** Each source once, of the field that says most. Empty when there are none. */
export function sourcesOf(body: JsonObject): Annotation[] {
  for (const field of FIELDS) {
    const sources = asArray(body[field]).flatMap(annotationOf)
    if (sources.length > 0) return sources
  }
  return []
}
