/** Whether a target takes a call now: its places and its rates. */
import { LimitError } from '../kernel/errors.js'
import type { Step } from '../router/itinerary.js'
import type { LogicalCall } from './call.js'
import type { Refusal } from './gates.js'

/**
 * The step when its target takes the call, else the next that does. When all are at their limits, the first is waited for.
 *
 * @throws LimitError when no target takes the call in time, or the reason of the call's abort.
 */
export async function admit(call: LogicalCall, first: Step): Promise<Step> {
  for (let step: Step | undefined = first; step; step = call.itinerary.passBy()) {
    if (await admitsNow(call, step)) return step
  }
  const { target } = first.member
  const refusal: Refusal | undefined = await call.client.gates.of(target)?.enter(call)
  if (!refusal) return first
  throw new LimitError(`${target.id} takes no further call (limits.${refusal.limit})`, {
    ...refusal,
    provider: target.provider.id,
    model: target.model,
  })
}

/** Without waiting for a place. */
export async function admitsNow(call: LogicalCall, { member }: Step): Promise<boolean> {
  const gate = call.client.gates.of(member.target)
  return !gate || gate.tryEnter(call)
}
