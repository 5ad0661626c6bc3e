/** Rewrites ids of calls to the form that a provider takes, each once in an answer. */
import type { AssistantMessage, Message, ToolCall } from '../../../kernel/hub.js'
import type { WordForm } from '../../../kernel/history.js'
import { hasCalls } from './pairing.js'
import { wordWriter } from './word-form.js'

/** Expects each result after its call. Returns the same list if every id fits. */
export function withToolIds(messages: readonly Message[], form: WordForm): readonly Message[] {
  const { fits, write } = wordWriter(form)
  /** Ids of the last answer's calls, under those of the caller; calls of one id are answered in their order. */
  let open = new Map<string, string[]>()
  let used = new Set<string>()
  let changed = false

  const list = messages.map((message, place): Message => {
    const before = messages[place - 1]
    if (message.role === 'tool') {
      const id =
        open.get(message.tool_call_id)?.shift() ??
        (fits(message.tool_call_id) ? undefined : write(message.tool_call_id))
      if (id === undefined || id === message.tool_call_id) return message
      changed = true
      return { ...message, tool_call_id: id }
    }
    if (!hasCalls(message)) return message
    // Answers that follow each other may be one.
    if (before?.role !== 'assistant') {
      open = new Map()
      used = new Set()
    }
    const ids = message.tool_calls.map(({ id }) => {
      let written = write(id)
      for (let number = 2; used.has(written); number += 1) written = write(`${id}_${number}`)
      used.add(written)
      return written
    })
    for (const [at, { id }] of message.tool_calls.entries()) {
      const known = open.get(id)
      const written = ids[at] ?? id
      if (known) known.push(written)
      else open.set(id, [written])
    }
    if (message.tool_calls.every(({ id }, at) => id === ids[at])) return message
    changed = true
    return renamed(message, message.tool_calls, ids)
  })
  return changed ? list : messages
}

function renamed(message: AssistantMessage, calls: readonly ToolCall[], ids: readonly string[]): AssistantMessage {
  const rest = new Map<string, string[]>()
  for (const [at, { id }] of calls.entries()) rest.set(id, [...(rest.get(id) ?? []), ids[at] ?? id])
  const blocks = message.blocks?.map((block) =>
    block.type === 'tool_call' ? { ...block, id: rest.get(block.id)?.shift() ?? block.id } : block,
  )
  return {
    ...message,
    tool_calls: calls.map((call, at) => ({ ...call, id: ids[at] ?? call.id })),
    ...(blocks && { blocks }),
  }
}
