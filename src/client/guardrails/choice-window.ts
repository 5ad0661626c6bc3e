/** One choice of a stream, whose texts are held back as far as the guardrails need. */
import type { ChatChunk } from '../../kernel/hub.js'
import { isEmptyObject } from '../../kernel/json.js'
import { TextWindow } from '../../policies/guardrails/text-window.js'
import type { Guardrail } from './guardrail.js'
import { rewritten } from './texts.js'

type Choice = ChatChunk['choices'][number]
type Delta = Choice['delta']
type Found = (guardrail: Guardrail, category: string) => void

/** Fields of a delta that are pieces of a text. */
const TEXTS = ['reasoning_content', 'content', 'refusal'] as const
type TextField = (typeof TEXTS)[number]

interface Ahead {
  /** What was held back, to be given before. */
  readonly first: Choice | undefined
  /** What of the choice may be given now. */
  readonly next: Choice | undefined
}

export class ChoiceWindow {
  private readonly index: number
  private readonly guardrails: readonly Guardrail[]
  private readonly found: Found
  /** The text that is being written. */
  private open: { readonly field: TextField; readonly chain: Chain } | undefined
  /** Arguments of calls of tools. They are checked as a whole, so that they stay JSON. */
  private readonly calls = new Map<number, string>()
  private functionArguments: string | undefined

  constructor(index: number, guardrails: readonly Guardrail[], found: Found) {
    this.index = index
    this.guardrails = guardrails
    this.found = found
  }

  push(choice: Choice): Ahead {
    const { delta, finish_reason: finish } = choice
    const { logprobs: _logprobs, ...rest } = choice
    const next: Delta = { ...delta }
    const first: Delta = {}
    for (const field of TEXTS) {
      const piece = delta[field]
      if (typeof piece !== 'string' || piece === '') continue
      if (this.open && this.open.field !== field) this.closeText(first)
      this.open ??= { field, chain: new Chain(this.guardrails, this.found) }
      const text = this.open.chain.push(piece)
      if (text === '') delete next[field]
      else next[field] = text
    }
    if (delta.tool_calls) {
      this.closeText(first)
      next.tool_calls = delta.tool_calls.map((call) => this.withoutArguments(call))
    }
    if (delta.function_call?.arguments !== undefined) {
      this.closeText(first)
      this.functionArguments = (this.functionArguments ?? '') + delta.function_call.arguments
      next.function_call = { ...delta.function_call, arguments: '' }
    }
    for (const field of ['blocks', 'thinking_blocks'] as const)
      if (delta[field]) Object.assign(next, { [field]: rewritten(delta[field], this.whole) })
    // It comes with its text, or is left out with it.
    if (finish) this.closeAll(first)
    const isNothing = !finish && isEmptyObject(next) && !isEmptyObject(delta)
    return {
      first: isEmptyObject(first) ? undefined : this.choiceOf(first),
      next: isNothing ? undefined : { ...rest, delta: next },
    }
  }

  /** No more comes. */
  end(): Choice | undefined {
    const last: Delta = {}
    this.closeAll(last)
    return isEmptyObject(last) ? undefined : this.choiceOf(last)
  }

  private choiceOf(delta: Delta): Choice {
    return { index: this.index, delta, finish_reason: null }
  }

  private closeText(into: Delta): void {
    if (!this.open) return
    const { field, chain } = this.open
    this.open = undefined
    const text = chain.end()
    if (text !== '') into[field] = (into[field] ?? '') + text
  }

  private closeAll(into: Delta): void {
    this.closeText(into)
    if (this.calls.size > 0) {
      into.tool_calls = [...this.calls].map(([index, given]) => ({
        index,
        function: { arguments: this.json(given) },
      })) as NonNullable<Delta['tool_calls']>
      this.calls.clear()
    }
    if (this.functionArguments === undefined) return
    into.function_call = { arguments: this.json(this.functionArguments) } as NonNullable<Delta['function_call']>
    this.functionArguments = undefined
  }

  private withoutArguments(call: NonNullable<Delta['tool_calls']>[number]): NonNullable<Delta['tool_calls']>[number] {
    const given = call.function?.arguments
    if (given === undefined || given === '') return call
    this.calls.set(call.index, (this.calls.get(call.index) ?? '') + given)
    return { ...call, function: { ...call.function, arguments: '' } } as typeof call
  }

  private json(given: string): string {
    return rewritten({ arguments: given }, this.whole).arguments
  }

  /** For a text that comes as a whole. */
  private readonly whole = (text: string): string => {
    const chain = new Chain(this.guardrails, this.found)
    return chain.push(text) + chain.end()
  }
}

/** One window after the other: each guardrail reads what the one before has left. */
class Chain {
  private readonly found: Found
  private readonly links: readonly { readonly guardrail: Guardrail; readonly window: TextWindow }[]

  constructor(guardrails: readonly Guardrail[], found: Found) {
    this.found = found
    this.links = guardrails.flatMap((guardrail) => {
      const { check, action } = guardrail
      return check.kind === 'find' ? [{ guardrail, window: new TextWindow(check.finder, action === 'mask') }] : []
    })
  }

  push(piece: string): string {
    return this.links.reduce((text, { guardrail, window }) => {
      const step = window.push(text)
      this.tell(guardrail, step.found)
      return step.text
    }, piece)
  }

  end(): string {
    return this.links.reduce((text, { guardrail, window }) => {
      const pushed = window.push(text)
      const last = window.end()
      this.tell(guardrail, [...pushed.found, ...last.found])
      return pushed.text + last.text
    }, '')
  }

  private tell(guardrail: Guardrail, found: readonly { readonly category: string }[]): void {
    const [first] = found
    if (first) this.found(guardrail, first.category)
  }
}
