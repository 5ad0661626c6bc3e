/** Orders of turns that models require. A message that is added to keep an order says what it is. */
import type { ContentPart, Message } from '../../../kernel/hub.js'
import type { HistoryRules } from '../../../kernel/history.js'
import type { Limits } from '../../../kernel/limits.js'
import { hasCalls } from './pairing.js'

/** The user message before a conversation that begins with the model. */
export const OPENING = 'The conversation begins with your own words.'

/** The answer between the result of a tool and the next user message. */
export const BRIDGE = 'I have read the result.'

export function fixTurns(messages: readonly Message[], rules: HistoryRules, limits: Limits): readonly Message[] {
  let ordered = messages
  if (rules.userNeeded || rules.userFirst) ordered = withSomethingSaid(ordered, limits)
  if (rules.oneInstruction) ordered = oneInstruction(ordered, limits)
  if (rules.instructionsFirst) ordered = instructionsFirst(ordered, limits)
  if (rules.userFirst) ordered = userFirst(ordered, limits)
  if (rules.answerAfterTools) ordered = bridged(ordered, limits)
  if (rules.alternates) ordered = joined(ordered, limits)
  if (rules.marksPrefix) ordered = withPrefix(ordered)
  return ordered
}

export function isInstruction({ role }: Message): boolean {
  return role === 'system' || role === 'developer'
}

/** If there are only instructions, the last becomes a user message. */
function withSomethingSaid(messages: readonly Message[], limits: Limits): readonly Message[] {
  const last = messages.at(-1)
  if (!last || !messages.every(isInstruction)) return messages
  limits.warn('the conversation holds instructions alone: the last is sent as a user message')
  const { content } = last
  return [...messages.slice(0, -1), { role: 'user', content: content as string | ContentPart[] }]
}

/** Moves to the front what follows an answer or a result, and what would stand last. */
function instructionsFirst(messages: readonly Message[], limits: Limits): readonly Message[] {
  const end = messages.findLastIndex((message) => !isInstruction(message))
  const late = new Set<Message>()
  let before: Message | undefined
  for (const [at, message] of messages.entries()) {
    if (!isInstruction(message)) before = message
    else if (before && (at > end || before.role !== 'user')) late.add(message)
  }
  if (late.size === 0) return messages
  limits.warn('a system message after the start of the conversation is moved to the front')
  const rest = messages.filter((message) => !late.has(message))
  const start = rest.findIndex((message) => !isInstruction(message))
  return [...rest.slice(0, start), ...late, ...rest.slice(start)]
}

/** All instructions, in order, as the first message. */
function oneInstruction(messages: readonly Message[], limits: Limits): readonly Message[] {
  const instructions = messages.filter(isInstruction)
  const [first, ...further] = instructions
  if (!first || (further.length === 0 && messages[0] === first)) return messages
  limits.warn('system messages are sent as one, at the front')
  const content = instructions.reduce<Message['content']>((all, message) => join(all, message.content), null)
  const rest = messages.filter((message) => !isInstruction(message))
  return [{ ...first, content } as Message, ...rest]
}

function userFirst(messages: readonly Message[], limits: Limits): readonly Message[] {
  const start = messages.findIndex((message) => !isInstruction(message))
  if (start < 0 || messages[start]?.role !== 'assistant') return messages
  limits.warn('a user message that says so is put before a conversation that begins with the assistant')
  return [...messages.slice(0, start), { role: 'user', content: OPENING }, ...messages.slice(start)]
}

function bridged(messages: readonly Message[], limits: Limits): readonly Message[] {
  const isOpen = (at: number): boolean => messages[at]?.role === 'user' && messages[at - 1]?.role === 'tool'
  if (!messages.some((_, at) => isOpen(at))) return messages
  limits.warn('an answer that says so is put between the result of a tool and the user message after it')
  return messages.flatMap((message, at): Message[] =>
    isOpen(at) ? [{ role: 'assistant', content: BRIDGE }, message] : [message],
  )
}

/** Joins consecutive messages of one side. Instructions are not joined. */
function joined(messages: readonly Message[], limits: Limits): readonly Message[] {
  const isSame = (one: Message | undefined, next: Message): boolean =>
    (next.role === 'user' && one?.role === 'user') ||
    (next.role === 'assistant' && one?.role === 'assistant' && !hasCalls(one))
  if (!messages.some((message, at) => isSame(messages[at - 1], message))) return messages
  limits.warn('consecutive messages of the same role are joined')
  const turns: Message[] = []
  for (const message of messages) {
    const last = turns.at(-1)
    if (last && isSame(last, message))
      turns[turns.length - 1] = { ...last, ...message, content: join(last.content, message.content) } as Message
    else turns.push(message)
  }
  return turns
}

function join(one: Message['content'], next: Message['content']): string | ContentPart[] | null {
  if (one == null || one.length === 0) return next ?? null
  if (next == null || next.length === 0) return one
  if (typeof one === 'string' && typeof next === 'string') return `${one}\n\n${next}`
  return [...partsOf(one), ...partsOf(next)]
}

function partsOf(content: string | readonly ContentPart[]): readonly ContentPart[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content
}

function withPrefix(messages: readonly Message[]): readonly Message[] {
  const last = messages.at(-1)
  if (last?.role !== 'assistant' || hasCalls(last) || 'prefix' in last) return messages
  return [...messages.slice(0, -1), { ...last, prefix: true } as Message]
}
