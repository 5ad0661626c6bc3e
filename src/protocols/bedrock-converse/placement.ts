/**
 * What the API demands of blocks beside each other: names of documents, a text beside them
 * (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html), and where cache points may stand
 * (https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html).
 */
import { isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { ConverseTraits } from '../../models/index.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { marksToKeep, MOST_MARKS, tooShort } from '../shared/cache-marks.js'
import { MAX_DOCUMENT_NAME } from './file-formats.js'

/** Two documents of one request may not have the same name. */
export function withUniqueNames(contents: readonly JsonObject[][]): void {
  const used = new Set<string>()
  function named(block: JsonObject): JsonObject {
    const { document, toolResult } = block
    // A block may be the caller's own raw part, so it is not written to.
    if (isObject(toolResult) && Array.isArray(toolResult['content']))
      return { ...block, toolResult: { ...toolResult, content: (toolResult['content'] as JsonObject[]).map(named) } }
    if (!isObject(document) || typeof document['name'] !== 'string') return block
    const { name } = document
    let unique = name
    for (let number = 2; used.has(unique); number += 1) {
      const end = ` (${number})`
      unique = name.slice(0, MAX_DOCUMENT_NAME - end.length) + end
    }
    used.add(unique)
    return unique === name ? block : { ...block, document: { ...document, name: unique } }
  }
  for (const content of contents) for (const [at, block] of content.entries()) content[at] = named(block)
}

/** The text for documents of a message without text. */
const BESIDE_DOCUMENT = 'See the document.'

/** "A text block must be included" beside a document of a user's message. */
export function withTextBesideDocuments(content: JsonObject[], limits: Limits): void {
  if (!content.some((block) => 'document' in block) || content.some((block) => 'text' in block)) return
  limits.warn('a text is added to a document that stands alone, as the API requires')
  content.splice(
    content.findIndex((block) => 'document' in block),
    0,
    { text: BESIDE_DOCUMENT },
  )
}

interface Places {
  readonly tools: JsonObject[]
  readonly system: JsonObject[]
  readonly messages: readonly JsonObject[][]
}

/** Cache points in places that the API refuses: they are moved before what they cannot follow, or left out. */
export function placeCachePoints(
  { tools, system, messages }: Places,
  { cachePoints = 'all' }: ConverseTraits,
  limits: Limits,
): void {
  const all = [tools, system, ...messages]
  if (!all.some((content) => content.some(isPoint))) return
  const refusing = cachePoints === 'none' ? all : cachePoints === 'not-tools' ? [tools] : []
  if (refusing.some((content) => content.some(isPoint)))
    limits.warn('`cache_control` is left out where the model has no cache')
  for (const content of all) {
    const blocks = placed(content, refusing.includes(content))
    content.splice(0, content.length, ...blocks)
  }
  const lead = [tools, system].flatMap((content) => content.filter(isPoint))
  const turns = messages.flatMap((content) => content.filter(isPoint))
  const kept = marksToKeep({ lead, turns }, MOST_MARKS, limits)
  const short = tooShort([...kept], lifetimeOf, limits)
  if (kept.size === lead.length + turns.length && short.size === 0) return
  for (const content of all) {
    const blocks = content.flatMap((block) =>
      !isPoint(block) || kept.has(block) ? [short.has(block) ? withHourLifetime(block) : block] : [],
    )
    content.splice(0, content.length, ...blocks)
  }
}

function lifetimeOf({ cachePoint }: JsonObject): unknown {
  return isObject(cachePoint) ? cachePoint['ttl'] : undefined
}

function withHourLifetime({ cachePoint, ...rest }: JsonObject): JsonObject {
  return { ...rest, cachePoint: { ...(isObject(cachePoint) && cachePoint), ttl: '1h' } }
}

function isPoint(block: JsonObject): boolean {
  return block['cachePoint'] !== undefined
}

function placed(content: readonly JsonObject[], none: boolean): JsonObject[] {
  const blocks: JsonObject[] = []
  for (const block of content) {
    if (!isPoint(block)) blocks.push(block)
    else if (!none) addPoint(blocks, { ...block })
  }
  return blocks
}

/** A point has something before it, which is not reasoning, no text file, and no other point. */
function addPoint(blocks: JsonObject[], point: JsonObject): void {
  const before = blocks.findLastIndex((block) => !refusesPoint(block))
  const last = blocks[before]
  if (last && !isPoint(last)) blocks.splice(before + 1, 0, point)
}

function refusesPoint({ reasoningContent, document }: JsonObject): boolean {
  return reasoningContent !== undefined || (isObject(document) && document['format'] !== 'pdf')
}
