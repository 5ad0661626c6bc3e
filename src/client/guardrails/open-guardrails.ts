/** Makes the guardrails of a client from its options. */
import type { GuardrailOptions } from '../../router/guardrail-options.js'
import type { Stage } from '../call/stage.js'
import type { ClientContext } from '../context.js'
import type { StageSources } from '../open-context.js'
import { compileGuardrails } from './guardrail.js'
import { guardrailStage } from './guardrail-stage.js'
import { Verdicts } from './verdicts.js'

/**
 * @param options - Checked.
 * @param inner - The client without guardrails, which checks ask. It is there with the first call.
 */
export function openGuardrails(
  options: readonly GuardrailOptions[],
  { clock, hooks }: StageSources,
  inner: () => ClientContext,
): Stage {
  const verdicts = new Verdicts(clock, (event) => hooks.tell('onGuardrail', event))
  return guardrailStage(compileGuardrails(options, inner), verdicts)
}
