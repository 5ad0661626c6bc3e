/**
 * Marks of cached prefixes, as Anthropic's API takes them wherever it is served: four a request, an hour before five minutes,
 * and none on thinking (https://platform.claude.com/docs/en/build-with-claude/prompt-caching).
 */
import { asArray, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import type { JsonObject } from '../../kernel/protocol.js'

/** Marks that one request may hold. */
export const MOST_MARKS = 4

/** Tools and instructions, which all turns of a conversation share, and what is said after them. */
export interface Marks<T> {
  readonly lead: readonly T[]
  readonly turns: readonly T[]
}

/**
 * The marks that matter most, where there are too many: the last of the lead, and the last of the others. A prefix is found
 * again by its own mark, and the earlier turns are found by looking back from a later one.
 */
export function marksToKeep<T>({ lead, turns }: Marks<T>, most: number, limits: Limits): ReadonlySet<T> {
  const count = lead.length + turns.length
  if (count <= most) return new Set([...lead, ...turns])
  const shared = lead.slice(-1).slice(0, most)
  const others = [...lead.slice(0, -1), ...turns]
  const left = most - shared.length
  const last = left > 0 ? others.slice(-left) : []
  const first = shared.length > 0 ? 'the last on tools and instructions, and ' : ''
  limits.warn(
    `the API takes ${most} marks of \`cache_control\`: of ${count}, ${first}the last ${last.length} of the others are sent`,
  )
  const kept = new Set([...shared, ...last])
  return new Set([...lead, ...turns].filter((mark) => kept.has(mark)))
}

const LONG = '1h'

/** Marks of five minutes that one of an hour follows, which the API refuses. All before it is billed as an hour's anyway. */
export function tooShort<T>(marks: readonly T[], lifetimeOf: (mark: T) => unknown, limits: Limits): ReadonlySet<T> {
  const last = marks.findLastIndex((mark) => lifetimeOf(mark) === LONG)
  const short = marks.slice(0, Math.max(0, last)).filter((mark) => lifetimeOf(mark) !== LONG)
  if (short.length > 0)
    limits.warn('`cache_control` of five minutes before one of an hour is sent with an hour, as the API requires')
  return new Set(short)
}

/** The body with marks that its API takes: `tools`, `system` and `messages` in Anthropic's shape or in OpenAI's. */
export function withFittingMarks(body: JsonObject, limits: Limits): JsonObject {
  const placed = {
    ...body,
    messages: asArray(body['messages']).map((message) => withoutMarkedThinking(message, limits)),
  }
  const { lead, turns } = marksOf(placed)
  if (lead.length + turns.length === 0) return body
  // The mark of the request itself is one that the API puts on the last block.
  const own = isObject(body['cache_control']) ? [body] : []
  const kept = marksToKeep({ lead, turns }, MOST_MARKS - own.length, limits)
  const order = [...lead, ...turns].filter((holder) => kept.has(holder))
  const short = tooShort([...order, ...own], lifetimeOf, limits)
  const write = (holder: JsonObject): JsonObject => {
    const { cache_control: mark, ...rest } = holder
    if (!kept.has(holder)) return rest
    return short.has(holder) && isObject(mark) ? { ...holder, cache_control: { ...mark, ttl: LONG } } : holder
  }
  const changed = placed.messages.some((message, i) => message !== asArray(body['messages'])[i])
  if (!changed && kept.size === lead.length + turns.length && short.size === 0) return body
  return {
    ...body,
    ...(Array.isArray(body['tools']) && { tools: rewritten(body['tools'], write) }),
    ...(Array.isArray(body['system']) && { system: rewritten(body['system'], write) }),
    messages: rewritten(placed.messages, write),
  }
}

function lifetimeOf({ cache_control: mark }: JsonObject): unknown {
  return isObject(mark) ? mark['ttl'] : undefined
}

/** Objects that hold a mark, in the order in which the prompt is cached. */
function marksOf({ tools, system, messages }: JsonObject): Marks<JsonObject> {
  const lead: JsonObject[] = []
  const turns: JsonObject[] = []
  collect(tools, lead)
  collect(system, lead)
  let isLead = true
  for (const message of asArray(messages)) {
    isLead &&= isObject(message) && (message['role'] === 'system' || message['role'] === 'developer')
    collect(message, isLead ? lead : turns)
  }
  return { lead, turns }
}

function collect(value: unknown, found: JsonObject[]): void {
  if (Array.isArray(value)) for (const each of value) collect(each, found)
  if (!isObject(value)) return
  if (Array.isArray(value['content'])) collect(value['content'], found)
  if (isObject(value['cache_control'])) found.push(value)
}

/** A copy in which each holder of a mark is what `write` makes of it. */
function rewritten(value: unknown, write: (holder: JsonObject) => JsonObject): unknown {
  if (Array.isArray(value)) return value.map((each) => rewritten(each, write))
  if (!isObject(value)) return value
  const written = isObject(value['cache_control']) ? write(value) : value
  return Array.isArray(value['content']) ? { ...written, content: rewritten(value['content'], write) } : written
}

/** A mark on thinking covers what is before it, so it moves there. */
function withoutMarkedThinking(message: unknown, limits: Limits): unknown {
  const content = isObject(message) ? message['content'] : undefined
  if (!isObject(message) || !Array.isArray(content) || !content.some(isMarkedThinking)) return message
  const blocks = [...(content as readonly unknown[])]
  for (const [at, block] of blocks.entries()) {
    if (!isMarkedThinking(block)) continue
    const { cache_control: mark, ...rest } = block
    blocks[at] = rest
    const before = blocks.slice(0, at).findLastIndex((other) => isObject(other) && !isThinking(other))
    const taker = blocks[before]
    limits.warn(
      `\`cache_control\` on thinking, which the API refuses, ${taker ? 'moves to the block before it' : 'is left out'}`,
    )
    if (isObject(taker) && taker['cache_control'] == null) blocks[before] = { ...taker, cache_control: mark }
  }
  return { ...message, content: blocks }
}

function isThinking({ type }: JsonObject): boolean {
  return type === 'thinking' || type === 'redacted_thinking'
}

function isMarkedThinking(block: unknown): block is JsonObject {
  return isObject(block) && isThinking(block) && block['cache_control'] != null
}
