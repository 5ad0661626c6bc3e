/** What a call asks, as the cache knows it. */
import { cacheKey, contentOf, isRepeatable, lastQuestion, scopeOf, type CacheControl } from '../../policies/cache.js'
import type { FallbackOptions } from '../../router/options.js'
import type { OperationName } from '../../telemetry/semconv.js'
import type { CallView } from '../call/stage.js'

/** Operations beside chat and embeddings whose answers are kept. Others answer with media, or are passed on unread. */
const OTHERS: ReadonlySet<string> = new Set<OperationName>(['rerank', 'decide'])

/** The call's own body; `undefined` for a call that the cache has nothing to do with. */
export function askedOf({ operation, request, body, options }: CallView): object | undefined {
  if (!request && !OTHERS.has(operation)) return undefined
  const hub = request && ('chat' in request ? request.chat : request.embeddings)
  const asked = body?.request ?? hub
  const { extra_body: extra = {}, fallbacks } = options
  if (!asked || !isRepeatable(asked) || !isRepeatable(extra) || (fallbacks && testsAnswers(fallbacks))) return undefined
  return asked
}

/** Whether a function of this call says which answers it takes. There is no telling what it would say of a kept one. */
function testsAnswers(fallbacks: readonly FallbackOptions[]): boolean {
  return fallbacks.some((fallback) => {
    const on = typeof fallback === 'string' ? undefined : fallback.on
    return [on].flat().some((test) => typeof test === 'function')
  })
}

/** Headers that differ from call to call, or only say who sends it. */
const NOT_MEANT = /^(?:traceparent|tracestate|baggage|user-agent|idempotency-key|x-(?:request|correlation)-id)$/i

/** All that decides the answer of a call, beside its content. */
function around(call: CallView, control: CacheControl, asked: object): readonly unknown[] {
  const { operation, model, body, metadata, options } = call
  const { headers = {}, fallbacks, extra_body: extra, provider_options: own, dropUnsupported } = options
  const meant = Object.entries(headers).flatMap(([name, value]) =>
    NOT_MEANT.test(name) ? [] : [[name.toLowerCase(), value]],
  )
  const others =
    fallbacks && fallbacks.map((fallback) => (typeof fallback === 'string' ? { model: fallback } : fallback))
  return [
    control.namespace,
    scopeOf(control.scope, metadata, asked),
    body?.format ?? operation,
    model,
    Object.fromEntries(meant),
    others,
    extra && contentOf(extra),
    own,
    dropUnsupported,
  ]
}

export function exactKey(call: CallView, control: CacheControl, asked: object): string {
  return cacheKey([...around(call, control, asked), contentOf(asked)])
}

/** A key for each input of a request for vectors. */
export function inputKeys(
  call: CallView,
  control: CacheControl,
  asked: object,
  inputs: readonly unknown[],
): readonly string[] {
  const { input: _input, encoding_format: format, ...rest } = contentOf(asked)
  // Both are lists of numbers here; the caller gets either.
  const kind = format === 'float' || format === 'base64' ? undefined : format
  const shared = [...around(call, control, asked), rest, kind]
  return inputs.map((input) => cacheKey([...shared, 'input', input]))
}

/** Fields that hold the messages of a request, in all formats. */
const MESSAGES = ['messages', 'input', 'contents']

/** What a semantic hit must have equal, and the text that is compared; `undefined` when there is none. */
export function questionOf(
  call: CallView,
  control: CacheControl,
  asked: object,
): { readonly space: string; readonly text: string } | undefined {
  const { request } = call
  if (!request || !('chat' in request)) return undefined
  const question = lastQuestion(request.chat)
  if (!question) return undefined
  const rest = [request.chat, asked].map((fields) =>
    Object.fromEntries(Object.entries(contentOf(fields)).filter(([name]) => !MESSAGES.includes(name))),
  )
  return { space: cacheKey([...around(call, control, asked), rest, question.before]), text: question.text }
}
