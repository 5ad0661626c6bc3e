/** What follows from what guardrails find. */
import { GuardrailError } from '../../kernel/guardrail-error.js'
import type { Clock } from '../../kernel/clock.js'
import type { GuardrailEvent } from '../../router/events.js'
import type { CallView } from '../call/stage.js'
import type { GuardrailOutcome } from '../types/meta.js'
import type { Finding } from './check.js'
import type { Guardrail } from './guardrail.js'

export class Verdicts {
  private readonly clock: Clock
  private readonly tellHook: (event: () => GuardrailEvent) => void

  constructor(clock: Clock, tellHook: (event: () => GuardrailEvent) => void) {
    this.clock = clock
    this.tellHook = tellHook
  }

  now(): number {
    return this.clock.now()
  }

  /** @param began - When the check began, on the clock of `now()`. */
  tell(call: CallView, guardrail: Guardrail, on: 'input' | 'output', began: number, given: Given): void {
    const { verdict, category } = given
    const outcome: GuardrailOutcome = {
      guardrail: guardrail.name,
      on,
      verdict,
      ...(category !== undefined && { category }),
      ms: Math.max(0, this.clock.now() - began),
    }
    call.tellVerdict(outcome)
    this.tellHook(() => ({ model: call.model, ...outcome }))
  }

  /** The verdict on a finding that the guardrail does not rewrite. @returns the error to throw, if it is one. */
  onFinding(
    call: CallView,
    guardrail: Guardrail,
    on: 'input' | 'output',
    began: number,
    { category }: Pick<Finding, 'category'>,
  ): GuardrailError | undefined {
    const verdict = guardrail.action === 'log' ? 'log' : 'block'
    this.tell(call, guardrail, on, began, { verdict, category })
    return verdict === 'log' ? undefined : new GuardrailError({ guardrail: guardrail.name, on, category })
  }
}

interface Given {
  readonly verdict: GuardrailOutcome['verdict']
  readonly category?: string | undefined
}
