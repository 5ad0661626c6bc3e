/** Calls a model, runs the functions that it calls, and repeats until it calls none. */
import { StreamError } from '../../kernel/errors.js'
import type { Message, ToolCall } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import { warnOnce } from '../../telemetry/warn.js'
import type { ChatBody, ChatResult } from '../types/chat.js'
import { callFunction, type RunnableTools, type ToolRun } from './runnable-tools.js'

/** Completions of one run, unless it says otherwise. */
const MOST = 10

/** Options of `runTools` in addition to those of a call. */
export interface ToolLoopOptions {
  /** The most completions. Default 10: a model that goes on calling functions is stopped, and one line on stderr says so. */
  maxChatCompletions?: number | undefined
  /** Awaited after each completion and the functions that it called. It may add to `run.messages`. */
  afterCompletion?: ((completion: ChatResult, run: ToolRun) => void | Promise<void>) | undefined
}

export interface ToolLoop {
  readonly body: Omit<ChatBody, 'messages' | 'tools'>
  readonly tools: RunnableTools
  readonly toolContext: unknown
  readonly options: ToolLoopOptions
  readonly run: ToolRun & { readonly messages: Message[] }
  readonly signal: AbortSignal
  /** Makes a completion of the conversation so far, and adds its message. */
  readonly complete: (body: ChatBody) => Promise<ChatResult>
  readonly add: (message: Message) => void
}

export async function runToolLoop(loop: ToolLoop): Promise<void> {
  const { body, tools, options, run, signal, complete } = loop
  const { maxChatCompletions: most = MOST, afterCompletion } = options
  const { tool_choice: choice } = body
  const only = isObject(choice) && choice['type'] === 'function' ? nameOf(choice['function']) : undefined
  for (let made = 0; made < most; made += 1) {
    const completion = await complete({ ...body, messages: [...run.messages], tools: tools.tools })
    const isDone = await runCalls(completion, loop, only)
    signal.throwIfAborted()
    await afterCompletion?.(completion, run)
    signal.throwIfAborted()
    if (isDone) return
  }
  warnOnce(
    `runTools() stopped after ${most} completions while the model still called functions; raise maxChatCompletions`,
  )
}

/** @returns whether the run is over: no function was called, or the one that `tool_choice` named has run. */
async function runCalls(completion: ChatResult, loop: ToolLoop, only: string | undefined): Promise<boolean> {
  const [choice] = completion.choices
  const calls = choice?.message.tool_calls ?? []
  if (calls.length === 0) return true
  const { provider, model } = completion._meta
  if (choice?.finish_reason === 'length') {
    throw new StreamError('the answer ended at the output limit within a tool call; raise max_completion_tokens', {
      provider,
      model,
    })
  }
  const { tools, run, toolContext, signal, add } = loop
  let isDone = false
  for (const call of calls) {
    if (!isFunctionCall(call)) continue
    signal.throwIfAborted()
    const { message, ran } = await callFunction(call, { functions: tools.functions, only, run, toolContext })
    add(message)
    // `tool_choice` would make the model call that function for ever.
    if (ran && only !== undefined) isDone = true
  }
  return isDone || !calls.some(isFunctionCall)
}

function isFunctionCall(call: ToolCall): call is ToolCall & { type: 'function' } {
  return call.type === 'function'
}

function nameOf(value: unknown): string | undefined {
  return isObject(value) && typeof value['name'] === 'string' ? value['name'] : undefined
}
