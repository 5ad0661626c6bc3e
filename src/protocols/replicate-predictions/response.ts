/** A prediction (https://replicate.com/docs/topics/predictions/lifecycle) and the answer it holds, both ways. */
import { StreamError } from '../../kernel/errors.js'
import { ProviderError } from '../../kernel/provider-error.js'
import type { ChatCompletion, FinishReason, Usage } from '../../kernel/hub.js'
import { asNumber, asString, isObject, typeName } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject, PendingAnswer, WireError } from '../../kernel/protocol.js'
import { safeMessage } from '../../kernel/safe-message.js'
import { rawOf, unknownFields } from '../shared/raw.js'
import { usageOf } from '../shared/usage.js'
import { ID, PATH, ownRaw } from './wire.js'

/** An error body: `{title, detail, status}` (RFC 7807 in part), or `detail` alone. */
export function decodeError(body: unknown): WireError | undefined {
  if (!isObject(body)) return undefined
  const title = asString(body['title'])
  const message = asString(body['detail']) ?? title
  if (!message) return undefined
  return { message: safeMessage(message), ...(title !== undefined && { type: title.slice(0, 200) }) }
}

export function encodeError(error: WireError, status: number): JsonObject {
  return { title: error.type ?? 'Error', detail: error.message, status }
}

/** What the model's failures say when the same call may succeed, such as `Prediction interrupted; please retry (code: PA)`. */
const MAY_PASS = /retry|interrupted|time[sd]? ?out|overload|high demand|unavailable|queue is full/i

/** Codes such as `(E005)` and `(code: PA)` at the end of a failure (https://replicate.com/docs/reference/error-codes). */
const FAILURE_CODE = /\((?:code: )?([A-Z]{1,2}\d{0,5})\)/

/** @param said - What the model or the server said of it; may be empty. */
export function failure(said: string | undefined): ProviderError {
  const message = said || 'the prediction failed'
  const flagged = /flagged|sensitive|safety/i.test(message)
  return new ProviderError(safeMessage(message), {
    type: 'prediction_failed',
    code: flagged ? 'content_filter' : (FAILURE_CODE.exec(message)?.[1] ?? 'prediction_failed'),
    isRetryable: !flagged && MAY_PASS.test(message),
  })
}

/** @param word - `canceled`, or `aborted` for a prediction that was canceled before it began. */
export function canceled(word: string): ProviderError {
  return new ProviderError(`the prediction was ${word}`, { type: 'prediction_canceled', code: 'prediction_canceled' })
}

/** Whether the model is still at work on it, or has yet to begin. */
export function isGrowing({ status }: JsonObject): boolean {
  return status === 'starting' || status === 'processing'
}

/** The server says it, and the key goes there. @throws StreamError for what is not an id of a prediction. */
function predictionSegment(id: string): string {
  if (/^[\w-]{1,200}$/.test(id)) return id
  throw new StreamError('the answer is no prediction: its `id` is no id')
}

/** Where a prediction that is not done is asked for, and where it streams when its model can. */
export function pending(wire: unknown): PendingAnswer | undefined {
  if (!isObject(wire) || !isGrowing(wire)) return undefined
  const id = asString(wire['id'])
  if (!id) return undefined
  const events = isObject(wire['urls']) ? asString(wire['urls']['stream']) : undefined
  return { path: `${PATH}/${predictionSegment(id)}`, ...(events !== undefined && { events }) }
}

/** @throws ProviderError for a prediction that failed, was canceled, or is not done. */
export function checkStatus(prediction: JsonObject): void {
  const { status } = prediction
  if (status === 'succeeded') return
  if (status === 'failed') throw failure(asString(prediction['error']))
  if (isGrowing(prediction)) throw unfinished(String(status))
  if (status === 'canceled' || status === 'aborted') throw canceled(status)
  const error = decodeError(prediction)
  if (!error) throw new StreamError('the answer is no prediction: it has no known `status`')
  const code = asNumber(status)
  throw new ProviderError(error.message, {
    ...(error.type !== undefined && { type: error.type }),
    ...(code !== undefined && { status: code }),
    isRetryable: code === undefined || code >= 500 || code === 429,
  })
}

export function unfinished(status: string): ProviderError {
  return new ProviderError(`the prediction was still ${status}`, {
    type: 'prediction_unfinished',
    code: 'prediction_unfinished',
    isRetryable: true,
  })
}

/** Language models give their text in pieces. An output of another form is told as JSON, so that it is not lost. */
export function textOf(output: unknown): string {
  if (output === undefined || output === null) return ''
  if (typeof output === 'string') return output
  if (Array.isArray(output) && output.every((piece) => typeof piece === 'string')) return output.join('')
  return JSON.stringify(output)
}

