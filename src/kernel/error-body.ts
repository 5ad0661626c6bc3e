/**
 * Reads any error body, with nested errors: gateways put the error of the provider behind them into a field, as an object,
 * as JSON in a string, or after a few words of their own.
 */
import { asNumber, asString, isObject, parseJson } from './json.js'
import type { JsonObject, WireError } from './protocol.js'
import { readRateLimit, waitFor } from './rate-limit.js'
import { safeMessage } from './safe-message.js'
import { boundedWait } from './wait.js'

const MESSAGES = [
  'message',
  'msg',
  'Message',
  'error_msg',
  'error_message',
  'errorMessage',
  'error_description',
  'originalMessage',
  'OriginalMessage',
  'status_msg',
  'detail',
  'title',
  'error',
  'raw',
  'remedy_hint',
] as const
const NAMES = [
  'code',
  'type',
  'error_code',
  'error_type',
  'errorCode',
  'errorType',
  '__type',
  'ErrorCode',
  'status',
  'reason',
  'name',
] as const
/** Fields that may hold a nested error. Fields that quote the request are left out, such as FastAPI's `input`. */
const NESTED = [
  'error',
  'errors',
  'detail',
  'details',
  'metadata',
  'raw',
  'innererror',
  'inner_error',
  'cause',
  'message',
  'body',
  'response',
  'data',
  'headers',
  'header',
  'upstream',
  'upstream_error',
  'provider_error',
  'original_error',
  'OriginalMessage',
  'base_resp',
] as const

const MAX_DEPTH = 10
const MAX_LAYERS = 40
/** The most characters to read of a message, and of a text that may hold JSON. */
const MAX_WORDS = 16_384
const MAX_TEXT = 262_144
const MAX_NAMES = 24

/** The objects of a body, the outermost first. */
function layersOf(body: unknown): readonly JsonObject[] {
  const layers: JsonObject[] = []
  let level: readonly unknown[] = [body]
  for (let depth = 0; depth < MAX_DEPTH && level.length > 0; depth += 1) {
    const next: unknown[] = []
    for (const value of level) {
      if (layers.length >= MAX_LAYERS) return layers
      if (Array.isArray(value)) next.push(...value.slice(0, 8))
      else if (typeof value === 'string') next.push(jsonIn(value))
      else if (isObject(value)) {
        layers.push(value)
        for (const key of NESTED) if (value[key] !== undefined) next.push(value[key])
      }
    }
    level = next.filter((value) => value !== undefined && value !== null)
  }
  return layers
}

