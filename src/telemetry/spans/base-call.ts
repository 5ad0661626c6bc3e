/** What a call collects while it runs, for both the call that has the span and those inside it. */
import type { HeaderView } from '../../kernel/header-view.js'
import type { Attributes, Context, Span } from '@opentelemetry/api'
import type { ChatCompletion, EmbeddingsResponse } from '../../kernel/hub.js'
import { responseHeaderAttributes } from './attributes.js'
import { boundedAttributes, type Mask } from '../content/bounded.js'
import type { AskedLater, Call, CallEnd, CallResponse, OtherAnswer } from './call-types.js'
import { guard } from '../../kernel/guard.js'
import { settings } from '../settings.js'

/** Facts that are known only while the call runs. */
export interface Facts {
  chat?: ChatCompletion
  embeddings?: EmbeddingsResponse
  other?: OtherAnswer
  /** USD, from the headers of the answer. */
  cost?: number
  /** Seconds. */
  firstChunk?: number
  attributes?: Attributes
  /** Hides secrets that ids and names in the answer may quote. */
  readonly mask?: Mask | undefined
}

export abstract class BaseCall implements Call {
  abstract readonly context: Context
  abstract readonly span: Span | undefined
  abstract readonly recording: boolean
  abstract readonly content: boolean
  abstract readonly completes: string | undefined
  abstract hideAnswer(): void
  abstract asks(asked: AskedLater): void
  abstract seen(): void
  abstract endWithInner(): boolean
  abstract end(outcome?: CallEnd): void
  ended = false
  protected readonly facts: Facts
  protected startedAt = performance.now()

  /** @param mask - The mask of the client that makes the call. */
  constructor(mask?: Mask) {
    this.facts = { mask }
  }

  chunk(at?: number): void {
    this.facts.firstChunk ??= ((at ?? performance.now()) - this.startedAt) / 1000
  }

  headers(headers: HeaderView): void {
    if (!this.recording) return
    guard('headers', readHeaders, this.facts, headers)
  }

  response(response: CallResponse): void {
    if ('chat' in response) this.facts.chat = response.chat
    else if ('embeddings' in response) this.facts.embeddings = response.embeddings
    else this.facts.other = response.other
  }

  set(attributes: Attributes): void {
    guard('attributes', addAttributes, this.facts, attributes)
  }
}

function readHeaders(facts: Facts, headers: HeaderView): void {
  const current = settings()
  addAttributes(facts, responseHeaderAttributes(headers, current))
  const cost = current.reportedCost(headers)
  if (cost !== undefined) facts.cost = cost
}

function addAttributes(facts: Facts, attributes: Attributes): void {
  Object.assign((facts.attributes ??= {}), boundedAttributes(attributes, facts.mask))
}
