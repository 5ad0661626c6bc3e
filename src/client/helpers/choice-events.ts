/** Turns the chunks of a stream into events, choice by choice: text, refusals, arguments of functions, and their ends. */
import type { ChatChunk, ChunkChoice, Logprobs, ToolCallDelta } from '../../kernel/hub.js'
import { parseJson } from '../../kernel/json.js'
import type { EventArguments } from './run-events.js'
import type { ChatStreamEvents } from './stream-events.js'
import type { ChatResult } from '../types/chat.js'

type LogprobList = NonNullable<Logprobs['content']>

interface Call {
  name: string
  arguments: string
  isFunction: boolean
}

interface State {
  content: string
  refusal: string
  readonly calls: Map<number, Call>
  readonly contentLogprobs: LogprobList
  readonly refusalLogprobs: LogprobList
}

export type EmitStreamEvent = <Name extends keyof ChatStreamEvents>(
  event: Name,
  ...args: EventArguments<ChatStreamEvents, Name>
) => void

export class ChoiceEvents {
  private readonly emit: EmitStreamEvent
  private readonly states = new Map<number, State>()

  constructor(emit: EmitStreamEvent) {
    this.emit = emit
  }

  read({ choices }: ChatChunk): void {
    for (const choice of choices) this.readChoice(choice)
  }

  /** The stream is over, and its answer whole: what is done is as the answer has it. */
  end({ choices }: ChatResult): void {
    for (const [index, state] of this.states) {
      const message = choices.find((choice) => choice.index === index)?.message
      const { parsed: content } = (message ?? {}) as { parsed?: unknown }
      if (state.content !== '')
        this.emit('content.done', { content: message?.content ?? state.content, parsed: content ?? null })
      if (state.refusal !== '') this.emit('refusal.done', { refusal: state.refusal })
      const made = message?.tool_calls ?? []
      const calls = [...state.calls].sort(([one], [other]) => one - other)
      for (const [place, [at, { name, isFunction, ...call }]] of calls.entries()) {
        if (!isFunction) continue
        const whole = made[place]
        const text = whole?.type === 'function' ? whole.function.arguments : call.arguments
        const parsed = parseJson(text) ?? null
        this.emit('tool_calls.function.arguments.done', { name, index: at, arguments: text, parsed_arguments: parsed })
      }
      if (state.contentLogprobs.length > 0) this.emit('logprobs.content.done', { content: state.contentLogprobs })
      if (state.refusalLogprobs.length > 0) this.emit('logprobs.refusal.done', { refusal: state.refusalLogprobs })
    }
  }

  private readChoice({ index, delta, logprobs }: ChunkChoice): void {
    const state = this.stateOf(index)
    const { content, refusal } = delta
    if (content) {
      state.content += content
      if (index === 0) this.emit('content', content, state.content)
      this.emit('content.delta', { delta: content, snapshot: state.content, parsed: null })
    }
    if (refusal) {
      state.refusal += refusal
      this.emit('refusal.delta', { delta: refusal, snapshot: state.refusal })
    }
    for (const call of delta.tool_calls ?? []) this.readCall(state, call)
    if (logprobs?.content?.length) {
      state.contentLogprobs.push(...logprobs.content)
      this.emit('logprobs.content.delta', { content: logprobs.content, snapshot: state.contentLogprobs })
    }
    if (logprobs?.refusal?.length) {
      state.refusalLogprobs.push(...logprobs.refusal)
      this.emit('logprobs.refusal.delta', { refusal: logprobs.refusal, snapshot: state.refusalLogprobs })
    }
  }

  private readCall({ calls }: State, delta: ToolCallDelta): void {
    const { index } = delta
    let call = calls.get(index)
    if (!call) calls.set(index, (call = { name: '', arguments: '', isFunction: true }))
    if (delta.custom || delta.type === 'custom') call.isFunction = false
    if (delta.function?.name) call.name = delta.function.name
    const piece = delta.function?.arguments
    if (!piece || !call.isFunction) return
    call.arguments += piece
    this.emit('tool_calls.function.arguments.delta', {
      name: call.name,
      index,
      arguments: call.arguments,
      arguments_delta: piece,
    })
  }

  private stateOf(index: number): State {
    let state = this.states.get(index)
    if (!state) {
      state = { content: '', refusal: '', calls: new Map(), contentLogprobs: [], refusalLogprobs: [] }
      this.states.set(index, state)
    }
    return state
  }
}
