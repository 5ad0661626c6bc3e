/**
 * Converse: https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Message.html, and its blocks. Cache points:
 * https://docs.aws.amazon.com/bedrock/latest/userguide/prompt-caching.html.
 */
import { isObject } from '../../../src/kernel/json.js'
import type { JsonObject } from '../../../src/kernel/protocol.js'
import { answered, each, matches, objects, text, type Rule } from './read.js'

function blockProblems(block: JsonObject, before: JsonObject | undefined): string[] {
  const problems: string[] = []
  if (typeof block.text === 'string' && block.text.trim() === '') problems.push('The text field is blank')
  if (isObject(block.toolUse)) {
    problems.push(...matches(/^[a-zA-Z0-9_.:-]{1,64}$/, block.toolUse.toolUseId, 'the id'))
    problems.push(...matches(/^[a-zA-Z0-9_-]{1,64}$/, block.toolUse.name, 'the name'))
  }
  if (isObject(block.toolResult)) {
    const content = objects(block.toolResult.content)
    if (content.length === 0) problems.push('a result without content')
    problems.push(...content.flatMap((part) => blockProblems(part, undefined)))
  }
  if (isObject(block.document))
    problems.push(...matches(/^(?!.*\s\s)[a-zA-Z0-9\s\-()[\]]{1,200}$/, block.document.name, 'the name of a document'))
  if (isObject(block.cachePoint)) {
    if (!before) problems.push('There is nothing available to cache')
    if (before?.cachePoint) problems.push('two cache points in a row')
    if (before?.reasoningContent) problems.push('Cache point cannot be inserted after reasoning block')
    if (isObject(before?.document) && before.document.format !== 'pdf')
      problems.push('messages.0.content.1.type: Field required')
  }
  return problems
}

function documentsIn(content: readonly JsonObject[]): JsonObject[] {
  return content.flatMap((block) => {
    if (isObject(block.document)) return [block.document]
    return isObject(block.toolResult) ? documentsIn(objects(block.toolResult.content)) : []
  })
}

export const converseRules: Rule = (body) => {
  const messages = objects(body.messages)
  const contents = messages.map(({ content }) => objects(content))
  const names = contents.flatMap(documentsIn).map(({ name }) => name)
  const config = isObject(body.toolConfig) ? objects(body.toolConfig.tools) : []
  const all = [...objects(body.system), ...contents.flat(), ...config]
  const usesTools = contents.flat().some((block) => 'toolUse' in block || 'toolResult' in block)
  return [
    ...(messages[0]?.role === 'user' ? [] : ['A conversation must start with a user message']),
    ...each(messages, 'messages', ({ role }, at) => {
      const content = contents[at] ?? []
      const calls = content.flatMap(({ toolUse }) => (isObject(toolUse) ? [toolUse.toolUseId] : []))
      const results = (contents[at + 1] ?? []).flatMap(({ toolResult }) =>
        isObject(toolResult) ? [toolResult.toolUseId] : [],
      )
      const isLone =
        role === 'user' && content.some((block) => 'document' in block) && !content.some((block) => 'text' in block)
      return [
        ...(content.length === 0 ? ['The content field is empty'] : []),
        ...(messages[at - 1]?.role === role ? ['roles must alternate'] : []),
        ...each(content, 'content', (block, place) => blockProblems(block, content[place - 1])),
        ...answered(calls, results),
        ...(isLone ? ['A text block must be included beside a document'] : []),
      ]
    }),
    ...(new Set(names).size < names.length ? ['two documents have one name'] : []),
    ...(all.filter((block) => 'cachePoint' in block).length > 4 ? ['more than four cache points'] : []),
    ...(usesTools && config.length === 0 ? ['The toolConfig field must be defined'] : []),
    ...each(body.system ?? [], 'system', (block) =>
      text(block.text).trim() === '' && 'text' in block ? ['blank'] : [],
    ),
    ...each(config, 'tools', ({ toolSpec }) =>
      isObject(toolSpec) ? matches(/^[a-zA-Z0-9_-]{1,64}$/, toolSpec.name, 'the name') : [],
    ),
  ]
}
