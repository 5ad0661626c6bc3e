/** Turns failures on the wire into our errors. */
import {
  ConfigError,
  ConnectionError,
  StreamError,
  TimeoutError,
  TracestitchError,
  UnsupportedParameterError,
  type Attempt,
  type ErrorFields,
  type Unsupported,
} from '../../kernel/errors.js'
import { ProviderError } from '../../kernel/provider-error.js'
import { titleIn } from '../../kernel/error-body.js'
import type { EncodeContext, WireError } from '../../kernel/protocol.js'
import { readRateLimit, waitFor } from '../../kernel/rate-limit.js'
import { asString, isObject } from '../../kernel/json.js'
import { maskError, type ErrorMask } from '../../kernel/redact/mask-error.js'
import { oneLine } from '../../kernel/plain-text.js'
import { safeMessage } from '../../kernel/safe-message.js'
import { boundedWait, parseRetryAfter } from '../../kernel/wait.js'
import { classifyRefusal } from '../../kernel/refusal-error.js'
import { isRetryableClass } from '../../policies/classify-error.js'
import type { PlannedProvider } from '../../router/target.js'

/** Undici's default time for a connection, in milliseconds. */
const UNDICI_CONNECT_TIMEOUT = 10_000

/** The innermost system or undici code, such as `ECONNREFUSED`. */
function codeOf(error: unknown): string | undefined {
  let found: string | undefined
  let current = error
  for (let depth = 0; depth < 5 && isObject(current); depth += 1) {
    found = asString(current['code']) ?? found
    current = current['cause']
  }
  return found
}

/** A rejected `fetch` or read. The runtime's message may contain the URL, so only its code is shown. */
export function connectionFailure(cause: unknown, host: string, fields: ErrorFields): TracestitchError {
  const code = codeOf(cause)
  if (code === 'UND_ERR_CONNECT_TIMEOUT')
    return new TimeoutError('connect', UNDICI_CONNECT_TIMEOUT, { ...fields, cause })
  const message = `no answer from ${host}${code === undefined ? '' : ` (${code})`}`
  return new ConnectionError(message, { ...fields, cause, ...(code !== undefined && { code }) })
}

const MAX_TITLE = 80
const MEDIA_TYPE = /^[a-z]{4,11}\/[a-z][a-z.+-]{2,40}$/i
/** Characters of a plain text that are shown: so short a text is the server's own. */
const MAX_TEXT = 200

/**
 * Describes a body without showing it: the title of a page, or the first words of a plain text. The rest may quote the
 * request.
 */
export function describeBody(contentType: string | null, text: string): string {
  const type = contentType?.split(';')[0]?.trim() ?? ''
  const short = text.trim()
  if (/^text\/plain$/i.test(type) && short !== '' && short.length <= MAX_TEXT) return safeMessage(short)
  const title = titleIn(text)
  const said = title ? `, titled "${safeMessage(title.slice(0, MAX_TITLE))}"` : ''
  // A content type of another form is not a known one, and may contain anything.
  const shown = type === '' ? 'no content type' : MEDIA_TYPE.test(type) ? type.toLowerCase() : 'an odd content type'
  return `${shown}, ${text.length} characters${said}`
}

export interface HttpFailure {
  readonly response: Response
  readonly provider: Pick<PlannedProvider, IdFields | 'errorTypeHeader' | 'errorCodes'>
  readonly decoded: WireError
  readonly date: number
  readonly fields: ErrorFields
}

