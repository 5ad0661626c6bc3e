/** What the headers of an attempt's answers say: their cost, rate limits, and what telemetry reads of them. */
import { pickRateLimitHeaders, type HeaderSource } from '../../kernel/rate-limit.js'
import type { Call } from '../../telemetry/call.js'

export class AnswerHeaders {
  /** USD that they say the answer cost. */
  cost: number | undefined
  /** Those that may speak of rate limits. The answer itself, and all else it says, is not kept for them. */
  limits: HeaderSource | undefined
  private readonly costHeader: string | undefined
  private readonly telemetry: Pick<Call, 'headers'>
  /** Those that telemetry was not told yet. */
  private held: Headers[] = []
  private told = false

  constructor(costHeader: string | undefined, telemetry: Pick<Call, 'headers'>) {
    this.costHeader = costHeader
    this.telemetry = telemetry
  }

  add(headers: Headers): void {
    this.held.push(headers)
    if (this.told) this.tell()
    this.cost = this.costIn(headers)
    this.limits = pickRateLimitHeaders(headers)
  }

  /** USD that a header says, of a provider that is known to send one; `NaN` for what is no number. */
  costIn(headers: Headers): number | undefined {
    const text = this.costHeader === undefined ? null : headers.get(this.costHeader)
    return text === null || text.trim() === '' ? undefined : Number(text)
  }

  /** Lets telemetry read them, and those to come. Until then they may be a loser's. */
  tell(): void {
    this.told = true
    const { held } = this
    if (held.length === 0) return
    this.held = []
    for (const headers of held) this.telemetry.headers(headers)
  }
}
