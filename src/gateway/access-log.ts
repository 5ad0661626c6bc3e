/** One entry for each answered request. It has no key, header, query or prompt in it. */

export interface LogEntry {
  /** When the request came, as ISO 8601. */
  readonly time: string
  /** Such as `POST`. */
  readonly method: string
  /** Without the query. */
  readonly path: string
  /** HTTP status of the answer. */
  readonly status: number
  /** Milliseconds to the end of the answer. */
  readonly ms: number
  /** Whether the client left before that. */
  readonly left: boolean
  /** Id of the provider that answered. */
  readonly provider?: string
  /** The model, as the provider calls it. */
  readonly model?: string
  /** USD, if known at the beginning of the answer. */
  readonly usd?: number
  /** The trace, if one is recorded. */
  readonly trace?: string
  /** As in the answer's `x-request-id`. */
  readonly request?: string
}

/** What the headers of an answer say of it. */
export function factsOf(headers: Headers): Partial<LogEntry> {
  const text = (field: 'provider' | 'model' | 'trace' | 'request', name: string): Partial<LogEntry> => {
    const value = headers.get(name)
    return value === null ? {} : { [field]: value }
  }
  const usd = headers.get('x-tracestitch-cost-usd')
  return {
    ...text('provider', 'x-tracestitch-provider'),
    ...text('model', 'x-tracestitch-model'),
    ...(usd !== null && { usd: Number(usd) }),
    ...text('trace', 'x-tracestitch-trace-id'),
    ...text('request', 'x-request-id'),
  }
}