export function httpFailure({ response, provider, decoded, date, fields }: HttpFailure): ProviderError {
  const { status, headers } = response
  const requestId = requestIdOf(headers, provider)
  const rateLimit = readRateLimit(headers, date)
  // The wait that the provider asks for, else the time until its quota is full again.
  const asked = parseRetryAfter(headers, date) ?? decoded.retryAfterMs ?? untilTime(decoded.retryAt, date)
  const told = asked ?? (status === 429 ? waitFor(rateLimit) : undefined)
  const redirect = status >= 300 && status < 400
  const said = redirect
    ? 'redirects are not followed, because they would carry the key elsewhere; set baseURL to the final address'
    : decoded.message
  const message = `${status} ${said}`
  const type = decoded.type ?? errorTypeOf(headers, provider)
  const wire = { ...decoded, ...(type !== undefined && { type, names: [type, ...(decoded.names ?? [])] }) }
  const { failureClass, retryAfterMs } = classifyRefusal(wire, status, told, provider.errorCodes)
  const all = {
    ...fields,
    status,
    ...(decoded.code !== undefined && { code: decoded.code }),
    ...(type !== undefined && { type }),
    ...(requestId !== undefined && { requestId }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(rateLimit && { rateLimit }),
    ...(decoded.upstream !== undefined && { upstream: decoded.upstream }),
  }
  const isRetryable = !redirect && isRetryableClass(failureClass)
  return new ProviderError(message, { ...all, failureClass, isRetryable })
}

/** Milliseconds after `date`. */
function untilTime(time: number | undefined, date: number): number | undefined {
  return time === undefined ? undefined : boundedWait(time - date)
}

function errorTypeOf(headers: Headers, { errorTypeHeader }: HttpFailure['provider']): string | undefined {
  return errorTypeHeader === undefined ? undefined : headers.get(errorTypeHeader)?.split(':', 1)[0] || undefined
}

type IdFields = 'idHeaders' | 'gatewayIdHeaders'

/** The usual names, for servers without a list of their own. */
const USUAL_ID_HEADERS = ['x-request-id', 'request-id']

export function requestIdOf(headers: Headers, provider: Pick<PlannedProvider, IdFields>): string | undefined {
  for (const name of [...provider.idHeaders, ...USUAL_ID_HEADERS, ...provider.gatewayIdHeaders]) {
    const id = headers.get(name)
    if (id) return id
  }
  return undefined
}

/** Adds what a codec cannot know of an error inside a 200 answer: the time, and the meaning of the provider's numbers. */
export function withProviderMeaning<T>(error: T, { errorCodes }: Pick<PlannedProvider, 'errorCodes'>, date: number): T {
  if (!(error instanceof ProviderError)) return error
  const { code, retryAt } = error
  const meant = code !== undefined && errorCodes && Object.hasOwn(errorCodes, code) ? errorCodes[code] : undefined
  return Object.assign(error, {
    retryAfterMs: error.retryAfterMs ?? untilTime(retryAt, date),
    ...(meant !== undefined && { failureClass: meant, isRetryable: isRetryableClass(meant) }),
  })
}

/** Adds the target to an error from a codec, and hides what the target may have quoted. */
export function locate<T>(error: T, fields: ErrorFields, mask: ErrorMask): T {
  if (!(error instanceof TracestitchError)) return error
  const { provider, model, requestId, status } = error
  Object.assign(error, {
    provider: provider ?? fields.provider,
    model: model ?? fields.model,
    requestId: requestId ?? fields.requestId,
    status: status ?? fields.status,
  })
  maskError(error, mask)
  return error
}

/**
 * Names in the failure of a call the target that failed. If the call tried several, it also says that others failed before,
 * and why the call could not go on.
 *
 * @param last - The target that failed last; of parallel attempts this need not be the one that began last.
 */
export function nameTargets(error: TracestitchError, attempts: readonly Attempt[], last: string | undefined): void {
  if (last === undefined) return
  const [first, second, ...rest] = [...new Set(attempts.map(({ target }) => target))].filter(
    (target) => target !== last,
  )
  const more = second === undefined ? '' : rest.length === 0 ? ` and ${second}` : ` and ${rest.length + 1} more`
  const before = first === undefined ? '' : `; before it ${first}${more} failed`
  const [kept] = error.notTried
  const after = kept === undefined ? '' : `; ${kept.target} was not tried: ${kept.why}`
  // The stack begins with the message. With source maps it is only written when it is first read, with the message of that time.
  const { message, stack } = error
  const whole = `${message} (${oneLine(`${last}${before}${after}`)})`
  error.message = whole
  if (stack !== undefined) error.stack = stack.replace(message, () => whole)
}

/** Codecs throw typed errors; any other error means that the answer had an unexpected shape. */
export function unreadable(error: unknown): TracestitchError {
  if (error instanceof TracestitchError) return error
  return new StreamError('the answer cannot be read as its format', { cause: error })
}

/** Runs a codec over an answer. @throws as {@link unreadable} says. */
export function decoding<T>(step: () => T): T {
  try {
    return step()
  } catch (error) {
    throw unreadable(error)
  }
}

/**
 * Writes a request in the format of a target.
 *
 * @throws UnsupportedParameterError that names all that the format does not support, and ConfigError for a request of an
 * unexpected shape, such as a message that is `null`.
 */
export function encodingFor<T>(context: EncodeContext, encode: (context: EncodeContext) => T): T {
  return encoding(context.provider, () => {
    try {
      return encode(context)
    } catch (error) {
      throw error instanceof UnsupportedParameterError ? withAll(error, context, encode) : error
    }
  })
}

/** A codec throws at the first unsupported parameter. With `dropUnsupported` it reports all of them. */
function withAll(
  first: UnsupportedParameterError,
  context: EncodeContext,
  encode: (context: EncodeContext) => unknown,
): UnsupportedParameterError {
  const found = new Map<string, Unsupported>()
  try {
    encode({
      ...context,
      dropUnsupported: true,
      warn: () => {},
      onDropped: (parameter, hint) => found.set(parameter, { parameter, hint }),
    })
  } catch {
    // Other faults of the request are reported once this one is fixed.
  }
  if (found.size <= 1 || !found.has(first.parameter)) return first
  return new UnsupportedParameterError([...found.values()], context.provider)
}

/** A request of an unexpected shape, such as a message that is `null`. */
export function encoding<T>(provider: string, step: () => T): T {
  try {
    return step()
  } catch (error) {
    if (error instanceof TracestitchError) throw error
    throw new ConfigError('body', `cannot be written in the format of ${provider}: a field has an unexpected shape`, {
      cause: error,
    })
  }
}

/** A failure after the stream was committed, with what came so far. */
export function committedFailure(error: unknown, partial: unknown, fields: ErrorFields): StreamError {
  const known = error instanceof TracestitchError ? error : undefined
  return new StreamError(`the stream broke off: ${known?.message ?? 'it could not be read'}`, {
    ...fields,
    cause: error,
    partial,
    isRetryable: known?.isRetryable ?? true,
    ...(known?.status !== undefined && { status: known.status }),
    ...(known?.code !== undefined && { code: known.code }),
    ...(known?.requestId !== undefined && { requestId: known.requestId }),
    ...(known?.retryAfterMs !== undefined && { retryAfterMs: known.retryAfterMs }),
  })
}
