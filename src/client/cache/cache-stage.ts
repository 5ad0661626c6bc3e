/** The cache, as a stage: answers calls that were answered before, and keeps what providers answer. */
import type { CacheStore } from '../../kernel/cache-store.js'
import type { Clock } from '../../kernel/clock.js'
import { countFault } from '../../kernel/guard.js'
import { cacheControl, isWhole, type CacheControl, type CacheDefaults } from '../../policies/cache.js'
import type { CacheEvent } from '../../router/events.js'
import { warnOnce } from '../../telemetry/warn.js'
import type { Answer } from '../call/answer.js'
import type { CallView, GivenAnswer, Settled, Stage } from '../call/stage.js'
import type { CacheHit } from '../types/meta.js'
import { askedOf, exactKey } from './cache-key.js'
import type { Turn } from './flights.js'
import { keptText, originOf, readKept } from './kept-answer.js'
import type { KeptVectors, VectorCall } from './kept-vectors.js'
import type { SemanticCache, Question } from './semantic-cache.js'

export interface CacheParts {
  readonly defaults: CacheDefaults
  readonly store: CacheStore
  readonly clock: Clock
  readonly vectors: KeptVectors
  readonly semantic?: SemanticCache | undefined
  /** Absent when identical calls do not wait for each other. */
  readonly flights?: Flying | undefined
  readonly tell: (event: () => CacheEvent) => void
}

/** Flights of this process, or of all that share a store. */
interface Flying {
  join(key: string, call: CallView): Turn | Promise<Turn>
  /** @param written - The answer is in the cache. */
  land(call: CallView, value: string, written?: Promise<unknown>): void
  miss(call: CallView, failed: boolean): void
}

/** A call that was not answered yet. */
interface OpenCall {
  readonly key: string
  readonly control: CacheControl
  /** For the semantic cache, once its text has a vector. */
  question?: Question | undefined
  /** For vectors, which are kept one by one. */
  readonly vectors: VectorCall | undefined
}

export class CacheStage implements Stage {
  readonly id = 'cache'
  private readonly parts: CacheParts
  private readonly open = new WeakMap<CallView, OpenCall>()
  /** Values that the store may not have yet. */
  private readonly writing = new Map<string, string>()

  constructor(parts: CacheParts) {
    this.parts = parts
  }

  async before(call: CallView): Promise<GivenAnswer | undefined> {
    const control = cacheControl(this.parts.defaults, call.options.cache)
    const asked = control && askedOf(call)
    if (!control || !asked) return undefined
    try {
      const vectors = this.parts.vectors.read(call, control, asked)
      const open: OpenCall = { key: exactKey(call, control, asked), control, vectors }
      this.open.set(call, open)
      const given = control.refresh ? undefined : await this.find(call, open, asked)
      if (!given) this.tell(call, undefined)
      return given
    } catch {
      countFault('cache')
      // What was thrown is not shown: it may contain a prompt.
      warnOnce('the cache of a client failed; calls go on without it. Reported once.')
      return undefined
    }
  }

  done(call: CallView, { answer, meta, partial }: Settled): void {
    const { flights, clock, semantic, vectors } = this.parts
    const open = this.open.get(call)
    if (!open) return
    this.open.delete(call)
    if (meta.cache) this.tell(call, meta.cache)
    const { key, control } = open
    const isKept = !partial && isWorthKeeping(answer)
    const value = isKept ? keptText(answer, originOf(meta, clock.date())) : undefined
    if (value === undefined) {
      flights?.miss(call, !partial)
      return
    }
    let written: Promise<unknown> | undefined
    if (control.store && !meta.cache) {
      if (open.vectors) vectors.keep(open.vectors, answer, meta, control.ttl)
      else written = this.write(key, value, control.ttl)
      if (open.question) semantic?.keep(open.question, key, control.ttl)
    }
    flights?.land(call, value, written)
  }

  failed(call: CallView, givenUp: boolean): void {
    if (this.open.delete(call)) this.parts.flights?.miss(call, !givenUp)
  }

  private async find(call: CallView, open: OpenCall, asked: object): Promise<GivenAnswer | undefined> {
    const { flights, semantic, vectors } = this.parts
    const { key, control } = open
    const kept = open.vectors
      ? await vectors.find(call, open.vectors, control)
      : await this.look(call, key, control, 'exact')
    if (kept) return kept
    if (flights && control.store) {
      const turn: Turn = await flights.join(key, call)
      if (turn !== 'lead') return this.given(call, key, turn.value, control, 'joined')
    }
    if (!semantic || !control.semantic) return undefined
    open.question = await semantic.ask(call, control, asked)
    const near = open.question && (await semantic.find(open.question))
    return near && this.look(call, near.key, control, 'semantic', near.similarity)
  }

  private async look(
    call: CallView,
    key: string,
    control: CacheControl,
    kind: CacheHit,
    similarity?: number,
  ): Promise<GivenAnswer | undefined> {
    const value = this.writing.get(key) ?? (await this.parts.store.get([key]))[0]
    return value === undefined ? undefined : this.given(call, key, value, control, kind, similarity)
  }

  private given(
    call: CallView,
    key: string,
    value: string,
    control: CacheControl,
    kind: CacheHit,
    similarity?: number,
  ): GivenAnswer | undefined {
    const kept = readKept(value, call.body)
    if (!kept) return undefined
    const { at, ...origin } = kept.origin
    const ageMs = Math.max(0, this.parts.clock.date() - at)
    if (ageMs > control.maxAge) return undefined
    return { ...kept.answer, hit: { kind, key, ageMs, ...origin, ...(similarity !== undefined && { similarity }) } }
  }

  private write(key: string, value: string, ttlMs: number): Promise<unknown> | undefined {
    const written = this.parts.store.set([{ key, value, ttlMs }])
    if (!(written instanceof Promise)) return undefined
    this.writing.set(key, value)
    return written.finally(() => {
      if (this.writing.get(key) === value) this.writing.delete(key)
    })
  }

  private tell({ model }: CallView, stored: Settled['meta']['cache'] | undefined): void {
    this.parts.tell(() => ({
      model,
      outcome: stored?.hit ?? 'miss',
      ageMs: stored?.ageMs,
      similarity: stored?.similarity,
      savedUsd: stored ? stored.savedUsd : 0,
    }))
  }
}

function isWorthKeeping(answer: Answer): boolean {
  if ('chat' in answer) return isWhole(answer.chat)
  return 'embeddings' in answer || answer.body !== undefined
}