/** JSON in a text, which may come after some words: `OpenAIException - {"error": …}`. */
function jsonIn(text: string): unknown {
  if (text.length > MAX_TEXT) return undefined
  const start = text.search(/[[{]/)
  if (start < 0) return undefined
  const end = Math.max(text.lastIndexOf('}'), text.lastIndexOf(']'))
  return end > start ? parseJson(text.slice(start, end + 1)) : undefined
}

/** A code or type in a text that is not JSON, such as Python's `{'error': {'code': 'model_not_found'}}`. */
const QUOTED_NAME = /['"](?:code|type|__type|error_type|error_code|status|reason)['"]\s*:\s*['"]([\w.#-]{3,80})['"]/g

/** LiteLLM's name for a refusal of the provider behind it (https://docs.litellm.ai/docs/exception_mapping). */
const EXCEPTION = /\blitellm\.([A-Za-z]{3,60})\b/g

/** Fields that may hold messages as strings, in a list or by field of the request. */
const LISTS = ['errors', 'error', 'detail', 'details', 'message', 'messages'] as const

function textsIn(layer: JsonObject): readonly string[] {
  return LISTS.flatMap((key) => {
    const value = layer[key]
    if (Array.isArray(value)) return value.slice(0, 8).filter((item) => typeof item === 'string')
    if (key !== 'errors' || !isObject(value)) return []
    return Object.values(value)
      .slice(0, 8)
      .flatMap((inner) => (Array.isArray(inner) ? (inner as unknown[]).slice(0, 8) : [inner]))
      .filter((item) => typeof item === 'string')
  })
}

/** @param body - Parsed JSON, or a text that is not JSON. */
export function readErrorBody(
  body: unknown,
): Pick<WireError, 'names' | 'words' | 'upstream' | 'retryAfterMs' | 'retryAt'> {
  const layers = layersOf(body)
  const words: string[] = typeof body === 'string' ? [body.slice(0, MAX_WORDS)] : []
  const names = new Set<string>()
  for (const layer of layers) {
    for (const key of MESSAGES) {
      const said = asString(layer[key])
      if (said !== undefined && said !== '') words.push(said.slice(0, MAX_WORDS))
    }
    for (const text of textsIn(layer)) words.push(text.slice(0, MAX_WORDS))
    for (const key of NAMES) addName(names, layer[key])
  }
  const all = [...new Set(words)].join('\n').slice(0, MAX_WORDS)
  for (const pattern of [QUOTED_NAME, EXCEPTION]) for (const [, name] of all.matchAll(pattern)) addName(names, name)
  const upstream = upstreamOf(layers)
  return {
    names: [...names],
    words: all,
    ...(upstream !== undefined && { upstream }),
    ...waitIn(layers),
  }
}

/** The last part of `com.amazon.coral.service#ThrottlingException:http://…`. Numbers are ignored. */
function addName(names: Set<string>, value: unknown): void {
  if (typeof value !== 'string' || names.size >= MAX_NAMES) return
  const name = value.split(':', 1)[0]?.split('#').at(-1)?.trim()
  if (name !== undefined && /^[a-z_][\w. -]{2,100}$/i.test(name)) names.add(name)
}

const UPSTREAM = /^[\w][\w .:/()+-]{0,60}$/

/** The provider behind a gateway, as the gateway names it (https://openrouter.ai/docs/api/reference/errors-and-debugging). */
function upstreamOf(layers: readonly JsonObject[]): string | undefined {
  for (const layer of layers) {
    const name = asString(layer['provider_name']) ?? asString(layer['llm_provider']) ?? asString(layer['provider'])
    if (name !== undefined && UPSTREAM.test(name)) return name
  }
  return undefined
}

/** The answer of the provider behind a gateway, if the gateway repeats it unchanged. */
function rawIn(body: unknown): unknown {
  return layersOf(body).find(({ raw }) => typeof raw === 'string' || isObject(raw))?.['raw']
}

/** The message in it. */
function saidIn(raw: unknown): string | undefined {
  const said = firstMessage(layersOf(raw)) ?? asString(raw)
  return said === undefined || said.trim() === '' ? undefined : said.trim()
}

/** The message of a body in a shape that the format does not know; `undefined` when it has none. */
export function messageIn(body: unknown): string | undefined {
  return firstMessage(layersOf(body))
}

function firstMessage(layers: readonly JsonObject[]): string | undefined {
  for (const layer of layers) {
    for (const key of MESSAGES) {
      const said = asString(layer[key])?.trim()
      // JSON in a string is a layer of its own.
      if (said !== undefined && said !== '' && !/^[[{]/.test(said)) return said
    }
    const text = textsIn(layer).find((item) => item.trim() !== '' && !/^\s*[[{]/.test(item))
    if (text !== undefined) return text.trim()
  }
  return undefined
}

/** Seconds to wait, in milliseconds, or the time to wait for. */
const SECONDS = [
  'retry_after',
  'retryAfter',
  'retry_after_seconds',
  'retry-after',
  'Retry-After',
  'resets_in_seconds',
] as const
const MILLISECONDS = ['retry_after_ms', 'retryAfterMs', 'retry-after-ms'] as const
const TIMES = ['resets_at', 'reset_at', 'retry_at', 'resetsAt', 'resetAt'] as const

function waitIn(layers: readonly JsonObject[]): Pick<WireError, 'retryAfterMs' | 'retryAt'> {
  for (const layer of layers) {
    for (const key of MILLISECONDS) {
      const wait = waitOf(layer[key], 1)
      if (wait !== undefined) return { retryAfterMs: wait }
    }
    for (const key of SECONDS) {
      const wait = waitOf(layer[key], 1000)
      if (wait !== undefined) return { retryAfterMs: wait }
    }
    // `34.07s` of Google (https://google.aip.dev/194).
    const delay = parseDuration(asString(layer['retryDelay']))
    if (delay !== undefined) return { retryAfterMs: delay }
    const at = TIMES.map((key) => timeOf(layer[key])).find((time) => time !== undefined)
    if (at !== undefined) return { retryAt: at }
    const reset = resetIn(layer)
    if (reset) return reset
  }
  return {}
}

function waitOf(value: unknown, unit: number): number | undefined {
  const number = typeof value === 'string' && value.trim() !== '' ? Number(value) : asNumber(value)
  return number !== undefined && number >= 0 && Number.isFinite(number) ? boundedWait(number * unit) : undefined
}

/** From here on a number is a time in milliseconds since 1970, below in seconds. */
const EPOCH_SECONDS = 1e9
const EPOCH_MILLISECONDS = 1e11

function timeOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+(?:\.\d+)?$/.test(value) ? Number(value) : asNumber(value)
  if (number !== undefined) {
    if (number >= EPOCH_MILLISECONDS) return number
    return number >= EPOCH_SECONDS ? number * 1000 : undefined
  }
  const time = typeof value === 'string' && /^\d{4}-\d\d-\d\dT/.test(value) ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? undefined : time
}

/** Headers of the refusal that a gateway repeats in its body, as OpenRouter does with `X-RateLimit-Reset`. */
function resetIn(layer: JsonObject): Pick<WireError, 'retryAfterMs' | 'retryAt'> | undefined {
  const headers = new Map<string, string>()
  for (const [name, value] of Object.entries(layer).slice(0, 64))
    if (/rate-?limit/i.test(name) && (typeof value === 'string' || typeof value === 'number'))
      headers.set(name.toLowerCase(), String(value))
  if (headers.size === 0) return undefined
  const times = [...headers].flatMap(([name, value]) => (name.includes('reset') ? (timeOf(value) ?? []) : []))
  if (times.length > 0) return { retryAt: Math.max(...times) }
  const wait = waitFor(readRateLimit(headers, 0))
  return wait === undefined ? undefined : { retryAfterMs: wait }
}

const STEP =
  /(\d{1,9}(?:\.\d{1,9})?)\s*(ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?![a-z])/gi
const UNIT: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

function parseDuration(text: string | undefined): number | undefined {
  let total: number | undefined
  for (const [, amount, unit = ''] of text?.matchAll(STEP) ?? []) {
    const short = unit.toLowerCase()
    const size = short === 'ms' || short.startsWith('milli') ? 1 : UNIT[short.charAt(0)]
    total = (total ?? 0) + Number(amount) * (size ?? 0)
  }
  return total === undefined ? undefined : boundedWait(total)
}

const DURATION = String.raw`(?:about |approximately |~)?((?:\d{1,9}(?:\.\d{1,9})?\s?(?:ms|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?)(?![a-z])[, ]*(?:and )?){1,4})`
/** "Please try again in 7m12s", "Please retry in 36.5s", "Please retry after 26 seconds", "wait 20 seconds", "available in 2 minutes". */
const ASKED = new RegExp(
  String.raw`\b(?:try|retry|retrying|again|wait|available|resets?|reset)(?: \w+){0,2}? (?:in |after |for )?${DURATION}`,
  'i',
)

/** The wait in a message, in milliseconds. */
export function waitInWords(words: string): number | undefined {
  return parseDuration(ASKED.exec(words)?.[1])
}

/** Adds nested errors to what a format has read: codes, words, the provider behind a gateway, its wait. */
export function withNestedError(error: WireError, body: unknown): WireError {
  const deep = readErrorBody(body)
  const raw = rawIn(body)
  const code = isWord(error.code) ? error.code : (codeIn(raw) ?? error.code)
  const shown = /^\s*[[{]/.test(error.message) ? (messageIn(body) ?? error.message) : error.message
  const names = [error.code, error.type, ...(deep.names ?? [])].filter((name) => name !== undefined)
  return {
    ...deep,
    ...error,
    message: safeMessage(withUpstream(shown, deep.upstream, saidIn(raw))),
    ...(code !== undefined && { code }),
    names: [...new Set(names)],
  }
}

function codeIn(raw: unknown): string | undefined {
  for (const layer of layersOf(raw)) {
    const code = asString(layer['code']) ?? asString(layer['type'])
    if (isWord(code) && code !== 'error') return code?.slice(0, 200)
  }
  return undefined
}

function isWord(code: string | undefined): boolean {
  return code !== undefined && !/^\d*$/.test(code)
}

function withUpstream(message: string, upstream: string | undefined, said: string | undefined): string {
  const parts = [upstream, said].filter((part) => part !== undefined && !message.includes(part))
  return parts.length === 0 ? message : `${message} (${parts.join(': ')})`
}

const TITLE = /<title[^<>]*>([^<]+)/i

/** The title of an HTML page, which names the proxy's error, such as `502 Bad Gateway`. */
export function titleIn(text: string): string | undefined {
  return TITLE.exec(text.slice(0, 4096))?.[1]?.replace(/\s+/g, ' ').trim() || undefined
}

/** A body as JSON, as the title of an HTML page, or as its text. */
export function parseErrorText(text: string): unknown {
  const parsed = parseJson(text)
  if (parsed !== undefined && parsed !== null) return parsed
  return /^\s*</.test(text) ? (titleIn(text) ?? '') : text
}
