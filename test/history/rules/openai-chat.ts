/**
 * Chat completions (https://platform.openai.com/docs/api-reference/chat/create), and what those demand who follow it with
 * rules of their own.
 */
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { answered, each, matches, objects, only, text, type Rule } from './read.js'

const FIELDS: Readonly<Record<string, readonly string[]>> = {
  system: ['role', 'content', 'name'],
  developer: ['role', 'content', 'name'],
  user: ['role', 'content', 'name'],
  assistant: ['role', 'content', 'name', 'tool_calls', 'refusal', 'audio', 'function_call'],
  tool: ['role', 'content', 'tool_call_id'],
  function: ['role', 'content', 'name'],
}
const PARTS: Readonly<Record<string, readonly string[]>> = {
  system: ['text'],
  developer: ['text'],
  user: ['text', 'image_url', 'input_audio', 'file'],
  assistant: ['text', 'refusal'],
  tool: ['text'],
}

export interface Dialect {
  /** Fields that it takes beside OpenAI's, on an answer or anywhere. */
  readonly fields?: readonly string[]
  readonly parts?: Readonly<Record<string, readonly string[]>>
}

function contentProblems(message: JsonObject, { parts = {} }: Dialect): string[] {
  const role = text(message.role)
  const { content } = message
  if (typeof content === 'string') return []
  const isCall = role === 'assistant' && (objects(message.tool_calls).length > 0 || message.function_call != null)
  if (content == null) return isCall ? [] : ['it has no content']
  if (Array.isArray(content) && content.length === 0) return ['its content is an empty list']
  const taken = [...(PARTS[role] ?? []), ...(parts[role] ?? [])]
  return each(content, 'content', (part) =>
    taken.includes(text(part.type)) ? [] : [`a part of type ${text(part.type)}`],
  )
}

/** A result stands behind its call, before anything else is said. */
function pairing(messages: readonly JsonObject[]): string[] {
  const problems: string[] = []
  for (const [at, message] of messages.entries()) {
    const calls = objects(message.tool_calls).map(({ id }) => id)
    const results: unknown[] = []
    for (let next = at + 1; messages[next]?.role === 'tool'; next++) results.push(messages[next]?.tool_call_id)
    if (message.role === 'assistant') problems.push(...answered(calls, results))
    else if (message.role !== 'tool' && results.length > 0) problems.push('a result stands behind no call')
  }
  return problems
}

export function chatRules(dialect: Dialect = {}): Rule {
  return (body) => {
    const messages = objects(body.messages)
    return [
      ...(messages.length === 0 ? ['there are no messages'] : []),
      ...each(messages, 'messages', (message) => [
        ...(text(message.role) in FIELDS ? [] : [`role ${text(message.role)}`]),
        ...only([...(FIELDS[text(message.role)] ?? []), ...(dialect.fields ?? [])], message),
        ...contentProblems(message, dialect),
        ...(message.name === undefined ? [] : matches(/^[^\s<|\\/>]{1,64}$/, message.name, 'the name')),
        ...(Array.isArray(message.tool_calls) && message.tool_calls.length === 0 ? ['its list of calls is empty'] : []),
        ...each(message.tool_calls, 'tool_calls', (call) => [
          ...matches(/^[^]{1,40}$/, call.id, 'the id'),
          ...matches(/^[a-zA-Z0-9_-]{1,64}$/, nameOf(call), 'the function'),
        ]),
      ]),
      ...pairing(messages),
      ...each(body.tools, 'tools', (tool) => matches(/^[a-zA-Z0-9_-]{1,64}$/, nameOf(tool), 'the function')),
    ]
  }
}

function nameOf(holder: JsonObject): unknown {
  const made = (holder.function ?? holder.custom) as JsonObject | undefined
  return made?.name
}

/** https://docs.mistral.ai/api, and the validator of https://github.com/mistralai/mistral-common */
const MISTRAL_NEXT: Readonly<Record<string, readonly string[]>> = {
  system: ['user', 'assistant', 'system'],
  user: ['assistant', 'system', 'user'],
  assistant: ['assistant', 'user', 'tool'],
  tool: ['assistant', 'tool'],
}

/** The chat template of Qwen 3.5 and later (https://github.com/QwenLM/Qwen3.8/issues/244); MiniMax (https://github.com/MiniMax-AI/MiniMax-M2/issues/51). */
export const oneInstruction: Rule = (body) =>
  objects(body.messages).flatMap(({ role }, at) =>
    at > 0 && (role === 'system' || role === 'developer')
      ? [`messages.${at}: System message must be at the beginning.`]
      : [],
  )

export const mistralOrder: Rule = (body) => {
  const messages = objects(body.messages)
  const last = messages.at(-1)
  return [
    ...messages.flatMap((message, at) => {
      const before = messages[at - 1]
      if (!before || (MISTRAL_NEXT[text(before.role)] ?? []).includes(text(message.role))) return []
      return [`Unexpected role '${text(message.role)}' after role '${text(before.role)}'`]
    }),
    ...each(messages, 'messages', (message) => [
      ...(message.role === 'assistant' && !message.content && objects(message.tool_calls).length === 0
        ? ['Assistant message must have either content or tool_calls, but not none']
        : []),
      ...each(message.tool_calls, 'tool_calls', (call) => matches(/^[a-zA-Z0-9]{9}$/, call.id, 'the id')),
      ...(message.role === 'tool' ? matches(/^[a-zA-Z0-9]{9}$/, message.tool_call_id, 'the id') : []),
    ]),
    ...(last?.role === 'user' || last?.role === 'tool' || last?.prefix === true
      ? []
      : ['Expected last role User or Tool']),
  ]
}

/** Perplexity: "After the (optional) system message(s), user or tool message(s) should alternate with assistant message(s)." */
export const alternating: Rule = (body) => {
  const said = objects(body.messages)
  const first = said.findIndex(({ role }) => role !== 'system')
  return said.slice(first).flatMap(({ role }, at, list) => {
    if (role === 'system') return ['a system message stands behind another']
    if (at === 0) return role === 'user' ? [] : ['the first message is not of the user']
    const isTurn = role === 'assistant' ? list[at - 1]?.role !== 'assistant' : list[at - 1]?.role === 'assistant'
    const isResult = [role, list[at - 1]?.role].some((one) => one === 'tool' || one === 'function')
    return isTurn || isResult ? [] : [`two messages of role ${text(role)} in a row`]
  })
}

/** `name` is not known, a PDF is a `document_url` (https://docs.mistral.ai/capabilities/document_ai/document_qna). */
export const mistralFields: Rule = (body) =>
  each(body.messages, 'messages', (message) => [
    ...('name' in message && message.role !== 'tool' ? ['it has a name'] : []),
    ...objects(message.content).flatMap((part) =>
      part.type === 'file' && !('file_id' in part) ? ['a file part'] : [],
    ),
  ])

/** https://api-docs.deepseek.com/guides/thinking_mode#tool-calls, https://platform.moonshot.ai/docs/guide/use-kimi-k2-thinking-model */
export const reasoningOnCalls: Rule = (body) =>
  each(body.messages, 'messages', (message) =>
    objects(message.tool_calls).length > 0 && typeof message.reasoning_content !== 'string'
      ? ['Missing `reasoning_content` field in the assistant message']
      : [],
  )

/** Moonshot: "message at position 2 with role 'assistant' must not be empty". */
export const nothingEmpty: Rule = (body) =>
  each(body.messages, 'messages', (message) =>
    message.content === '' && objects(message.tool_calls).length === 0 && message.role !== 'tool'
      ? ['it is empty']
      : [],
  )
