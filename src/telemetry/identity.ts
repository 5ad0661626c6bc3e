/** Whom calls are for. `withContext` sets it for everything that it runs, `metadata` for a single call. */
import { AsyncLocalStorage } from 'node:async_hooks'
import { context, ROOT_CONTEXT, type Attributes, type Context } from '@opentelemetry/api'
import { isKeyId } from '../kernel/key-store.js'
import { sharedState } from '../kernel/state.js'
import { contextKey } from './spans/context-key.js'
import * as semconv from './semconv.js'
import { warnOnce } from './warn.js'
import { hasNodeModules } from '../kernel/platform.js'

/** Whom a call is for. `user`, `session` and `tags` are on spans; limits, budgets, `spend` and strategies read all of it. */
export interface Identity {
  /** Conversation or session id. Also recorded as the conversation id of GenAI spans. */
  session?: string | undefined
  /** Id of the end user, as in `metadata.user` of a call. */
  user?: string | undefined
  /** The program or customer that calls, for limits and budgets (`scope: { client }`). */
  client?: string | undefined
  /** Name of the API key of the incoming call, never the key itself; for limits and budgets. */
  key?: string | undefined
  /** Tags of `withContext` and of the call itself add up. */
  tags?: readonly string[] | undefined
  /** Further fields for conditions of targets and strategies of your own, such as `region`. */
  [field: string]: unknown
}

const IDENTITY = contextKey('tracestitch.identity')
/** Key of the storage that is used if no OpenTelemetry context manager is registered. Copies of the package share it. */
const SLOT = 'identity'
type Carrier = AsyncLocalStorage<Identity | undefined>
const NAMES = ['session', 'user', 'client', 'key'] as const

/** @param current - Default: the active context. */
export function identityOf(current: Context = context.active()): Identity | undefined {
  const known = current.getValue(IDENTITY) as Identity | undefined
  return known ?? (sharedState().get(SLOT) as Carrier | undefined)?.getStore()
}

/** `current` with `identity` instead of the earlier one. */
export function withIdentity(current: Context, identity: Identity): Context {
  return current.setValue(IDENTITY, identity)
}

/**
 * Runs `fn` for a user, a session, a client, a key and tags. Every call of the client inside it counts for them in limits,
 * budgets, `spend` and strategies, and every span of this package inside it has them. A stream counts where it was begun,
 * wherever it is read. Needs neither `autolog()` nor OpenTelemetry.
 *
 * Nested calls, and the `metadata` of a single call, win field by field; `undefined` leaves a field as it is. Tags add up.
 * A number counts as its digits; other values than text are left out with a warning.
 */
export function withContext<T>(identity: Identity, fn: () => T): T {
  const active = context.active()
  const merged = mergeIdentity(identityOf(active), cleaned(identity))
  if (!hasNodeModules()) {
    warnOnce('this runtime has no AsyncLocalStorage, so withContext has no effect: give metadata with each call')
    return fn()
  }
  const state = sharedState()
  let carrier = state.get(SLOT) as Carrier | undefined
  if (!carrier) state.set(SLOT, (carrier = new AsyncLocalStorage()))
  return carrier.run(merged, () => context.with(withIdentity(active, merged), fn))
}

/** Runs `fn` without an identity, and outside of every trace. */
export function outsideOfCalls<T>(fn: () => T): T {
  const run = (): T => context.with(ROOT_CONTEXT, fn)
  const carrier = sharedState().get(SLOT) as Carrier | undefined
  return carrier ? carrier.run(undefined, run) : run()
}

/** Merges field by field; `inner` wins. Tags of both count, each once. */
export function mergeIdentity(outer: Identity | undefined, inner: Identity): Identity {
  const merged: Identity = { ...outer }
  for (const [field, value] of Object.entries(inner)) if (value != null) merged[field] = value
  const tags = [...(outer?.tags ?? []), ...(inner.tags ?? [])]
  if (tags.length > 0) merged.tags = [...new Set(tags)]
  return merged
}

/** Removes invalid fields and warns: they would silently count for nobody. */
function cleaned(identity: Identity): Identity {
  const clean: Identity = { ...identity }
  for (const field of NAMES) clean[field] = nameOf(field, clean[field])
  const { tags } = clean as { readonly tags?: unknown }
  if (tags != null)
    clean.tags = (Array.isArray(tags) ? tags : [tags]).flatMap((tag: unknown) => nameOf('tags', tag) ?? [])
  return clean
}

function nameOf(field: string, value: unknown): string | undefined {
  if (value == null) return undefined
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  if (typeof value === 'string' && value !== '') return value
  warnOnce(`withContext: \`${field}\` is not a name (expected text), so nothing is counted for it`)
  return undefined
}

export function identityAttributes(current: Context, attributes: Attributes = {}): Attributes {
  const identity = identityOf(current)
  if (!identity) return attributes
  const { session, user, key, tags } = identity
  if (session !== undefined) {
    // Some backends read the one, some the other.
    attributes[semconv.SESSION_ID] = session
    attributes[semconv.CONVERSATION_ID] = session
  }
  if (user !== undefined) attributes[semconv.USER_ID] = user
  // What a program calls `key` may be the key itself, and stays off the spans.
  if (key !== undefined && isKeyId(key)) attributes[semconv.KEY] = key
  if (tags !== undefined) attributes[semconv.TAGS] = [...tags]
  return attributes
}
