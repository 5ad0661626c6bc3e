/** An answer as the cache keeps it: JSON, with where it came from. Nothing of its request, its caller or its headers is in it. */
import { isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { ECHOED_NOT_CONTENT } from '../../policies/cache.js'
import type { Answer, RequestBody } from '../call/answer.js'
import type { CallMeta } from '../types/meta.js'

/** Where a kept answer came from. */
export interface Origin {
  /** When it came, in milliseconds since 1970. */
  readonly at: number
  /** Id of the provider that gave it. */
  readonly provider: string
  /** The model's name there. */
  readonly model: string
  /** What it cost; `null` when that was not known. */
  readonly usd: number | null
}

interface Kept extends Origin {
  readonly answer: Answer
  /** Fields of the request that the answer repeated. */
  readonly echo?: readonly string[]
}

/** @param now - In milliseconds since 1970. */
export function originOf({ provider, model, cost, cache }: CallMeta, now: number): Origin {
  return { at: now - (cache?.ageMs ?? 0), provider, model, usd: cache ? cache.savedUsd : cost.usd }
}

export function keptText(answer: Answer, origin: Origin): string {
  const body = answer.body as JsonObject | undefined
  const echo = body ? ECHOED_NOT_CONTENT.filter((name) => name in body) : []
  const kept: Kept = { ...origin, answer: withoutEcho(answer), ...(echo.length > 0 && { echo }) }
  return JSON.stringify(kept)
}

/** `undefined` for what is no kept answer. @param asked - The body of the call that gets it. */
export function readKept(
  text: string,
  asked: RequestBody | undefined,
): { readonly answer: Answer; readonly origin: Origin } | undefined {
  const kept = parseJson(text) as Kept | undefined
  if (!isObject(kept) || !isObject(kept['answer']) || typeof kept['at'] !== 'number') return undefined
  const { answer, echo, ...origin } = kept as unknown as Kept
  if (!echo || !answer.body) return { answer, origin }
  const { request = {} } = asked ?? {}
  const own = echo.map((name) => [name, (request as JsonObject)[name] ?? (name === 'metadata' ? {} : null)])
  return { answer: { ...answer, body: { ...answer.body, ...Object.fromEntries(own) } }, origin }
}

/** Another call may have other values there. */
function withoutEcho(answer: Answer): Answer {
  const { body } = answer
  const plain = body ? { ...answer, body: without(body) } : answer
  if (!('chat' in plain) || !plain.chat.raw) return plain
  const { raw } = plain.chat
  return { ...plain, chat: { ...plain.chat, raw: { ...raw, value: without(raw.value) } } }
}

function without(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => !ECHOED_NOT_CONTENT.includes(name)))
}
