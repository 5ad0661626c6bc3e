/** The guardrails of a client, as a stage. */
import { GuardrailError } from '../../kernel/guardrail-error.js'
import type { AttemptView, CallView, Stage } from '../call/stage.js'
import { AnswerCheck } from './answer-check.js'
import { guardrailsFor, type Guardrail } from './guardrail.js'
import { RequestCheck } from './request-check.js'
import { StreamCheck } from './stream-check.js'
import type { Verdicts } from './verdicts.js'

interface Open {
  readonly outputs: readonly Guardrail[]
  readonly pending: Promise<void> | undefined
  readonly whole: AnswerCheck
}

/** Members that no guardrail needs are left out, so that calls do not pay for them. */
export function guardrailStage(guardrails: readonly Guardrail[], verdicts: Verdicts): Stage {
  const calls = new WeakMap<CallView, Open>()
  const looksAtAnswers = guardrails.some(({ onOutput, parallel }) => onOutput || parallel)

  const openOf = ({ call }: AttemptView): Open | undefined => calls.get(call)

  return {
    id: 'guardrails',
    rewrites: guardrails.some(({ onInput }) => onInput),
    async before(call) {
      const own = guardrailsFor(guardrails, call)
      if (own.length === 0) return undefined
      const outputs = own.filter(({ onOutput }) => onOutput)
      refuseUnfollowed(call, outputs)
      const check = new RequestCheck(call, verdicts)
      await check.run(own.filter(({ onInput }) => onInput))
      calls.set(call, { outputs, pending: check.pending, whole: new AnswerCheck(call, verdicts) })
      return undefined
    },
    // A check beside the call may still be under way.
    answeredBy: (call) => calls.get(call)?.pending,
    ...(looksAtAnswers && {
      async after(run, answer) {
        const open = openOf(run)
        if (!open) return answer
        await open.pending
        return open.whole.run(open.outputs, answer, !run.call.stream)
      },
      chunks(run) {
        const open = openOf(run)
        if (!open || (open.outputs.length === 0 && !open.pending)) return undefined
        const { outputs: checked, pending, whole } = open
        return new StreamCheck({ call: run.call, verdicts, guardrails: checked, pending, whole })
      },
    }),
  }
}

/** A stream of text that is passed on as it comes. @throws GuardrailError when a guardrail could not see the answer. */
function refuseUnfollowed(call: CallView, outputs: readonly Guardrail[]): void {
  const { request, body } = call
  if (request || body?.made !== 'text' || (body.request as { stream?: unknown }).stream !== true) return
  for (const { name, onError } of outputs) {
    const failure = 'streams of this operation cannot be followed'
    if (onError === 'closed') throw new GuardrailError({ guardrail: name, on: 'output', failure })
    call.warn(`the guardrail \`${name}\` does not check this answer: ${failure}`)
  }
}
