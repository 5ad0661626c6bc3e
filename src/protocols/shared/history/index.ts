/**
 * The conversation as a provider takes it: history that another provider made, or a caller cut, is brought into the order and
 * the words that an API demands. What is moved, put in or left out is told by a warning.
 */
import type { ChatRequest, ContentPart, Message } from '../../../kernel/hub.js'
import type { HistoryRules } from '../../../kernel/history.js'
import { asArray, isObject, parseJson } from '../../../kernel/json.js'
import type { Limits } from '../../../kernel/limits.js'
import type { EncodeContext } from '../../../kernel/protocol.js'
import { traitsOf } from '../../../models/index.js'
import { withToolCalls } from '../messages.js'
import { withObjectParameters } from '../parameters.js'
import { dropBlanks } from './blanks.js'
import { hasCalls, pairCalls } from './pairing.js'
import { moveResultMedia } from './result-media.js'
import { withToolIds } from './tool-ids.js'
import { withToolNames } from './tool-names.js'
import { fixTurns } from './turns.js'
import { wordWriter } from './word-form.js'

export interface Portable {
  /** The same object if nothing had to change. */
  readonly request: ChatRequest
  /** The caller's names of tools, by those that the request has in their place. */
  readonly toolNames?: ReadonlyMap<string, string>
}

export interface PortableContext {
  readonly provider: string
  readonly limits: Limits
  /** A part in the result of a tool that the format has a place for, where results are otherwise text. */
  readonly isKept?: (part: ContentPart) => boolean
  /** The conversation continues one that is stored at the provider, so its calls may be there. */
  readonly isContinued?: boolean
}

export function portable(asGiven: ChatRequest, rules: HistoryRules, context: PortableContext): Portable {
  const given = withObjectParameters(asGiven)
  const { provider, limits, isKept = () => false, isContinued = false } = context
  const asked = asArray(given.messages) as readonly Message[]
  const list = rules.oldCalls ? asked : withToolCalls(asked)
  let messages = isContinued || rules.anyOrder ? list : pairCalls(list, rules.joinsTurns === true, limits)
  if (rules.textResults) messages = moveResultMedia(messages, isKept, limits)
  if (rules.refusesTexts) {
    const placeOf = (message: Message): number => list.indexOf(message)
    messages = dropBlanks(messages, rules, { provider, limits, placeOf })
  }
  messages = fixTurns(messages, rules, limits)
  if (rules.messageNames) messages = withMessageNames(messages, rules, limits)
  if (rules.toolIds) messages = withToolIds(messages, rules.toolIds)
  if (rules.objectArguments && messages.some(holdsOddArguments))
    limits.warn('arguments of earlier calls that are no JSON object are sent as the text in a field of one')
  const request = messages === given.messages ? given : { ...given, messages: messages as Message[] }
  const renamed = rules.toolNames && withToolNames(request, rules.toolNames, limits)
  return renamed ? { request: { ...request, ...renamed.fields }, toolNames: renamed.names } : { request }
}

function holdsOddArguments(message: Message): boolean {
  return (
    hasCalls(message) &&
    message.tool_calls.some((call) => {
      const text = call.type === 'custom' ? '' : call.function.arguments
      return typeof text === 'string' && text.trim() !== '' && !isObject(parseJson(text))
    })
  )
}

function withMessageNames(
  messages: readonly Message[],
  { messageNames }: HistoryRules,
  limits: Limits,
): readonly Message[] {
  if (!messageNames) return messages
  const { fits, write } = wordWriter(messageNames, '_')
  const isOdd = (message: Message): boolean =>
    'name' in message && typeof message.name === 'string' && message.name !== '' && !fits(message.name)
  if (!messages.some(isOdd)) return messages
  limits.warn('names of messages that the API does not take are written another way')
  return messages.map((message) =>
    isOdd(message) ? { ...message, name: write((message as { name: string }).name) } : message,
  )
}

/** Rules of a format, under those of the model and those of the row. */
export function rulesOf(format: HistoryRules, { quirks, model, base }: EncodeContext): HistoryRules {
  const { history } = traitsOf(base ?? model)
  return history || quirks.history ? { ...format, ...history, ...quirks.history } : format
}
