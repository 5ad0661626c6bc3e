/** Blank texts, for providers that refuse them. */
import { UnsupportedParameterError } from '../../../kernel/errors.js'
import type { AssistantMessage, Block, CacheControl, ContentPart, Message } from '../../../kernel/hub.js'
import type { HistoryRules } from '../../../kernel/history.js'
import type { Limits } from '../../../kernel/limits.js'
import { hasCalls } from './pairing.js'
import { isInstruction } from './turns.js'

type IsBlank = (text: string) => boolean

const MARK_LOST = '`cache_control` on a blank text is left out, as nothing before it takes one'

/** The substitute for a message without a counterpart in the format, if the caller allows to leave it out. */
export const LEFT_OUT = 'What this message held was left out.'

/** The substitute for an empty result of a tool. */
export const EMPTY_RESULT = 'The result is empty.'

/**
 * Leaves out blank texts, and messages that hold nothing else.
 *
 * @param provider - For the error.
 * @param placeOf - Where the caller's message stands.
 * @throws UnsupportedParameterError for a blank message that the conversation ends with: without it another is answered.
 */
export function dropBlanks(
  messages: readonly Message[],
  { refusesTexts, refusesEmptyResults = false }: HistoryRules,
  { provider, limits, placeOf }: { provider: string; limits: Limits; placeOf: (message: Message) => number },
): readonly Message[] {
  const isBlank: IsBlank = (text) => text === '' || (refusesTexts === 'blank' && text.trim() === '')
  const last = messages.findLast((message) => !isInstruction(message))
  let changed = false
  const kept = messages.flatMap((message): Message[] => {
    if (refusesTexts === 'empty-answers' && message.role !== 'assistant') return [message]
    const left = withoutBlanks(message, isBlank, () => limits.warn(MARK_LOST))
    if (left !== message) changed = true
    if (left) return [left]
    if (message.role === 'tool' || message.role === 'function') return [emptyResult(message)]
    // An empty instruction can be left out without a warning.
    if (isInstruction(message) && message.content?.length === 0) return []
    const name = `messages[${placeOf(message)}]`
    if (message === last && message.role === 'user')
      throw new UnsupportedParameterError(name, provider, 'it is blank, and the API takes no blank message')
    limits.warn(`${name} is blank, which the API refuses: it is left out`)
    return []
  })
  return changed ? kept : messages

  function emptyResult(message: Message): Message {
    if (!refusesEmptyResults) return message.content === '' ? message : ({ ...message, content: '' } as Message)
    limits.warn('the result of a tool that is empty is sent as a text that says so')
    return { ...message, content: EMPTY_RESULT } as Message
  }
}

/** The same message if nothing in it is blank, `undefined` if all of it is. */
function withoutBlanks(message: Message, isBlank: IsBlank, onLost: () => void): Message | undefined {
  if (message.role === 'assistant') return withoutBlankBlocks(message, isBlank, onLost)
  const { content } = message
  if (content == null || isBlankText(content, isBlank)) return undefined
  const parts = visible(content, isBlank, onLost)
  if (parts.length === 0) return undefined
  return parts === content ? message : ({ ...message, content: parts } as Message)
}

function isBlankText(content: unknown, isBlank: IsBlank): boolean {
  return typeof content === 'string' && isBlank(content)
}

/** The same content if nothing in it is blank. */
function visible(content: string | ContentPart[], isBlank: IsBlank, onLost: () => void): string | ContentPart[] {
  if (typeof content === 'string' || !content.some((part) => isBlankPart(part, isBlank))) return content
  const kept: ContentPart[] = []
  for (const part of content) {
    if (!isBlankPart(part, isBlank)) kept.push(part)
    else if ('cache_control' in part && part.cache_control && !markLast(kept, part.cache_control)) onLost()
  }
  return kept
}

/** What a blank text marks for the cache ends with the part before it. @returns Whether that takes a mark. */
function markLast(parts: ContentPart[], cache: CacheControl): boolean {
  const last = parts.at(-1)
  if (last?.type !== 'text' && last?.type !== 'image_url' && last?.type !== 'file') return false
  parts[parts.length - 1] = { ...last, cache_control: last.cache_control ?? cache }
  return true
}

function isBlankPart(part: ContentPart | Block, isBlank: IsBlank): boolean {
  // A text that only its own format can write, such as one with citations, is that format's.
  if (part.type === 'text') return !('raw' in part && part.raw) && isBlank(part.text)
  return part.type === 'refusal' && isBlank(part.refusal)
}

/** An answer without its blank texts; `undefined` if nothing is left. */
function withoutBlankBlocks(
  message: AssistantMessage,
  isBlank: IsBlank,
  onLost: () => void,
): AssistantMessage | undefined {
  const { content, blocks } = message
  const isNothing = content == null || content.length === 0
  const said = isNothing || isBlankText(content, isBlank) ? null : visible(content, isBlank, onLost)
  if (blocks?.some((block) => block.type === 'text' && block.cache_control && isBlankPart(block, isBlank))) onLost()
  const left = blocks?.some((block) => isBlankPart(block, isBlank))
    ? blocks.filter((block) => !isBlankPart(block, isBlank))
    : blocks
  const isSaid = said !== null && said.length > 0
  const holdsMore =
    hasCalls(message) ||
    // Thinking alone is useless to another model; with a signature it belongs to one provider.
    (message.thinking_blocks ?? []).some((block) => block.type === 'redacted_thinking' || block.signature) ||
    (message.refusal ?? '') !== '' ||
    message.function_call != null ||
    message.audio != null ||
    (left ?? []).some(({ type }) => type === 'raw')
  if (!isSaid && !holdsMore) return undefined
  if (said === content && left === blocks) return message
  return isNothing && left === blocks
    ? message
    : { ...message, content: isSaid ? said : null, ...(left && { blocks: left }) }
}
