/**
 * Reads the provider's rate limits from the headers of an answer. Headers are recognised by their names, so this also works
 * for a gateway that passes on its vendor's headers, or an unlisted server.
 */
import { boundedWait } from './wait.js'

/** One limit. Values that the provider does not report are absent. */
export interface RateLimitWindow {
  /** Size of the quota. */
  limit?: number
  /** What is left of it. */
  remaining?: number
  /** Milliseconds from the answer until the quota is full again. */
  resetMs?: number
}

/** The limits in an answer. If there are several of one kind (such as by minute and by day), the one with the least left. */
export interface RateLimit {
  /** Requests. */
  requests?: RateLimitWindow
  /** Of input and output together. */
  tokens?: RateLimitWindow
  /** Tokens of input, if the provider counts them separately. */
  inputTokens?: RateLimitWindow
  /** Tokens of output, if the provider counts them separately. */
  outputTokens?: RateLimitWindow
}

/** `Headers`, or a map of names in lower case to values. */
export interface HeaderSource {
  forEach(visit: (value: string, name: string) => void): void
}

type Counted = keyof RateLimit
type Field = 'limit' | 'remaining' | 'reset'

/** The words for what is counted. */
const COUNTED: ReadonlyMap<string, Counted> = new Map([
  ['requests', 'requests'],
  ['req', 'requests'],
  ['tokens', 'tokens'],
  ['input-tokens', 'inputTokens'],
  ['prompt-tokens', 'inputTokens'],
  ['tokens-prompt', 'inputTokens'],
  ['output-tokens', 'outputTokens'],
  ['completion-tokens', 'outputTokens'],
  ['tokens-generated', 'outputTokens'],
])

const FIELD = '(?<field>limit|remaining|reset)'
const OF = `(?<counted>${[...COUNTED.keys()].join('|')})`
const WINDOW = '(?<window>second|minute|hour|day|month|dynamic)'

/** Families of headers. `counted`: what they count where the name does not say. */
const FAMILIES: readonly { readonly name: RegExp; readonly counted: Counted }[] = [
  // OpenAI, Azure, Groq, xAI, Fireworks (https://platform.openai.com/docs/guides/rate-limits,
  // https://console.groq.com/docs/rate-limits, https://docs.fireworks.ai/serverless/rate-limits); with a window Mistral
  // and Cerebras (https://inference-docs.cerebras.ai/support/rate-limits); bare OpenRouter, Together and GitHub
  // (https://openrouter.ai/docs/api_reference/limits), and the IETF's draft up to 06.
  { name: new RegExp(`^(?:x-)?rate-?limit-${FIELD}(?:-${OF})?(?:-${WINDOW})?$`), counted: 'requests' },
  // https://docs.anthropic.com/en/api/rate-limits#response-headers
  { name: new RegExp(`^anthropic-ratelimit-${OF}-${FIELD}$`), counted: 'requests' },
  // Mistral, of tokens.
  { name: new RegExp(`^(?:x-)?ratelimitbysize-${FIELD}(?:-${WINDOW})?$`), counted: 'tokens' },
  // https://docs.together.ai/docs/rate-limits
  { name: new RegExp(`^x-tokenlimit-${FIELD}(?:-${WINDOW})?$`), counted: 'tokens' },
  // Cohere's trial keys.
  { name: new RegExp(`^x-trial-endpoint-call-${FIELD}$`), counted: 'requests' },
]

/** Matches every name of a family, and few others. */
const SPEAKS = /rate-?limit|^x-tokenlimit-|^x-trial-endpoint-call-/

/** The headers that {@link readRateLimit} may need, without those that are private; `undefined` when there are none. */
export function pickRateLimitHeaders(headers: HeaderSource): ReadonlyMap<string, string> | undefined {
  let picked: Map<string, string> | undefined
  let date: string | undefined
  headers.forEach((value, name) => {
    if (name === 'date') date = value
    else if (SPEAKS.test(name)) (picked ??= new Map()).set(name, value)
  })
  if (date !== undefined) picked?.set('date', date)
  return picked
}