export function decodeHead(prediction: JsonObject): Pick<ChatCompletion, 'id' | 'created' | 'model'> {
  const created = Date.parse(asString(prediction['created_at']) ?? '')
  return {
    id: asString(prediction['id']) ?? '',
    created: Number.isFinite(created) ? Math.floor(created / 1000) : 0,
    model: asString(prediction['model']) ?? asString(prediction['version']) ?? '',
  }
}

export function encodeHead({ id, created, model }: Pick<ChatCompletion, 'id' | 'created' | 'model'>): JsonObject {
  return { id, model, created_at: new Date(created * 1000).toISOString() }
}

/** Official language models count tokens; others tell their time only. */
export function decodeUsage(prediction: JsonObject): Usage | undefined {
  const metrics = isObject(prediction['metrics']) ? prediction['metrics'] : {}
  return usageOf(metrics['input_token_count'], metrics['output_token_count'])
}

export function encodeUsage(usage: Usage | null | undefined): JsonObject {
  return usage
    ? { metrics: { input_token_count: usage.prompt_tokens, output_token_count: usage.completion_tokens } }
    : {}
}

/** The format does not say why the model stopped. It echoes the request, so an answer of just its limit was cut. */
export function decodeFinish(prediction: JsonObject, usage: Usage | undefined): FinishReason {
  const input = isObject(prediction['input']) ? prediction['input'] : {}
  const limit =
    asNumber(input['max_tokens']) ?? asNumber(input['max_completion_tokens']) ?? asNumber(input['max_new_tokens'])
  return limit !== undefined && usage && usage.completion_tokens >= limit ? 'length' : 'stop'
}

export function encodeFinish(reason: FinishReason | undefined, usage: Usage | null | undefined): JsonObject {
  return reason === 'length' ? { input: { max_tokens: usage?.completion_tokens ?? 0 } } : {}
}

const KNOWN: ReadonlySet<string> = new Set([
  'id',
  'model',
  'created_at',
  'status',
  'output',
  'error',
  'metrics',
  // The caller's own words, and what the model printed about them.
  'input',
  'logs',
])
const KNOWN_METRICS: ReadonlySet<string> = new Set(['input_token_count', 'output_token_count'])

/** Times, addresses and the version. */
export function decodeRaw(prediction: JsonObject): Pick<ChatCompletion, 'raw'> {
  const metrics = isObject(prediction['metrics']) ? unknownFields(prediction['metrics'], KNOWN_METRICS) : undefined
  return rawOf(ID, { ...unknownFields(prediction, KNOWN), ...(metrics && { metrics }) })
}

/** @throws StreamError when it is not a prediction, ProviderError when it holds no answer. */
export function decodeResponse(wire: unknown, options: DecodeOptions = {}): ChatCompletion {
  if (!isObject(wire)) throw new StreamError(`expected a prediction, got ${typeName(wire)}`)
  checkStatus(wire)
  const content = options.content ?? true
  const usage = decodeUsage(wire)
  return {
    ...decodeHead(wire),
    object: 'chat.completion',
    choices: [
      {
        index: 0,
        finish_reason: decodeFinish(wire, usage),
        message: { role: 'assistant', content: content ? textOf(wire['output']) : null, refusal: null },
        logprobs: null,
      },
    ],
    ...(usage && { usage }),
    ...(content && decodeRaw(wire)),
  }
}

/** A prediction of the text of the first choice: the format holds no more. */
export function encodeResponse(response: ChatCompletion): JsonObject {
  const choice = response.choices[0]
  const { message } = choice ?? {}
  return encodePrediction(
    response,
    `${message?.content ?? ''}${message?.refusal ?? ''}`,
    choice?.finish_reason,
    response.usage,
    ownRaw(response.raw),
  )
}

export function encodePrediction(
  head: Pick<ChatCompletion, 'id' | 'created' | 'model'>,
  text: string,
  finish: FinishReason | undefined,
  usage: Usage | null | undefined,
  raw: JsonObject | undefined,
): JsonObject {
  const counts = encodeUsage(usage)
  const metrics = {
    ...(isObject(raw?.['metrics']) && raw['metrics']),
    ...(isObject(counts['metrics']) && counts['metrics']),
  }
  return {
    ...raw,
    ...encodeHead(head),
    status: 'succeeded',
    output: [text],
    error: null,
    ...encodeFinish(finish, usage),
    ...(Object.keys(metrics).length > 0 && { metrics }),
  }
}
