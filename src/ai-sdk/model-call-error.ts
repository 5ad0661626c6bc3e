/** Errors of the client as `ai` knows them: it tells its classes by symbols. */
import { isAbortError, LimitError, TracestitchError } from '../kernel/errors.js'
import { OWN } from './kept.js'

/** https://github.com/vercel/ai/blob/main/packages/provider/src/errors/api-call-error.ts */
const NAME = 'AI_APICallError'
const MARKS = ['vercel.ai.error', `vercel.ai.error.${NAME}`].map((mark) => Symbol.for(mark))

/**
 * A call that failed, after all retries and fallbacks of the client. `APICallError.isInstance` holds for it. `cause` is the client's
 * own error, with `attempts`, `provider` and `code`.
 */
export class ModelCallError extends Error {
  /** As that of `APICallError`. */
  override readonly name = NAME
  /** The model string or alias, as an address. */
  readonly url: string
  /** Never has the prompt. */
  readonly requestBodyValues: unknown
  /** HTTP status of the last answer; 429 for a limit or budget of the client. */
  readonly statusCode: number | undefined
  /** `retry-after`, where the provider or the limit says it. */
  readonly responseHeaders: Record<string, string> | undefined
  /** None: it may quote the prompt. */
  readonly responseBody: undefined
  /** Always `false`: the client has made its retries, and `ai` would repeat them all. */
  readonly isRetryable = false
  /** Provider, code and attempts of the failure. */
  readonly data: unknown

  constructor(cause: TracestitchError, model: string) {
    super(cause.message, { cause })
    for (const mark of MARKS) Object.defineProperty(this, mark, { value: true })
    this.url = `${OWN}:${model}`
    this.requestBodyValues = { model }
    this.statusCode = cause.status ?? (cause instanceof LimitError ? 429 : undefined)
    const { retryAfterMs, provider, code, attempts } = cause
    if (retryAfterMs !== undefined) this.responseHeaders = { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) }
    this.data = { provider, code, attempts }
  }
}

/** @param thrown - Aborts and errors that are not the client's are given back as they are. */
export function callError(thrown: unknown, model: string): unknown {
  if (isAbortError(thrown) || !TracestitchError.isInstance(thrown)) return thrown
  return new ModelCallError(thrown, model)
}

/** Runs a call of the client. */
export async function calling<T>(model: string, run: () => Promise<T>): Promise<T> {
  try {
    return await run()
  } catch (error) {
    throw callError(error, model)
  }
}
