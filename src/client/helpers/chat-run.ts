/** A conversation of one or more chat completions. */
import type { Message } from '../../kernel/hub.js'
import type { ChatBody, ChatResult } from '../types/chat.js'
import type { CallOptions } from '../types/options.js'
import { addUsage, type UsageSum } from './usage-sum.js'
import { EventedRun, type RunEvents } from './run-events.js'

/** A function that a model calls: its name, and its arguments as JSON. */
export interface CalledFunction {
  name: string
  arguments: string
}

/** Events of `runTools()` and `stream()`, with the arguments of their listeners. */
export interface ChatRunEvents extends RunEvents {
  /** A message was added to the conversation: an answer of the model, or the result of a tool. */
  message: (message: Message) => void
  /** A completion is whole. */
  chatCompletion: (completion: ChatResult) => void
  /** A message of the model calls a function. */
  functionToolCall: (call: CalledFunction) => void
  /** A function has answered. */
  functionToolCallResult: (content: string) => void
  /** The text of the last message. Not emitted when there is none. */
  finalContent: (content: string) => void
  /** The last message of the model. */
  finalMessage: (message: Message) => void
  /** The last completion. */
  finalChatCompletion: (completion: ChatResult) => void
  /** The last function that the model called, if it called any. */
  finalFunctionToolCall: (call: CalledFunction) => void
  /** The result of the last function, if one ran. */
  finalFunctionToolCallResult: (content: string) => void
  /** Tokens of all completions together. Not emitted when no answer has usage. */
  totalUsage: (usage: UsageSum) => void
}

/** Makes one call of the client. */
export type Create = (body: ChatBody, options: CallOptions) => Promise<ChatResult>

/** What `chat.completions.runTools()` returns without `stream: true`. */
export class ChatCompletionRunner<Events extends ChatRunEvents = ChatRunEvents> extends EventedRun<Events> {
  /** The conversation: the messages of the call, and those added since. A tool may add to it. */
  readonly messages: Message[] = []
  readonly #completions: ChatResult[] = []

  /** Completions so far, in their order. Each has its own `_meta`. */
  allChatCompletions(): ChatResult[] {
    return [...this.#completions]
  }

  /** @throws the run's error, or its abort reason. */
  async finalChatCompletion(): Promise<ChatResult> {
    await this.done()
    const last = this.#completions.at(-1)
    if (!last) throw new Error('the run ended without a completion')
    return last
  }

  /** The last message of the model. @throws the run's error, or its abort reason. */
  async finalMessage(): Promise<ChatResult['choices'][number]['message']> {
    const message = (await this.finalChatCompletion()).choices[0]?.message
    if (!message) throw new Error('the last completion has no choice')
    return message
  }

  /** The text of the last message; `null` when it has none. @throws the run's error, or its abort reason. */
  async finalContent(): Promise<string | null> {
    return (await this.finalMessage()).content
  }

  /** The last function that the model called; `undefined` when it called none. @throws the run's error. */
  async finalFunctionToolCall(): Promise<CalledFunction | undefined> {
    await this.done()
    return this.#lastCall()
  }

  /** The result of the last function; `undefined` when none ran. @throws the run's error. */
  async finalFunctionToolCallResult(): Promise<string | undefined> {
    await this.done()
    return this.#lastResult()
  }

  /** Tokens of all completions together. @throws the run's error. */
  async totalUsage(): Promise<UsageSum> {
    await this.done()
    return addUsage(this.#completions)
  }

  /** What the conversation begins with, without events. */
  protected begin(messages: readonly Message[]): void {
    this.messages.push(...messages)
  }

  protected addCompletion(completion: ChatResult): void {
    this.#completions.push(completion)
    this.#tell('chatCompletion', completion)
    const message = completion.choices[0]?.message
    if (message) this.addMessage(message as Message)
  }

  protected addMessage(message: Message): void {
    this.messages.push(message)
    this.#tell('message', message)
    if (message.role === 'tool') {
      if (typeof message.content === 'string' && message.content !== '')
        this.#tell('functionToolCallResult', message.content)
    } else for (const call of calledIn(message)) this.#tell('functionToolCall', call)
  }

  protected override emitLast(): void {
    const completion = this.#completions.at(-1)
    const message = completion?.choices[0]?.message
    if (completion) this.#tell('finalChatCompletion', completion)
    if (message) this.#tell('finalMessage', message as Message)
    if (message?.content) this.#tell('finalContent', message.content)
    const call = this.#lastCall()
    if (call) this.#tell('finalFunctionToolCall', call)
    const result = this.#lastResult()
    if (result !== undefined) this.#tell('finalFunctionToolCallResult', result)
    if (this.#completions.some(({ usage }) => usage)) this.#tell('totalUsage', addUsage(this.#completions))
  }

  /** `Events` may have more events; those of every run have the arguments that they have here. */
  #tell<Name extends keyof ChatRunEvents>(event: Name, ...args: Parameters<ChatRunEvents[Name]>): void {
    const emit = this.emit.bind(this) as unknown as (event: Name, ...args: Parameters<ChatRunEvents[Name]>) => void
    emit(event, ...args)
  }

  #lastCall(): CalledFunction | undefined {
    for (const message of this.messages.toReversed()) {
      const call = calledIn(message).at(-1)
      if (call) return call
    }
    return undefined
  }

  #lastResult(): string | undefined {
    for (const message of this.messages.toReversed())
      if (message.role === 'tool' && typeof message.content === 'string') return message.content
    return undefined
  }
}

function calledIn(message: Message): readonly CalledFunction[] {
  if (message.role !== 'assistant') return []
  return (message.tool_calls ?? []).flatMap((call) => (call.type === 'function' ? [call.function] : []))
}
