/** Who a call is for: session, user and tags that `withContext` sets for everything it runs. */
import { context, createContextKey, type Attributes, type Context } from '@opentelemetry/api'
import * as semconv from './semconv.js'

export interface Identity {
  /** Conversation or session id. Also recorded as the conversation id of GenAI spans. */
  readonly session?: string
  readonly user?: string
  readonly tags?: readonly string[]
}

const IDENTITY = createContextKey('tracestitch.identity')

export function identityOf(current: Context = context.active()): Identity | undefined {
  return current.getValue(IDENTITY) as Identity | undefined
}

/**
 * Runs `fn` with session, user and tags on every span that this package makes inside it. Nested calls
 * add to the outer values.
 */
export function withContext<T>(identity: Identity, fn: () => T): T {
  const active = context.active()
  return context.with(active.setValue(IDENTITY, { ...identityOf(active), ...identity }), fn)
}

export function identityAttributes(current: Context): Attributes {
  const identity = identityOf(current)
  if (!identity) return {}
  return {
    // Backends differ in which of the two they read.
    ...(identity.session !== undefined && {
      [semconv.SESSION_ID]: identity.session,
      [semconv.CONVERSATION_ID]: identity.session,
    }),
    ...(identity.user !== undefined && { [semconv.USER_ID]: identity.user }),
    ...(identity.tags !== undefined && { 'tracestitch.tags': [...identity.tags] }),
  }
}
