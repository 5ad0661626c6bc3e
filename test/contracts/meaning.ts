/** What a hub value says, without the freedom a format has in how to say it. Two values with equal meaning are equivalent. */
import { parseJson } from '../../src/kernel/json.js'
import type {
  ChatCompletion,
  ChatRequest,
  CompletionMessage,
  ContentPart,
  Message,
  ToolCall,
  ToolChoice,
  Usage,
} from '../../src/kernel/hub.js'

function textOf(content: Message['content']): string {
  if (typeof content === 'string') return content
  return (content ?? []).map((part) => (part.type === 'text' ? part.text : '')).join('')
}

function otherParts(content: Message['content']): unknown[] {
  const parts: readonly ContentPart[] = Array.isArray(content) ? content.filter((part) => part.type !== 'text') : []
  return parts.map((part) => (part.type === 'image_url' ? { url: part.image_url.url } : { ...part }))
}

/** Arguments are compared as values: formats that carry objects write the text anew. */
function callMeaning(call: ToolCall): unknown {
  if (call.type === 'custom') return { id: call.id, name: call.custom.name, input: call.custom.input }
  return {
    id: call.id,
    name: call.function.name,
    arguments: parseJson(call.function.arguments) ?? call.function.arguments,
  }
}

interface Turn {
  role: string
  text: string
  parts: unknown[]
  calls: unknown[]
  results: unknown[]
}

/** Turns: messages of one side that follow each other say the same as one message; tool results are the user's side. */
function turnsOf(messages: readonly Message[]): Turn[] {
  const turns: Turn[] = []
  for (const message of messages) {
    if (message.role === 'system' || message.role === 'developer') continue
    const role = message.role === 'assistant' ? 'assistant' : 'user'
    let turn = turns.at(-1)
    if (turn?.role !== role) {
      turn = { role, text: '', parts: [], calls: [], results: [] }
      turns.push(turn)
    }
    if (message.role === 'tool') {
      turn.results.push({ id: message.tool_call_id, text: textOf(message.content) })
    } else {
      turn.text += textOf(message.content)
      turn.parts.push(...otherParts(message.content))
      if (message.role === 'assistant') turn.calls.push(...(message.tool_calls ?? []).map(callMeaning))
    }
  }
  return turns
}

function choiceMeaning(choice: ToolChoice | null | undefined): unknown {
  if (choice == null || choice === 'auto') return undefined
  if (typeof choice === 'string') return choice
  if (choice.type === 'function') return { name: choice.function.name }
  return choice.type === 'custom' ? { name: choice.custom.name } : choice.allowed_tools
}

export function requestMeaning(request: ChatRequest): unknown {
  const system = request.messages.filter(({ role }) => role === 'system' || role === 'developer')
  const { stop } = request
  return {
    system: system.map(({ content }) => textOf(content)).join('\n'),
    turns: turnsOf(request.messages),
    tools: (request.tools ?? []).map((tool) =>
      tool.type === 'function'
        ? { name: tool.function.name, description: tool.function.description, parameters: tool.function.parameters }
        : tool,
    ),
    // `auto` is what every format does when nothing is said.
    choice: choiceMeaning(request.tool_choice),
    limit: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    temperature: request.temperature ?? undefined,
    stop: stop == null ? undefined : [stop].flat(),
    seed: request.seed ?? undefined,
    stream: request.stream ?? false,
  }
}

export function usageMeaning(usage: Usage | undefined): unknown {
  if (!usage) return undefined
  return {
    prompt: usage.prompt_tokens,
    completion: usage.completion_tokens,
    total: usage.total_tokens,
    cached: usage.prompt_tokens_details?.cached_tokens ?? 0,
    written: usage.prompt_tokens_details?.cache_write_tokens ?? 0,
    reasoning: usage.completion_tokens_details?.reasoning_tokens ?? 0,
  }
}

export function messageMeaning(message: CompletionMessage): unknown {
  const blocks = message.thinking_blocks ?? []
  return {
    content: message.content ?? '',
    refusal: message.refusal ?? '',
    calls: (message.tool_calls ?? []).map(callMeaning),
    reasoning: message.reasoning_content ?? '',
    // A block without a signature says no more than `reasoning_content` does.
    proofs: blocks.flatMap((block): unknown[] => {
      if (block.type === 'redacted_thinking') return [{ data: block.data }]
      return block.signature ? [{ thinking: block.thinking, signature: block.signature }] : []
    }),
  }
}

/** `id`, `model` and everything said. Not `created`, which several formats do not have. */
export function completionMeaning(completion: ChatCompletion): unknown {
  return {
    id: completion.id,
    model: completion.model,
    choices: completion.choices.map(({ index, finish_reason: reason, message }) => ({
      index,
      reason,
      ...(messageMeaning(message) as object),
    })),
    usage: usageMeaning(completion.usage),
  }
}