interface Window {
  readonly counted: Counted
  readonly says: RateLimitWindow
}

/**
 * Reads the families above, and `RateLimit` and `RateLimit-Policy` of the IETF's draft
 * (https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/). A reset is a duration such as `6m0s`, seconds,
 * seconds or milliseconds since 1970 (known by their size), or a date.
 *
 * @param date - When the answer came, in milliseconds since 1970. A point in time is compared with the answer's own `date`
 *   where it has one, so that clocks need not agree.
 * @returns `undefined` when the headers have no limits.
 */
export function readRateLimit(headers: HeaderSource, date: number): RateLimit | undefined {
  const windows = new Map<string, Window>()
  const windowOf = (counted: Counted, key: string): RateLimitWindow => {
    const id = `${counted} ${key}`
    const window = windows.get(id) ?? { counted, says: {} }
    windows.set(id, window)
    return window.says
  }
  let now = date
  headers.forEach((value, name) => {
    if (name.toLowerCase() === 'date') now = Date.parse(value) || date
  })
  const drafts: Partial<Record<string, string>> = {}
  headers.forEach((value, given) => {
    const name = given.toLowerCase()
    if (!SPEAKS.test(name)) return
    if (name === 'ratelimit' || name === 'ratelimit-policy') {
      drafts[name] = value
      return
    }
    for (const family of FAMILIES) {
      const found = family.name.exec(name)?.groups
      if (!found) continue
      const counted = COUNTED.get(found['counted'] ?? '') ?? family.counted
      const { field, amount } = read(found['field'] as Field, value, now)
      if (amount !== undefined) windowOf(counted, found['window'] ?? '')[field] = amount
      return
    }
  })
  for (const { name, counted, says } of draftWindows(drafts['ratelimit'], drafts['ratelimit-policy']))
    Object.assign(windowOf(counted, name), says)
  return tightest([...windows.values()])
}

function read(
  field: Field,
  value: string,
  now: number,
): { readonly field: keyof RateLimitWindow; readonly amount: number | undefined } {
  return field === 'reset'
    ? { field: 'resetMs', amount: untilReset(value, now) }
    : { field, amount: leadingNumber(value) }
}

/** Of `100, 100;w=60`, the first. */
function leadingNumber(value: string): number | undefined {
  const found = /^\s*(\d+(?:\.\d+)?)\s*(?:[,;]|$)/.exec(value)?.[1]
  const number = Number(found)
  return Number.isFinite(number) ? number : undefined
}

const UNITS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}
const DURATION = /^(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+$/
const STEP = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d)/g

/** From here on a number is a point in time: as a wait it would be 31 years. */
const EPOCH_SECONDS = 1e9
const EPOCH_MILLISECONDS = 1e11

function untilReset(value: string, now: number): number | undefined {
  const text = value.trim()
  const number = leadingNumber(text)
  if (number !== undefined) {
    if (number >= EPOCH_MILLISECONDS) return fromNow(number - now)
    return fromNow(number >= EPOCH_SECONDS ? number * 1000 - now : number * 1000)
  }
  if (DURATION.test(text)) {
    let total = 0
    for (const [, amount, unit] of text.matchAll(STEP)) total += Number(amount) * (UNITS[unit as string] as number)
    return fromNow(total)
  }
  const time = /[a-z]/i.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? undefined : fromNow(time - now)
}

function fromNow(milliseconds: number): number | undefined {
  return Number.isFinite(milliseconds) ? boundedWait(milliseconds) : undefined
}

interface DraftWindow extends Window {
  readonly name: string
}

interface DraftItem {
  readonly names: readonly string[]
  readonly parameters: ReadonlyMap<string, string>
}

