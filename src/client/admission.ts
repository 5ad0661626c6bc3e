/** Whether a target takes a call now: its places and its rates. */
import { LimitError } from '../kernel/errors.js'
import type { Step } from '../router/itinerary.js'
import type { Target } from '../router/target.js'
import type { LogicalCall } from './call.js'
import type { Refusal } from './gates.js'

/**
 * The step when its target takes the call, else the next that does. When all are at their limits, the first is waited
 * for. Gives the step at once when it can: of calls that begin together each then sees the attempts of those before it.
 *
 * @throws LimitError when no target takes the call in time, or the reason of the caller's abort.
 */
export function admit(call: LogicalCall, first: Step): Step | Promise<Step> {
  return call.client.gates.of(first.member.target) ? admitSome(call, first) : first
}

async function admitSome(call: LogicalCall, first: Step): Promise<Step> {
  const back = call.itinerary.mark()
  for (let step: Step | undefined = first; step; step = call.itinerary.passBy()) {
    if (await admitsNow(call, step)) return step
  }
  back()
  const { target } = first.member
  const refusal = await waitFor(call, target)
  if (!refusal) return first
  throw new LimitError(`${target.id} takes no further call (limits.${refusal.limit})`, {
    ...refusal,
    provider: target.provider.id,
    model: target.model,
  })
}

/** Another target beside those at work, let in without waiting; `undefined` when there is none. */
export async function admitBeside(call: LogicalCall): Promise<Step | undefined> {
  const { itinerary } = call
  for (let step = itinerary.hedge(); step; step = itinerary.hedge()) {
    // A store that does not answer fails no call whose first attempt is under way.
    if (await admitsNow(call, step).catch(() => false)) return step
    itinerary.forgo()
  }
  return undefined
}

/** Gives back what {@link admit} took, for an attempt that is not made. */
export function dismiss(call: LogicalCall, { member }: Step): void {
  call.client.gates.of(member.target)?.leave()
}

/** Without waiting for a place. */
async function admitsNow(call: LogicalCall, { member }: Step): Promise<boolean> {
  const gate = call.client.gates.of(member.target)
  return !gate || gate.tryEnter(call)
}

async function waitFor(call: LogicalCall, target: Target): Promise<Refusal | undefined> {
  try {
    return await call.client.gates.of(target)?.enter(call)
  } catch (error) {
    const { signal, abortedByCaller } = call.limits
    // The call's time ran out in the queue.
    if (signal.aborted && !abortedByCaller) return { limit: 'queue' }
    throw error
  }
}
