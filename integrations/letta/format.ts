/**
 * Messages of Letta's agents in the terms of chat (https://docs.letta.com/api-reference/agents/messages): an answer is all that an
 * agent wrote until it stopped, of several calls of its model perhaps, with the sum of their usage.
 */
import { asArray, asString, isObject, path, type Format, type hub } from '../../src/autolog/contract.js'
import { textAnswer } from '../shared/text-answer.js'

const FINISH: Readonly<Record<string, hub.FinishReason>> = {
  end_turn: 'stop',
  tool_rule: 'stop',
  no_tool_call: 'stop',
  max_steps: 'length',
  max_tokens_exceeded: 'length',
  requires_approval: 'tool_calls',
}

function textOf(content: unknown): string {
  if (typeof content === 'string') return content
  return asArray(content)
    .map((part) => asString(path(part, 'text')) ?? '')
    .join('')
}

const number = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)

function usageOf(given: unknown): hub.Usage | undefined {
  const input = number(path(given, 'prompt_tokens'))
  const output = number(path(given, 'completion_tokens'))
  if (input === undefined || output === undefined) return undefined
  const cached = number(path(given, 'cached_input_tokens'))
  const written = number(path(given, 'cache_write_tokens'))
  const reasoning = number(path(given, 'reasoning_tokens'))
  return {
    prompt_tokens: input,
    completion_tokens: output,
    total_tokens: input + output,
    ...((cached !== undefined || written !== undefined) && {
      prompt_tokens_details: {
        ...(cached !== undefined && { cached_tokens: cached }),
        ...(written !== undefined && { cache_write_tokens: written }),
      },
    }),
    ...(reasoning !== undefined && { completion_tokens_details: { reasoning_tokens: reasoning } }),
  }
}

/** Puts an answer together from its messages, which come whole or in pieces. */
class Answer {
  private text = ''
  private thought = ''
  private readonly calls = new Map<string, { name: string; arguments: string }>()
  private stop: string | undefined
  private usage: hub.Usage | undefined
  failure: unknown

  add(message: unknown): void {
    switch (path(message, 'message_type')) {
      case 'assistant_message':
        this.text += textOf(path(message, 'content'))
        break
      case 'reasoning_message':
        this.thought += asString(path(message, 'reasoning')) ?? ''
        break
      case 'tool_call_message':
      case 'approval_request_message':
        this.called(path(message, 'tool_call'))
        break
      case 'stop_reason':
        this.stop = asString(path(message, 'stop_reason'))
        break
      case 'usage_statistics':
        this.usage = usageOf(message) ?? this.usage
        break
      case 'error_message':
        this.failure = { code: asString(path(message, 'error_type')) ?? 'error' }
        break
    }
  }

  get isStopped(): boolean {
    return this.stop !== undefined
  }

  completion(): hub.ChatCompletion {
    const calls = [...this.calls].map(([id, call]): hub.ToolCall => ({ id, type: 'function', function: call }))
    return textAnswer({
      text: this.text,
      reasoning: this.thought,
      finish: (FINISH[this.stop ?? ''] ?? this.stop) as hub.FinishReason | undefined,
      calls,
      usage: this.usage,
    })
  }

  /** Of a call that comes in pieces, only the first has a name. */
  private called(call: unknown): void {
    const id = asString(path(call, 'tool_call_id')) ?? [...this.calls.keys()].at(-1)
    if (id === undefined) return
    const known = this.calls.get(id) ?? { name: '', arguments: '' }
    this.calls.set(id, {
      name: known.name + (asString(path(call, 'name')) ?? ''),
      arguments: known.arguments + (asString(path(call, 'arguments')) ?? ''),
    })
  }
}

function messagesOf(body: unknown): hub.Message[] {
  const input = path(body, 'input')
  if (input !== undefined && input !== null) return [{ role: 'user', content: textOf(input) }]
  return asArray(path(body, 'messages')).flatMap((message): hub.Message[] => {
    const role = path(message, 'role')
    return role === 'user' || role === 'system' || role === 'assistant'
      ? [{ role, content: textOf(path(message, 'content')) }]
      : []
  })
}

export const agentMessages: Format = {
  operation: 'invoke_agent',
  request(wire, { content }) {
    const stream = wire['streaming'] === true
    return { chat: { model: '', messages: content === false ? [] : messagesOf(wire), ...(stream && { stream }) } }
  },
  answer(wire) {
    // A run in the background has no messages yet.
    if (!isObject(wire) || !Array.isArray(wire['messages'])) return undefined
    const answer = new Answer()
    const { messages, stop_reason: stop, usage } = wire
    for (const message of [...(messages as unknown[]), stop, typed(usage)]) answer.add(message)
    return { chat: answer.completion() }
  },
  stream() {
    const answer = new Answer()
    return {
      push: (message) => answer.add(message),
      get done() {
        return answer.isStopped
      },
      get failure() {
        return answer.failure
      },
      result: () => ({ chat: answer.completion() }),
    }
  },
}

/** As in a stream, where it says what it is. */
const typed = (usage: unknown): unknown =>
  isObject(usage) ? { ...usage, message_type: 'usage_statistics' } : undefined
