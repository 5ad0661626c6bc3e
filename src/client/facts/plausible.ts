/** Whether the usage of an answer can be true for the call: some providers report wrong numbers. */
import { isCount, usageFault } from '../../cost/usage-fault.js'
import type { ChatCompletion } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { Answer } from '../call/answer.js'

/** What was known of the call before it was sent. */
export interface Expected {
  /** Tokens, estimated on first use. */
  readonly input: () => number
  /** The most tokens of all choices that the request allows; `undefined` if it sets no limit. */
  readonly room: number | undefined
}

export interface Doubt {
  /** Why the usage cannot be true. */
  readonly fault?: string
  /** What is odd about usage that still counts. */
  readonly note?: string
}

/** Tokens by which prompts may grow at the provider, through searches, files and hidden instructions. */
const FREE_INPUT = 2_000_000
/** Tokens of a request, estimated, from which usage of 0 cannot be true. */
const NO_INPUT = 64
/** Tokens beyond the limit of the request, for thinking that the limit does not cover. */
const FREE_OUTPUT = 200_000
/** Tokens. No answer is longer. */
const MOST_OUTPUT = 2_000_000
/** Factor over the estimate, or the limit. */
const MANY_INPUT = 1_000
const MANY_OUTPUT = 100
/** How much an answer may exceed its limit because of different ways to count. */
const MARGIN = 1.1
const FEW = 16
/** The most characters of a token, over a whole answer, and the characters that are too few to judge. */
const CHARACTERS = 40
const SHORT = 200

/** @returns `undefined` for plausible usage, and without usage. */
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

/** Whether the count is only of the first chunk, or 0. Media inside the text are billed differently. */
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
