/** Rewrites names of tools to the form that a provider takes: in declarations, in `tool_choice` and in earlier calls. */
import type { ChatRequest, Message, Tool, ToolCall, ToolChoice } from '../../../kernel/hub.js'
import { asArray, isObject } from '../../../kernel/json.js'
import type { WordForm } from '../../../kernel/history.js'
import type { Limits } from '../../../kernel/limits.js'
import { hasCalls } from './pairing.js'
import { hashOf, wordWriter } from './word-form.js'

type Named = Pick<ChatRequest, 'messages' | 'tools' | 'tool_choice'>

export interface RenamedTools {
  readonly fields: Partial<Named>
  /** The caller's names by those that were sent. */
  readonly names: ReadonlyMap<string, string>
}

/** @returns `undefined` if every name fits. */
export function withToolNames(request: Named, form: WordForm, limits: Limits): RenamedTools | undefined {
  const { fits, write } = wordWriter(form, '_')
  const all = namesOf(request)
  const odd = all.filter((name) => !fits(name))
  if (odd.length === 0) return undefined
  const taken = new Set(all.filter(fits))
  const written = new Map<string, string>()
  for (const name of odd) {
    let word = write(name)
    if (taken.has(word)) word = write(`${word.slice(0, form.max - 11)}_${hashOf(name, 10)}`)
    taken.add(word)
    written.set(name, word)
  }
  const shown = [...written].slice(0, 5).map(([name, word]) => `\`${shorten(name)}\` as \`${word}\``)
  limits.warn(`names of tools that the API does not take are written another way: ${shown.join(', ')}`)
  const rename = (name: string): string => written.get(name) ?? name
  const { tools, tool_choice: choice } = request
  return {
    fields: {
      messages: request.messages.map((message) => renameCalls(message, rename)),
      ...(tools && { tools: tools.map((tool) => renameTool(tool, rename)) }),
      ...(isObject(choice) && { tool_choice: renameChoice(choice, rename) }),
    },
    names: new Map([...written].map(([name, word]) => [word, name])),
  }
}

function shorten(name: string): string {
  return name.length > 60 ? `${name.slice(0, 60)}…` : name
}

function namesOf({ messages, tools }: Named): readonly string[] {
  const names = new Set<string>()
  const add = (name: unknown): void => {
    if (typeof name === 'string' && name !== '') names.add(name)
  }
  for (const tool of asArray(tools) as readonly Tool[]) {
    if (tool?.type === 'function') add(tool.function?.name)
    else if (tool?.type === 'custom') add(tool.custom?.name)
  }
  for (const message of messages) {
    if (!hasCalls(message)) continue
    for (const call of message.tool_calls) add(nameOf(call))
  }
  return [...names]
}

function nameOf(call: ToolCall): unknown {
  return call.type === 'custom' ? call.custom?.name : call.function?.name
}

type Rename = (name: string) => string

function renameCalls(message: Message, rename: Rename): Message {
  if (!hasCalls(message)) return message
  const calls = message.tool_calls.map((call): ToolCall => {
    const name = nameOf(call)
    if (typeof name !== 'string' || rename(name) === name) return call
    return call.type === 'custom'
      ? { ...call, custom: { ...call.custom, name: rename(name) } }
      : { ...call, function: { ...call.function, name: rename(name) } }
  })
  return calls.every((call, at) => call === message.tool_calls[at]) ? message : { ...message, tool_calls: calls }
}

function renameTool(tool: Tool, rename: Rename): Tool {
  if (tool?.type === 'function' && typeof tool.function?.name === 'string')
    return { ...tool, function: { ...tool.function, name: rename(tool.function.name) } }
  if (tool?.type === 'custom' && typeof tool.custom?.name === 'string')
    return { ...tool, custom: { ...tool.custom, name: rename(tool.custom.name) } }
  return tool
}

function renameChoice(choice: Exclude<ToolChoice, string>, rename: Rename): ToolChoice {
  switch (choice.type) {
    case 'function':
      return { ...choice, function: { ...choice.function, name: rename(choice.function.name) } }
    case 'custom':
      return { ...choice, custom: { ...choice.custom, name: rename(choice.custom.name) } }
    case 'allowed_tools': {
      const tools = asArray(choice.allowed_tools?.tools).map((tool) => renameAllowed(tool, rename))
      return { ...choice, allowed_tools: { ...choice.allowed_tools, tools } }
    }
    default:
      return choice
  }
}

/** The Responses API names a function without the object around it. */
function renameAllowed(tool: unknown, rename: Rename): Record<string, unknown> {
  if (!isObject(tool)) return {}
  if (typeof tool['name'] === 'string') return { ...tool, name: rename(tool['name']) }
  const kind = tool['type'] === 'custom' ? 'custom' : 'function'
  const named = tool[kind]
  if (!isObject(named) || typeof named['name'] !== 'string') return tool
  return { ...tool, [kind]: { ...named, name: rename(named['name']) } }
}
