/**
 * A model call in telemetry: one inference (or embeddings) span, whichever layers make the call. A call that starts inside an
 * open one adds no span; what it reads from the wire completes the outer span.
 */
import { context } from '@opentelemetry/api'
import type { Call, CallStart, Layer } from './call-types.js'
import { InnerCall } from './inner-call.js'
import { OuterCall } from './outer-call.js'
import { slotOf } from './call-slot.js'
import { kindOf } from './operation-kind.js'

export type * from './call-types.js'

/** Starts a call, or joins the one that is open in the context. Never throws. */
export function startCall(start: CallStart): Call {
  const parent = start.parent ?? context.active()
  const slot = slotOf(parent)
  const open = slot?.call as OuterCall | undefined
  if (slot && !open) slot.used = true
  if (slot && open && !open.ended && joins(start, open.start, slot.layer)) return new InnerCall(parent, open, start)
  return new OuterCall(parent, start)
}

/**
 * Whether the call that is open in the active context is this one: the same method of the same object, entered again. This
 * happens when another tool's wrapper is between two patches of ours.
 */
export function isEntered({ self, operation, model, layer }: CallStart): boolean {
  const slot = slotOf(context.active())
  const start = slot?.start
  if (start?.self === undefined || start.self !== self || slot?.call?.ended !== false) return false
  return start.operation === operation && start.model === model && start.layer === layer
}

const RANK: Record<Layer, number> = { framework: 3, sdk: 2, client: 1, wire: 0 }

/**
 * Whether a call inside an open one is the same call, in a layer below. A call of the same layer or of another kind is a separate
 * one that the program makes on the way, such as an SDK call in a custom `fetch` or an embedding for a cache. Frameworks wrap
 * one another, so their calls are one.
 */
function joins(start: CallStart, open: CallStart, openLayer: Layer = open.layer ?? 'framework'): boolean {
  const layer = start.layer ?? 'framework'
  if (kindOf(start.operation) !== kindOf(open.operation)) return false
  return RANK[layer] < RANK[openLayer] || (layer === 'framework' && openLayer === 'framework')
}
