/** Asks a guardrail: within its time, with a span if it asks somebody, and with a verdict whatever happens. */
import { context } from '@opentelemetry/api'
import { GuardrailError } from '../../kernel/guardrail-error.js'
import { startStep } from '../../telemetry/spans/step.js'
import { errorTypeOf } from '../../telemetry/spans/error-type.js'
import * as semconv from '../../telemetry/semconv.js'
import type { CallView } from '../call/stage.js'
import type { Asked, Check, Finding } from './check.js'
import type { Guardrail } from './guardrail.js'

type Asking = Extract<Check, { kind: 'ask' }>

/** What was found, or why there is no verdict although calls pass then. */
export type Outcome = { readonly finding: Finding | undefined } | { readonly failure: string }

/** @throws GuardrailError when there is no verdict and the guardrail is closed, and the reason of the call's abort. */
export async function ask(
  guardrail: Guardrail,
  check: Asking,
  call: CallView,
  asked: Omit<Asked, 'signal'>,
): Promise<Outcome> {
  try {
    return {
      finding: await (check.io ? inTime(guardrail, check, call, asked) : check.ask({ ...asked, signal: NEVER })),
    }
  } catch (error) {
    call.limits.throwIfAborted()
    // The message is not shown: it may quote the text.
    const failure = error instanceof OutOfTime ? `no verdict within ${guardrail.timeout} ms` : errorTypeOf(error)
    if (guardrail.onError === 'closed') throw new GuardrailError({ guardrail: guardrail.name, on: asked.on, failure })
    call.warn(`the guardrail \`${guardrail.name}\` could not check (${failure}), and lets calls pass then`)
    return { failure }
  }
}

class OutOfTime extends Error {}

const NEVER = new AbortController().signal

async function inTime(
  { name, timeout }: Guardrail,
  check: Asking,
  call: CallView,
  asked: Omit<Asked, 'signal'>,
): Promise<Finding | undefined> {
  const attributes = { [semconv.GUARDRAIL_NAME]: name, [semconv.GUARDRAIL_ON]: asked.on }
  const step = startStep('chain', `guardrail ${name}`, { parent: call.context, attributes })
  const controller = new AbortController()
  const stop = call.limits.onAbort(() => controller.abort(call.limits.reason))
  let timer: NodeJS.Timeout | undefined
  try {
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new OutOfTime())
        controller.abort()
      }, timeout)
    })
    const asking = context.with(step.context, async () => check.ask({ ...asked, signal: controller.signal }))
    const finding = await call.limits.race(Promise.race([asking, late]))
    step.set({ [semconv.GUARDRAIL_TRIGGERED]: finding !== undefined })
    step.end()
    return finding
  } catch (error) {
    step.end({ errorType: error instanceof OutOfTime ? 'timeout' : errorTypeOf(error) })
    throw error
  } finally {
    clearTimeout(timer)
    stop()
  }
}
