/** Combines the stages of a client into one. */
import { createChatAccumulator } from '../../kernel/accumulate.js'
import type { ChatChunk } from '../../kernel/hub.js'
import { classifyError } from '../../policies/classify-error.js'
import { countFault } from '../../kernel/guard.js'
import { warnOnce } from '../../telemetry/warn.js'
import { chunksOf } from '../streams/chunks.js'
import { refuseUnfit } from '../answers/unfit.js'
import type { Answer } from './answer.js'
import type { AttemptView, CallView, ChunkStage, EarlyAnswer, Stage, Stages } from './stage.js'

/**
 * The stages around every call of a client: the refusal of unfit answers first, then `own`.
 */
export function compileStages(own: readonly Stage[] = []): Stages {
  const stages = [refuseUnfit, ...own]
  const before = stages.filter((stage) => stage.before)
  const after = stages.filter((stage) => stage.after)
  const streaming = stages.filter((stage) => stage.after ?? stage.chunks)
  const done = stages.filter((stage) => stage.done)
  const failed = stages.filter((stage) => stage.failed)
  return {
    before: before.length > 0 ? (call) => askAll(before, call) : undefined,
    after: (run, answer) => lookAt(after, run, answer),
    chunks: (run) => chunkStage(streaming, run),
    done: done.length > 0 ? (call, settled) => tellAll(done, (stage) => stage.done?.(call, settled)) : undefined,
    failed:
      failed.length > 0 ? (call, givenUp) => tellAll(failed, (stage) => stage.failed?.(call, givenUp)) : undefined,
    changeStreams: own.some((stage) => stage.after ?? stage.chunks),
    rewrites: own.some((stage) => stage.rewrites === true),
  }
}

/** The first answer counts, if the stages before agree. */
async function askAll(stages: readonly Stage[], call: CallView): Promise<EarlyAnswer | undefined> {
  for (const [at, stage] of stages.entries()) {
    const given = await stage.before?.(call)
    if (!given) continue
    for (const earlier of stages.slice(0, at)) await earlier.answeredBy?.(call)
    const { hit, ...answer } = given
    return { answer, by: stage.id, hit }
  }
  return undefined
}

/** Returns a promise only if a stage does. */
function lookAt(stages: readonly Stage[], run: AttemptView, answer: Answer, from = 0): Answer | Promise<Answer> {
  let given = answer
  for (let at = from; at < stages.length; at += 1) {
    const next = stages[at]?.after?.(run, given) ?? given
    if (next instanceof Promise) return run.limits.race(next).then((looked) => lookAt(stages, run, looked, at + 1))
    given = next
  }
  return given
}

function chunkStage(stages: readonly Stage[], run: AttemptView): ChunkStage | undefined {
  const looking = stages.flatMap((stage) => (stage.chunks ? (stage.chunks(run) ?? []) : new HeldToEnd(stage, run)))
  return looking.length > 1 ? new InTurn(looking) : looking[0]
}

/** One after the other. */
class InTurn implements ChunkStage {
  private readonly stages: readonly ChunkStage[]

  constructor(stages: readonly ChunkStage[]) {
    this.stages = stages
  }

  async push(chunks: readonly ChatChunk[], from = 0): Promise<readonly ChatChunk[]> {
    let given = chunks
    for (let at = from; at < this.stages.length && given.length > 0; at += 1) {
      const next = this.stages[at]?.push(given) ?? given
      given = next instanceof Promise ? await next : next
    }
    return given
  }

  async end(): Promise<readonly ChatChunk[]> {
    const all: ChatChunk[] = []
    for (const [at, stage] of this.stages.entries()) all.push(...(await this.push(await stage.end(), at + 1)))
    return all
  }
}

/** For a stage that checks only whole answers: a stream must not bypass it. */
class HeldToEnd implements ChunkStage {
  private readonly stage: Stage
  private readonly run: AttemptView
  private readonly accumulator = createChatAccumulator()

  constructor(stage: Stage, run: AttemptView) {
    this.stage = stage
    this.run = run
  }

  push(chunks: readonly ChatChunk[]): readonly ChatChunk[] {
    for (const chunk of chunks) this.accumulator.push(chunk)
    return []
  }

  async end(): Promise<readonly ChatChunk[]> {
    const answer: Answer = { chat: this.accumulator.result() }
    const given = (await this.stage.after?.(this.run, answer)) ?? answer
    return 'chat' in given ? chunksOf(given.chat) : []
  }
}

function tellAll(stages: readonly Stage[], tell: (stage: Stage) => void): void {
  for (const stage of stages) {
    try {
      tell(stage)
    } catch {
      countFault(`stages.${stage.id}`)
      // The thrown value is not shown: it may contain the answer.
      warnOnce(`the stage \`${stage.id}\` of a client failed after a call; calls go on without it. Reported once.`)
    }
  }
}

/** Refuses an answer: it still counts what it cost, and a warning says so when a stage refused it. */
export function refuse(run: AttemptView, answer: Answer, error: unknown): void {
  run.discardAnswer(answer)
  if (run.limits.aborted) return
  run.call.warn(`an answer of ${run.target.id} was not taken (${classifyError(error)}), and is paid for too`)
}
