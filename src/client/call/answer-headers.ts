/** The headers of an attempt's answers: cost, rate limits, and what telemetry reads. */
import { pickRateLimitHeaders, type HeaderSource } from '../../kernel/rate-limit.js'
import type { Call } from '../../telemetry/spans/call.js'

export class AnswerHeaders {
  /** The cost of the answer in USD, by its headers. */
  cost: number | undefined
  /** Headers that may be about rate limits. Nothing else of the answer is kept. */
  limits: HeaderSource | undefined
  private readonly costHeader: string | undefined
  private readonly telemetry: Pick<Call, 'headers'>
  /** Headers that telemetry has not read yet. */
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

  /** The cost in USD by a header, for a provider that is known to send one; `NaN` if it is not a number. */
  costIn(headers: Headers): number | undefined {
    const text = this.costHeader === undefined ? null : headers.get(this.costHeader)
    return text === null || text.trim() === '' ? undefined : Number(text)
  }

  /** Lets telemetry read these headers and later ones. Until then the attempt may still lose. */
  tell(): void {
    this.told = true
    const { held } = this
    if (held.length === 0) return
    this.held = []
    for (const headers of held) this.telemetry.headers(headers)
  }
}
