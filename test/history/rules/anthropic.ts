/** The Messages API (https://platform.claude.com/docs/en/api/messages/create). */
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { answered, each, matches, objects, text, type Rule } from './read.js'

const BLOCKS: Readonly<Record<string, readonly string[]>> = {
  user: ['text', 'image', 'document', 'tool_result', 'search_result', 'container_upload'],
  assistant: ['text', 'thinking', 'redacted_thinking', 'tool_use', 'server_tool_use', 'web_search_tool_result'],
  system: ['text'],
}

function blocksOf(content: unknown): JsonObject[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : objects(content)
}

/** Turns of one side in a row are one (working-with-messages). */
export function joinedTurns(messages: readonly JsonObject[]): { role: string; blocks: JsonObject[] }[] {
  const turns: { role: string; blocks: JsonObject[] }[] = []
  for (const { role, content } of messages) {
    const last = turns.at(-1)
    if (last && last.role === role) last.blocks.push(...blocksOf(content))
    else turns.push({ role: text(role), blocks: blocksOf(content) })
  }
  return turns
}

function blockProblems(block: JsonObject, role: string): string[] {
  const type = text(block.type)
  const problems = (BLOCKS[role] ?? []).includes(type) ? [] : [`a block of type ${type} in a turn of ${role}`]
  if (type === 'text' && text(block.text).trim() === '')
    problems.push('text content blocks must contain non-whitespace text')
  if (type === 'thinking') problems.push(...matches(/^.+$/, block.signature, 'the signature'))
  if (type === 'tool_use') {
    problems.push(
      ...matches(/^[a-zA-Z0-9_-]+$/, block.id, 'the id'),
      ...matches(/^[a-zA-Z0-9_-]{1,128}$/, block.name, 'the name'),
    )
    if (typeof block.input !== 'object' || Array.isArray(block.input)) problems.push('input is no object')
  }
  if (type === 'tool_result') {
    problems.push(...matches(/^[a-zA-Z0-9_-]+$/, block.tool_use_id, 'the id'))
    if (Array.isArray(block.content))
      problems.push(...block.content.flatMap((part) => blockProblems(part as JsonObject, 'user')))
  }
  return problems
}

export const anthropicRules: Rule = (body) => {
  const messages = objects(body.messages)
  const turns = joinedTurns(messages)
  const last = turns.at(-1)
  const lastText = last?.role === 'assistant' ? last.blocks.at(-1) : undefined
  return [
    ...(messages.length === 0 ? ['at least one message is required'] : []),
    ...(messages[0] && messages[0].role !== 'user' ? ['first message must use the "user" role'] : []),
    ...each(messages, 'messages', ({ role, content }) => [
      ...(blocksOf(content).length === 0 ? ['all messages must have non-empty content'] : []),
      ...each(blocksOf(content), 'content', (block) => blockProblems(block, text(role))),
    ]),
    ...each(turns, 'turns', ({ blocks }, at) => {
      const calls = objects(blocks).flatMap(({ type, id }) => (type === 'tool_use' ? [id] : []))
      const next = turns[at + 1]?.blocks ?? []
      const results = next.flatMap(({ type, tool_use_id: id }) => (type === 'tool_result' ? [id] : []))
      const isFirst = next.findLastIndex(({ type }) => type === 'tool_result') === results.length - 1
      return [...answered(calls, results), ...(isFirst ? [] : ['tool results stand behind something else'])]
    }),
    ...(text(lastText?.text) !== text(lastText?.text).trimEnd()
      ? ['final assistant content cannot end with trailing whitespace']
      : []),
    ...each(blocksOf(body.system ?? []), 'system', (block) => blockProblems(block, 'system')),
    ...each(body.tools, 'tools', (tool) => matches(/^[a-zA-Z0-9_-]{1,128}$/, tool.name, 'the name')),
  ]
}
