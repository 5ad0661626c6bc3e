/** The guardrails of a request: those that may change it, in turn, and those that run beside the call. */
import type { ChatRequest } from '../../kernel/hub.js'
import { masked, type Finder } from '../../policies/guardrails/finder.js'
import type { HubRequest } from '../call/answer.js'
import type { CallView } from '../call/stage.js'
import { ask } from './ask.js'
import type { Asked } from './check.js'
import type { Guardrail } from './guardrail.js'
import { rewrittenRequest, textsIn, textsInRequest } from './texts.js'
import type { Verdicts } from './verdicts.js'

export class RequestCheck {
  private readonly call: CallView
  private readonly verdicts: Verdicts
  /** Of those that run beside the call; `undefined` when there are none. */
  pending: Promise<void> | undefined

  constructor(call: CallView, verdicts: Verdicts) {
    this.call = call
    this.verdicts = verdicts
  }

  /** @throws GuardrailError. */
  async run(guardrails: readonly Guardrail[]): Promise<void> {
    for (const guardrail of guardrails) {
      if (guardrail.check.kind === 'find') this.find(guardrail, guardrail.check.finder)
      else if (!guardrail.parallel) await this.ask(guardrail)
    }
    // They look at the request as it is sent.
    const beside = guardrails.filter(({ parallel, check }) => parallel && check.kind === 'ask')
    if (beside.length === 0) return
    this.pending = Promise.all(beside.map((guardrail) => this.ask(guardrail))).then(() => undefined)
    this.pending.catch((error: unknown) => this.call.limits.abort(error))
  }

  private find(guardrail: Guardrail, finder: Finder): void {
    const { call, verdicts } = this
    const began = verdicts.now()
    let category: string | undefined
    const hides = guardrail.action === 'mask'
    const rewrite = (text: string): string => {
      const found = finder.find(text)
      category ??= found[0]?.category
      return hides && found.length > 0 ? masked(text, found) : text
    }
    const { request, body } = call
    const next = request && rewrittenHub(request, rewrite)
    const own = body && rewrittenRequest(body.request, rewrite)
    if (category === undefined) return verdicts.tell(call, guardrail, 'input', began, { verdict: 'allow' })
    if (!hides) {
      const error = verdicts.onFinding(call, guardrail, 'input', began, { category })
      if (error) throw error
      return
    }
    call.replaceRequest(next, body && own && { ...body, request: own })
    verdicts.tell(call, guardrail, 'input', began, { verdict: 'mask', category })
  }

  private async ask(guardrail: Guardrail): Promise<void> {
    const { call, verdicts } = this
    const { check } = guardrail
    if (check.kind !== 'ask') return
    const began = verdicts.now()
    const texts = textsOf(call)
    const outcome = await ask(guardrail, check, call, askedOf(call, texts))
    if ('failure' in outcome) return verdicts.tell(call, guardrail, 'input', began, { verdict: 'failed' })
    const { finding } = outcome
    if (!finding) return verdicts.tell(call, guardrail, 'input', began, { verdict: 'allow' })
    const { category, texts: next } = finding
    if (guardrail.action === 'mask' && next?.length === texts.length) {
      this.replaceTexts(texts, next)
      return verdicts.tell(call, guardrail, 'input', began, { verdict: 'mask', category })
    }
    // What cannot be masked must not pass.
    const error = verdicts.onFinding(call, guardrail, 'input', began, { category })
    if (error) throw error
  }

  private replaceTexts(texts: readonly string[], next: readonly string[]): void {
    const { call } = this
    const by = new Map(texts.map((text, at) => [text, next[at] ?? text]))
    const rewrite = (text: string): string => by.get(text) ?? text
    const { request, body } = call
    const own = body && { ...body, request: rewrittenRequest(body.request, rewrite) }
    call.replaceRequest(request && rewrittenHub(request, rewrite), own)
  }
}

function rewrittenHub(request: HubRequest, rewrite: (text: string) => string): HubRequest {
  if ('chat' in request) return { chat: rewrittenRequest(request.chat, rewrite) }
  return { ...request, embeddings: rewrittenRequest(request.embeddings, rewrite) }
}

function textsOf({ request, body }: CallView): readonly string[] {
  if (request) return textsInRequest('chat' in request ? request.chat : request.embeddings)
  return body ? textsInRequest(body.request) : []
}

function askedOf(call: CallView, texts: readonly string[]): Omit<Asked, 'signal'> {
  const { request, model, operation, metadata, inputTokens } = call
  const chat = request && 'chat' in request ? request.chat : undefined
  const text = chat ? newest(chat) : texts.join('\n\n')
  return { on: 'input', text, texts, model, operation, metadata, request: chat, answer: undefined, inputTokens }
}

/** What came since the model spoke last: what was before has been checked with the call before. */
function newest({ messages }: ChatRequest): string {
  const spoken = messages.findLastIndex(({ role }) => role === 'assistant')
  const said = messages.slice(spoken + 1).filter(({ role }) => role !== 'system' && role !== 'developer')
  return textsIn(said).join('\n\n')
}
