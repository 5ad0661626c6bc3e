/** Whether what an answer says it used can be true of the call: usage is a provider's word, and some of them make it up. */
import { isCount, usageFault } from '../../cost/usage-fault.js'
import type { ChatCompletion } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { Answer } from '../call/answer.js'

/** What was known of the call before it was sent. */
export interface Expected {
  /** Tokens, estimated when it is asked for. */
  readonly input: () => number
  /** Tokens of all choices that the request makes room for; `undefined` where it sets no limit. */
  readonly room: number | undefined
}

export interface Doubt {
  /** Why none of the usage is to be believed. */
  readonly fault?: string
  /** What is odd about it, where it counts all the same. */
  readonly note?: string
}

/** Tokens. Prompts grow at the provider, by its searches, files and hidden instructions: up to this many nobody wonders. */
const FREE_INPUT = 2_000_000
/** Tokens of a request, estimated, that cannot have been none. */
const NO_INPUT = 64
/** Tokens beyond what was asked for: of thinking that is not held to the limit. */
const FREE_OUTPUT = 200_000
/** Tokens. No answer is longer. */
const MOST_OUTPUT = 2_000_000
/** Times the estimate, or the limit. */
const MANY_INPUT = 1_000
const MANY_OUTPUT = 100
/** How much more than its limit an answer has where counts differ by how they are made. */
const MARGIN = 1.1
const FEW = 16
/** Characters that a token has at most, over a whole answer, and that are not worth a doubt. */
const CHARACTERS = 40
const SHORT = 200

/** @returns `undefined` for usage that may be, and for none at all. */
export function doubtOf(answer: Answer, usage: object | undefined, { input, room }: Expected): Doubt | undefined {
  const fault = usageFault(usage)
  if (fault !== undefined) return { fault }
  const { prompt_tokens: prompt, completion_tokens: output } = (usage ?? {}) as Readonly<Record<string, unknown>>
  if (isCount(prompt) && prompt > FREE_INPUT && prompt > MANY_INPUT * input())
    return { fault: `usage: ${prompt} input tokens, for a request of about ${input()}` }
  if ('chat' in answer && !prompt && output && input() > NO_INPUT)
    return { fault: `usage: no input tokens, for a request of about ${input()}` }
  if (!isCount(output)) return undefined
  if (output > (room === undefined ? MOST_OUTPUT : Math.max(FREE_OUTPUT, MANY_OUTPUT * room)))
    return {
      fault: `usage: ${output} output tokens, ${room === undefined ? 'more than any answer has' : `of ${room} at most`}`,
    }
  if ('chat' in answer && isTooFew(output, answer.chat))
    return { fault: `usage: ${output} output tokens, for a text of about ${Math.ceil(lengthOf(answer.chat) / 4)}` }
  if (room !== undefined && output > room * MARGIN + FEW)
    return { note: `usage: ${output} output tokens, but the request allows ${room}` }
  return undefined
}

/** A count of the first chunk, or of none. Media that stand in the text are billed otherwise. */
function isTooFew(output: number, chat: ChatCompletion): boolean {
  const length = lengthOf(chat)
  if (length === 0 || (output > 0 && length <= SHORT + CHARACTERS * output)) return false
  return !chat.choices.some(({ message: { content } }) => content?.includes(';base64,'))
}

/** Characters that the model wrote. */
function lengthOf({ choices }: ChatCompletion): number {
  let length = 0
  for (const { message } of choices) {
    length += (message.content?.length ?? 0) + (message.reasoning_content?.length ?? 0)
    for (const call of message.tool_calls ?? []) {
      const { function: made } = call as { readonly function?: unknown }
      if (isObject(made) && typeof made['arguments'] === 'string') length += made['arguments'].length
    }
  }
  return length
}
