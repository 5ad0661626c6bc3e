import { TracestitchError } from './errors.js'

/** What a guardrail found, for its error. */
export interface GuardrailFacts {
  /** Name of the guardrail. */
  readonly guardrail: string
  /** What it looked at: the request or the answer. */
  readonly on: 'input' | 'output'
  /** What it found, such as `email`. Never the text. */
  readonly category?: string | undefined
  /** Set when the check did not come to a verdict: why. */
  readonly failure?: string | undefined
}

/** A guardrail blocked the request or the answer, or could not check it and is closed on errors. */
export class GuardrailError extends TracestitchError {
  override name = 'GuardrailError'
  /** Name of the guardrail. */
  readonly guardrail: string
  /** `input`: no request was sent. `output`: the answer was made, and is paid for. */
  readonly on: 'input' | 'output'
  /** What it found, such as `email`. */
  readonly category: string | undefined

  constructor({ guardrail, on, category, failure }: GuardrailFacts) {
    const what = on === 'input' ? 'request' : 'answer'
    super(
      failure === undefined
        ? `the guardrail \`${guardrail}\` blocked the ${what}${category === undefined ? '' : ` (${category})`}`
        : `the guardrail \`${guardrail}\` could not check the ${what}: ${failure}; with \`onError: 'open'\` it would pass`,
      { code: failure === undefined ? 'guardrail_blocked' : 'guardrail_failed', isRetryable: failure !== undefined },
    )
    this.guardrail = guardrail
    this.on = on
    this.category = category
  }
}
