/** The errors of calls as answers: the status, and the body in the format of the route. */
import {
  ConfigError,
  ConnectionError,
  CredentialsError,
  isAbortError,
  LimitError,
  StreamError,
  TimeoutError,
  TracestitchError,
  UnsupportedParameterError,
} from '../../kernel/errors.js'
import { GuardrailError } from '../../kernel/guardrail-error.js'
import { formatOf } from '../../kernel/catalogue.js'
import type { JsonObject, ProtocolId, WireError } from '../../kernel/protocol.js'
import { ProviderError } from '../../kernel/provider-error.js'
import type { ClientContext } from '../context.js'

/** An error, ready to be written in any format. */
export interface Failure {
  readonly status: number
  readonly error: WireError
  readonly headers: Readonly<Record<string, string>>
}

/** The client has left, so nobody reads this status. It is nginx's, and what logs show. */
const CLIENT_LEFT = 499
/** As OpenAI and LiteLLM name it. */
const NO_MODEL = 'model_not_found'

export function failureOf(thrown: unknown): Failure {
  if (!TracestitchError.isInstance(thrown)) {
    if (isAbortError(thrown)) return plain(CLIENT_LEFT, 'the request was aborted', 'aborted')
    // The thrown value is not shown: it is not ours, and may say anything.
    return plain(500, 'the request failed inside the gateway', 'internal_error')
  }
  const { code, retryAfterMs, isRetryable } = thrown
  const type = thrown instanceof ProviderError ? thrown.type : undefined
  const status = statusOf(thrown)
  const said = String(status)
  // The status is said by the answer itself, and SDKs put it before the message.
  const message = thrown.message.startsWith(`${said} `) ? thrown.message.slice(said.length + 1) : thrown.message
  const named = code === said ? undefined : (code ?? codeOf(thrown))
  return {
    status,
    error: { message, ...(type !== undefined && { type }), ...(named !== undefined && { code: named }) },
    headers: {
      // https://github.com/openai/openai-node: `retry-after-ms` counts before `retry-after`, and `x-should-retry` before the status.
      ...(retryAfterMs !== undefined && {
        'retry-after': String(Math.ceil(retryAfterMs / 1000)),
        'retry-after-ms': String(Math.ceil(retryAfterMs)),
      }),
      ...(!isRetryable && { 'x-should-retry': 'false' }),
    },
  }
}

function plain(status: number, message: string, code: string): Failure {
  return { status, error: { message, code }, headers: {} }
}

function statusOf(error: TracestitchError): number {
  const { status } = error
  if (status !== undefined && status >= 400 && status < 600) return status
  if (error instanceof LimitError) return error.limit === 'cooldown' ? 503 : 429
  if (error instanceof CredentialsError) return 500
  if (error instanceof ConfigError) return error.path === 'model' ? 404 : 400
  if (error instanceof UnsupportedParameterError) return 400
  // A check that fails is a fault here, and may work later.
  if (error instanceof GuardrailError) return error.isRetryable ? 503 : 400
  if (error instanceof TimeoutError) return 504
  if (error instanceof ConnectionError || error instanceof StreamError || error instanceof ProviderError) return 502
  return 500
}

function codeOf(error: TracestitchError): string | undefined {
  if (error instanceof CredentialsError) return 'credentials_failed'
  if (error instanceof ConfigError) return error.path === 'model' ? NO_MODEL : 'invalid_request'
  if (error instanceof UnsupportedParameterError) return 'unsupported_parameter'
  if (error instanceof LimitError) return error.limit === 'budget' ? 'budget_exceeded' : 'rate_limit_exceeded'
  if (error instanceof TimeoutError) return 'timeout'
  if (error instanceof ConnectionError) return 'connection_failed'
  return undefined
}

/** The body of an error in a format. */
export function errorBody({ catalogue }: ClientContext, id: ProtocolId, { error, status }: Failure): JsonObject {
  const format = formatOf(catalogue, id)
  if (format && 'encodeError' in format) return format.encodeError(error, status)
  return { error: { message: error.message, type: error.type ?? null, code: error.code ?? null } }
}