/** `"default";r=50;t=30, …` (a list of RFC 9651), and `limit=100, remaining=50, reset=5` of the drafts 07 and 08. */
function draftItems(value: string | undefined): readonly DraftItem[] {
  const items = (value?.match(/(?:"[^"]*"|[^",])+/g) ?? []).map((item) => {
    const names: string[] = []
    const parameters = new Map<string, string>()
    for (const part of item.match(/(?:"[^"]*"|[^";])+/g) ?? []) {
      const [, key, given] = /^\s*([\w-]+)=(.*?)\s*$/.exec(part) ?? []
      if (key === undefined) names.push(unquoted(part))
      else parameters.set(key, unquoted(given as string))
    }
    return { names, parameters }
  })
  // Members of a dictionary rather than of a list: they are one item.
  if (items.some(({ names }) => names.length > 0)) return items
  return items.length === 0
    ? []
    : [{ names: [], parameters: new Map(items.flatMap(({ parameters }) => [...parameters])) }]
}

function unquoted(text: string): string {
  return text.trim().replace(/^"(.*)"$/, '$1')
}

function draftWindows(limit: string | undefined, policy: string | undefined): readonly DraftWindow[] {
  const policies = draftItems(policy)
  return draftItems(limit).flatMap(({ names, parameters }) => {
    const named = policies.find((other) => other.names.some((name) => names.includes(name)))
    const quota = named ?? (policies.length === 1 ? policies[0] : undefined)
    const counted = countedBy(quota?.parameters.get('qu'), names)
    if (counted === undefined) return []
    const size =
      parameters.get('limit') ?? quota?.parameters.get('q') ?? quota?.names.find((name) => /^\d+$/.test(name))
    const says: RateLimitWindow = {}
    set(says, 'limit', leadingNumber(size ?? ''))
    set(says, 'remaining', leadingNumber(parameters.get('r') ?? parameters.get('remaining') ?? ''))
    const reset = leadingNumber(parameters.get('t') ?? parameters.get('reset') ?? '')
    set(says, 'resetMs', reset && fromNow(reset * 1000))
    return Object.keys(says).length > 0 ? [{ name: names.join(' '), counted, says }] : []
  })
}

function set(window: RateLimitWindow, field: keyof RateLimitWindow, amount: number | undefined): void {
  if (amount !== undefined) window[field] = amount
}

/** By the unit of the policy, else by its name. `undefined` for what is neither requests nor tokens, such as bytes. */
function countedBy(unit: string | undefined, names: readonly string[]): Counted | undefined {
  if (unit !== undefined) return COUNTED.get(unit)
  return names.map((name) => COUNTED.get(name.toLowerCase().replaceAll('_', '-'))).find((known) => known) ?? 'requests'
}

function tightest(windows: readonly Window[]): RateLimit | undefined {
  const result: RateLimit = {}
  for (const counted of ['requests', 'tokens', 'inputTokens', 'outputTokens'] as const) {
    const [first] = windows
      .filter((window) => window.counted === counted)
      .map(({ says }) => says)
      .toSorted(
        (a, b) =>
          order(a.remaining, b.remaining) ||
          // Both are used up, or unknown: the one that lasts longer.
          (b.resetMs ?? -1) - (a.resetMs ?? -1) ||
          order(a.limit, b.limit),
      )
    if (first) result[counted] = first
  }
  return Object.keys(result).length > 0 ? result : undefined
}

/** Ascending; unknown values come last. */
function order(a: number | undefined, b: number | undefined): number {
  return a === b ? 0 : (a ?? Infinity) - (b ?? Infinity)
}

/**
 * Milliseconds until a refused request may be sent again: when the last of the used-up limits is full again. A limit with
 * something left does not help, since the request may have been too large for it.
 */
export function waitFor(rateLimit: RateLimit | undefined): number | undefined {
  const waits = Object.values(rateLimit ?? {}).flatMap((window: RateLimitWindow) =>
    window.resetMs !== undefined && (window.remaining ?? 0) === 0 ? [window.resetMs] : [],
  )
  return waits.length > 0 ? Math.max(...waits) : undefined
}
