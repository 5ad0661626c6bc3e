/** A call inside a call: it has no span, and passes what it reads to the outer one. */
import type { Context, Span } from '@opentelemetry/api'
import { serverOf } from './attributes.js'
import { BaseCall } from './base-call.js'
import type { CallEnd, CallStart } from './call-types.js'
import type { OuterCall } from './outer-call.js'
import { withSlot } from './call-slot.js'
import * as semconv from '../semconv.js'
import { guard } from '../../kernel/guard.js'

export class InnerCall extends BaseCall {
  readonly context: Context
  readonly span: Span
  readonly recording: boolean
  readonly content: boolean
  private readonly outer: OuterCall

  constructor(parent: Context, outer: OuterCall, start: CallStart) {
    super(start.mask)
    this.outer = outer
    outer.enter()
    this.span = outer.span
    this.recording = outer.recording
    this.content = outer.content
    const server = start.baseURL === undefined ? undefined : guard('server', () => serverOf(start.baseURL as string))
    if (server) this.set({ [semconv.SERVER_ADDRESS]: server.address, [semconv.SERVER_PORT]: server.port })
    this.context = withSlot(parent, {
      call: outer,
      span: outer.span,
      layer: start.layer,
      start,
      server: server?.address,
      injects: start.injects,
    })
  }

  /** Only the outer call has it. */
  readonly completes = undefined

  /** So did the outer call, as it began. */
  asks(): void {}

  seen(): void {
    this.outer.seen()
  }

  hideAnswer(): void {
    this.outer.hideAnswer()
  }

  /** Calls inside this one pass their facts to the outer call too. */
  endWithInner(): boolean {
    this.end()
    return true
  }

  /** Its error is not that of the outer call: the outer layer may try again. */
  end(outcome: CallEnd = {}): void {
    if (this.ended) return
    this.ended = true
    this.outer.absorb(this.facts, outcome)
  }
}
