/**
 * Calls of tools and their results. Every API wants the results of an answer's calls directly after it, one for each, and
 * no others (https://platform.openai.com/docs/guides/function-calling,
 * https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls,
 * https://docs.mistral.ai/capabilities/function_calling).
 */
import type { AssistantMessage, ContentPart, Message, ToolMessage } from '../../../kernel/hub.js'
import type { Limits } from '../../../kernel/limits.js'

/** The substitute for a result that is missing in the conversation. */
export const NO_RESULT = 'No result of this call was recorded.'

/** A call, and the place of its result; `undefined` when there is none. */
interface Pair {
  readonly id: string
  readonly result: number | undefined
}

/**
 * The messages with each result where it belongs; the very list when all are.
 *
 * @param joins - Messages of one side that follow each other are one turn.
 */
export function pairCalls(messages: readonly Message[], joins: boolean, limits: Limits): readonly Message[] {
  if (!messages.some(isAboutTools)) return messages
  const taken = new Set<number>()
  const groups = groupsOf(messages, joins, taken)
  if (isInPlace(messages, groups, taken, joins)) return messages
  let moved = false
  const paired = messages.flatMap((message, at): Message[] => {
    if (message.role === 'tool') return taken.has(at) ? [] : [asUserMessage(message, at, limits)]
    const group = groups.get(at) ?? []
    if (!isRun(group, at)) moved = true
    return [message, ...group.map((pair) => resultOf(pair, messages, at, limits))]
  })
  if (moved) limits.warn('results of tools are moved directly after their calls')
  return paired
}

/** Calls with their results, by the place after which they come. */
function groupsOf(messages: readonly Message[], joins: boolean, taken: Set<number>): ReadonlyMap<number, Pair[]> {
  const places = placesOf(messages)
  const groups = new Map<number, Pair[]>()
  /** Where the answer that begins at a place ends. */
  const endOf = (start: number): number => {
    let end = start
    while (joins && messages[end + 1]?.role === 'assistant') end += 1
    return end
  }
  let waiting: Pair[] = []
  let last = -1
  for (const [at, message] of messages.entries()) {
    if (hasCalls(message)) {
      if (at > last) last = endOf(at)
      waiting.push(...pairsOf(message, last, places, taken))
    }
    if (at < last || waiting.length === 0) continue
    groups.set(at, waiting)
    waiting = []
  }
  return groups
}

function isAboutTools(message: Message): boolean {
  return message.role === 'tool' || hasCalls(message)
}

type Calling = AssistantMessage & Required<Pick<AssistantMessage, 'tool_calls'>>

export function hasCalls(message: Message): message is Calling {
  return message.role === 'assistant' && Array.isArray(message.tool_calls) && message.tool_calls.length > 0
}

/** The places of calls and results of each id, in order. */
type Places = ReadonlyMap<string, { readonly calls: number[]; readonly results: number[] }>

function placesOf(messages: readonly Message[]): Places {
  const places = new Map<string, { calls: number[]; results: number[] }>()
  function of(id: string): { calls: number[]; results: number[] } {
    const known = places.get(id) ?? { calls: [], results: [] }
    places.set(id, known)
    return known
  }
  for (const [at, message] of messages.entries()) {
    if (message.role === 'tool') of(message.tool_call_id).results.push(at)
    else if (hasCalls(message)) for (const { id } of message.tool_calls) of(id).calls.push(at)
  }
  return places
}

/**
 * An id that is used again later names the later call from there on.
 *
 * @param last - Where the answer ends.
 */
function pairsOf({ tool_calls: calls }: Calling, last: number, all: Places, taken: Set<number>): Pair[] {
  return calls.map(({ id }) => {
    const { calls: uses = [], results = [] } = all.get(id) ?? {}
    const end = uses.find((one) => one > last) ?? Infinity
    const place = results.find((one) => one > last && one < end && !taken.has(one))
    if (place !== undefined) taken.add(place)
    return { id, result: place }
  })
}

function isInPlace(
  messages: readonly Message[],
  groups: ReadonlyMap<number, readonly Pair[]>,
  taken: ReadonlySet<number>,
  joins: boolean,
): boolean {
  for (const [at, pairs] of groups) {
    // What the user says beside the results is in the same turn then, wherever it stands.
    const turnEnd = joins ? messages.findIndex((message, place) => place > at && message.role === 'assistant') : -1
    const end = turnEnd < 0 ? messages.length : turnEnd
    const isFine = ({ result }: Pair, index: number): boolean =>
      joins ? result !== undefined && result < end : result === at + 1 + index
    if (!pairs.every(isFine)) return false
  }
  return messages.every(({ role }, at) => role !== 'tool' || taken.has(at))
}

/** Whether the results follow directly, in whatever order. */
function isRun(pairs: readonly Pair[], at: number): boolean {
  return pairs.every(({ result }) => result === undefined || (result > at && result <= at + pairs.length))
}

function resultOf({ id, result: place }: Pair, messages: readonly Message[], at: number, limits: Limits): Message {
  const result = place === undefined ? undefined : messages[place]
  if (result) return result
  limits.warn(`messages[${at}] calls a tool whose result is missing: a result that says so is sent`)
  return { role: 'tool', tool_call_id: id, content: NO_RESULT }
}

/** A result without a call becomes a user message about it. */
function asUserMessage({ tool_call_id: id, content }: ToolMessage, at: number, limits: Limits): Message {
  limits.warn(
    `messages[${at}] is the result of a call that the conversation does not hold: it is sent as a user message`,
  )
  const head: ContentPart = { type: 'text', text: `Result of the tool call ${id.slice(0, 64)}:` }
  const parts: readonly ContentPart[] =
    typeof content === 'string' ? [{ type: 'text', text: content }] : (content ?? [])
  return { role: 'user', content: [head, ...parts] }
}
