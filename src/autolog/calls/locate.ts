/**
 * Makes a framework's current run the parent of all spans that begin in it, whoever makes them. Hooks of a framework report
 * runs, but cannot set the context of a run. If the framework knows its current run, the context manager asks it.
 */
import type { Context } from '@opentelemetry/api'
import { guard } from '../../kernel/guard.js'
import type { SpanBridge } from './bridge.js'
import type { StepOutcome } from '../step-contract.js'
import { contextManager, type ContextManager } from './context-store.js'

type Locate = (active: Context) => Context | undefined

const locators = new Set<Locate>()
let restore: (() => void) | undefined
let asking = false

/** The context of the framework's current run, or `active` if that is within the run already. */
function located(active: Context): Context {
  // A framework may read the active context while it is asked.
  if (asking) return active
  asking = true
  try {
    for (const locate of locators) {
      const found = guard('locate', () => locate(active))
      if (found) return found
    }
    return active
  } finally {
    asking = false
  }
}

function watchManager(): (() => void) | undefined {
  const holder = contextManager()
  if (!holder) return undefined
  const before = Object.getOwnPropertyDescriptor(holder, 'active')
  const { active } = holder
  const replacement = function (this: unknown): Context {
    return located(Reflect.apply(active, holder, []))
  }
  Object.defineProperty(holder, 'active', { value: replacement, configurable: true, writable: true, enumerable: false })
  return () => {
    // Somebody may have wrapped our function. It stays, and does nothing any more.
    if (holder.active !== replacement) return
    if (before) Object.defineProperty(holder, 'active', before)
    else delete (holder as Partial<ContextManager>).active
  }
}

/**
 * Makes a run of `bridge` the active context wherever `current` returns its id.
 *
 * @returns A function that undoes it.
 */
export function locateRuns<Facts, Outcome extends StepOutcome>(
  bridge: SpanBridge<Facts, Outcome>,
  current: () => string | undefined,
): () => void {
  const locate: Locate = (active) => {
    if (bridge.size === 0) return undefined
    const id = current()
    return id === undefined || bridge.isWithin(id, active) ? undefined : bridge.get(id)?.context
  }
  locators.add(locate)
  restore ??= watchManager()
  return () => {
    locators.delete(locate)
    if (locators.size > 0) return
    restore?.()
    restore = undefined
  }
}
