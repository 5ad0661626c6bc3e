/** What a cache may answer and keep, and under which key. */
import { builtin } from '../kernel/builtin.js'
import type { ChatCompletion, ChatRequest, FinishReason } from '../kernel/hub.js'
import { isObject } from '../kernel/json.js'

/** Which calls share answers. */
export type CacheScope = 'user' | 'key' | 'all'

export interface CacheDefaults {
  readonly ttl: number
  readonly scope: CacheScope
  readonly namespace: string
  readonly optIn: boolean
}

/** What one call asks of the cache. */
export interface CacheControl {
  readonly refresh: boolean
  readonly store: boolean
  readonly ttl: number
  readonly maxAge: number
  readonly namespace: string
  readonly scope: CacheScope
  readonly semantic: boolean
}

interface Asked extends Partial<{ readonly [name in keyof CacheControl]: CacheControl[name] | undefined }> {}

/** Milliseconds. */
export const DEFAULT_TTL = 3_600_000

/** @returns `undefined` if the call does not use the cache. */
export function cacheControl(defaults: CacheDefaults, asked: boolean | Asked | undefined): CacheControl | undefined {
  if (asked === false || (asked === undefined && defaults.optIn)) return undefined
  const own = typeof asked === 'object' ? asked : {}
  return {
    refresh: own.refresh ?? false,
    store: own.store ?? true,
    ttl: own.ttl ?? defaults.ttl,
    maxAge: own.maxAge ?? Infinity,
    namespace: own.namespace ?? defaults.namespace,
    scope: own.scope ?? defaults.scope,
    semantic: own.semantic ?? true,
  }
}

/**
 * Fields of a request, in any format, that do not change what is answered: how it is delivered, and whom it is for. The last
 * count for the scope instead.
 */
const NOT_CONTENT = ['model', 'stream', 'stream_options', 'metadata', 'user', 'safety_identifier', 'prompt_cache_key']
const LEFT_OUT: ReadonlySet<string> = new Set([...NOT_CONTENT, 'prompt_cache_retention'])

/** Fields that answers of the Responses API repeat from their request, and that are not of the content. */
export const ECHOED_NOT_CONTENT: readonly string[] = NOT_CONTENT.filter((name) => name !== 'model')

/** The part of a request that decides its answer. `null` is the same as absent. */
export function contentOf(request: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(request).filter(([name, value]) => value != null && !LEFT_OUT.has(name)))
}

/** Requests that change something at the provider, or are only begun by their answer. */
const STATEFUL = ['conversation', 'background', 'container'] as const

/** Whether the same request has the same meaning each time. */
export function isRepeatable(request: object): boolean {
  const fields = request as Readonly<Record<string, unknown>>
  return STATEFUL.every((name) => fields[name] == null || fields[name] === false)
}

const FINISHED: ReadonlySet<FinishReason> = new Set(['stop', 'length', 'tool_calls', 'function_call'])

/** Whether an answer came to its end, says something, and was neither filtered nor declined. */
export function isWhole({ choices }: ChatCompletion): boolean {
  return (
    choices.length > 0 &&
    choices.every(
      ({ finish_reason: finish, message: { content, refusal, tool_calls: calls, function_call: call, audio } }) =>
        FINISHED.has(finish) && !refusal && Boolean(content || calls?.length || call || audio),
    )
  )
}

/** Whose call it is, for a key. @param metadata - Of the call. */
export function scopeOf(
  scope: CacheScope,
  metadata: Readonly<Record<string, unknown>> | undefined,
  request: object,
): unknown {
  if (scope === 'all') return null
  const { session: _session, ...own } = metadata ?? {}
  if (scope === 'key') return { key: own['key'], client: own['client'] }
  const { user, safety_identifier: safety, metadata: sent } = request as Readonly<Record<string, unknown>>
  const tags = Array.isArray(own['tags']) ? { tags: [...(own['tags'] as readonly string[])].sort() } : {}
  return { ...own, ...tags, of: [user, safety, isObject(sent) ? sent['user_id'] : undefined] }
}

/** Equal for values that differ only in the order of their fields, or in fields that are `undefined`. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) => (isObject(part) ? sorted(part) : part))
}

function sorted(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const names = Object.keys(fields)
  if (names.every((name, at) => at === 0 || (names[at - 1] as string) < name)) return fields
  return Object.fromEntries(names.sort().map((name) => [name, fields[name]]))
}

/** Prefix of all keys: entries of another version are not read. */
const VERSION = 'v1'

/** The key of what decides an answer. No part of it can be read from the key. */
export function cacheKey(parts: unknown): string {
  // utf8 would map lone surrogates to one character.
  return `${VERSION}:${builtin('node:crypto').createHash('sha256').update(canonical(parts), 'utf16le').digest('hex')}`
}

/** A chat without the text of its last user message, and that text. `undefined` when its last message is not a user's text. */
export function lastQuestion({
  messages,
}: ChatRequest): { readonly text: string; readonly before: unknown } | undefined {
  const last = messages.at(-1)
  if (last?.role !== 'user') return undefined
  const { content, ...rest } = last
  const text = typeof content === 'string' ? content : onlyText(content)
  if (text === undefined || text.trim() === '') return undefined
  return { text, before: [...messages.slice(0, -1), rest] }
}

function onlyText(parts: readonly unknown[]): string | undefined {
  const texts = parts.map((part) => (isObject(part) && part['type'] === 'text' ? part['text'] : undefined))
  return texts.every((text) => typeof text === 'string') ? texts.join('\n') : undefined
}
