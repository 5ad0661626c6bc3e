/**
 * The guardrails of a stream. Those that find places follow it, some characters behind; those that need all of the answer
 * hold it back to its end.
 */
import { createChatAccumulator } from '../../kernel/accumulate.js'
import type { ChatChunk } from '../../kernel/hub.js'
import type { CallView, ChunkStage } from '../call/stage.js'
import { chunksOf } from '../streams/chunks.js'
import type { AnswerCheck } from './answer-check.js'
import type { Guardrail } from './guardrail.js'
import { ChoiceWindow } from './choice-window.js'
import type { Verdicts } from './verdicts.js'

export interface StreamCheckParts {
  readonly call: CallView
  readonly verdicts: Verdicts
  readonly guardrails: readonly Guardrail[]
  /** Guardrails that run beside the call. */
  readonly pending: Promise<void> | undefined
  readonly whole: AnswerCheck
}

export class StreamCheck implements ChunkStage {
  private readonly parts: StreamCheckParts
  private readonly following: readonly Guardrail[]
  private readonly asking: readonly Guardrail[]
  private readonly choices = new Map<number, ChoiceWindow>()
  private readonly held: ChatChunk[] = []
  private readonly told = new Set<Guardrail>()
  private readonly began: number
  private pending: Promise<void> | undefined
  private latest: ChatChunk | undefined

  constructor(parts: StreamCheckParts) {
    this.parts = parts
    this.pending = parts.pending
    this.began = parts.verdicts.now()
    this.following = parts.guardrails.filter(({ check }) => check.kind === 'find')
    this.asking = parts.guardrails.filter(({ check }) => check.kind === 'ask')
  }

  push(chunks: readonly ChatChunk[]): readonly ChatChunk[] | Promise<readonly ChatChunk[]> {
    if (!this.pending) return this.given(this.follow(chunks))
    return this.pending.then(() => {
      this.pending = undefined
      return this.given(this.follow(chunks))
    })
  }

  async end(): Promise<readonly ChatChunk[]> {
    await this.pending
    const { call, verdicts, whole } = this.parts
    const last = this.given(this.rest())
    for (const guardrail of this.following)
      if (!this.told.has(guardrail)) verdicts.tell(call, guardrail, 'output', this.began, { verdict: 'allow' })
    if (this.asking.length === 0) return last
    const accumulator = createChatAccumulator()
    for (const chunk of this.held) accumulator.push(chunk)
    const came = { chat: accumulator.result() }
    const looked = await whole.run(this.asking, came, false)
    return looked === came || !('chat' in looked) ? this.held : chunksOf(looked.chat)
  }

  /** What a caller gets now: nothing, if a guardrail needs all of it. */
  private given(chunks: readonly ChatChunk[]): readonly ChatChunk[] {
    if (this.asking.length === 0) return chunks
    this.held.push(...chunks)
    return []
  }

  private follow(chunks: readonly ChatChunk[]): readonly ChatChunk[] {
    return this.following.length === 0 ? chunks : chunks.flatMap((chunk) => this.followOne(chunk))
  }

  private followOne(chunk: ChatChunk): readonly ChatChunk[] {
    this.latest = chunk
    if (chunk.choices.length === 0) return [chunk]
    const before: ChatChunk[] = []
    const choices = chunk.choices.flatMap((choice) => {
      const { first, next } = this.choiceAt(choice.index).push(choice)
      if (first) before.push(bare(chunk, [first]))
      return next ? [next] : []
    })
    if (choices.length > 0 || chunk.usage) before.push({ ...chunk, choices })
    return before
  }

  /** What was held back of choices that did not say that they are done. */
  private rest(): readonly ChatChunk[] {
    const { latest } = this
    if (!latest) return []
    return [...this.choices.values()].flatMap((choice) => {
      const last = choice.end()
      return last ? [bare(latest, [last])] : []
    })
  }

  private choiceAt(index: number): ChoiceWindow {
    const known = this.choices.get(index)
    if (known) return known
    const choice = new ChoiceWindow(index, this.following, this.found)
    this.choices.set(index, choice)
    return choice
  }

  /** Only the first finding of a stream is told. @throws GuardrailError. */
  private readonly found = (guardrail: Guardrail, category: string): void => {
    if (this.told.has(guardrail)) return
    this.told.add(guardrail)
    const { call, verdicts } = this.parts
    if (guardrail.action === 'mask')
      return verdicts.tell(call, guardrail, 'output', this.began, { verdict: 'mask', category })
    const error = verdicts.onFinding(call, guardrail, 'output', this.began, { category })
    if (error) throw error
  }
}

/** A chunk with the head of another. */
function bare({ usage: _usage, ...head }: ChatChunk, choices: ChatChunk['choices']): ChatChunk {
  return { ...head, choices }
}
