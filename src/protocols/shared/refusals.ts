/** What a model refuses of a request, whoever serves it. */
import type { ChatRequest } from '../../kernel/hub.js'
import type { Limits } from '../../kernel/limits.js'
import { traitsOf } from '../../models/index.js'

/** Values that ask for nothing: the model does the same without them. */
const IDLE: Readonly<Partial<Record<keyof ChatRequest, unknown>>> = {
  frequency_penalty: 0,
  logprobs: false,
  n: 1,
  parallel_tool_calls: true,
  presence_penalty: 0,
  service_tier: 'auto',
  store: false,
  temperature: 1,
  top_logprobs: 0,
  top_p: 1,
}

/** Where the idle value is the only one that a model takes: it goes out as it was given. */
const TAKEN_AS_DEFAULT: ReadonlySet<string> = new Set(['temperature', 'top_p'])

/** Whether a field says nothing, so that it may be left out without a word. */
export function asksForNothing(field: keyof ChatRequest, value: unknown): boolean {
  if (value == null || value === IDLE[field]) return true
  return typeof value === 'object' && Object.keys(value).length === 0
}

/**
 * The settings without those that the model answers with an error.
 *
 * @param effort - The effort of reasoning that goes out; without one the model's own counts.
 * @throws UnsupportedParameterError for one that asks for something, unless `dropUnsupported`.
 */
export function refusedBy<T extends { [Field in keyof ChatRequest]?: ChatRequest[Field] | undefined }>(
  model: string,
  effort: string | null | undefined,
  settings: T,
  limits: Limits,
): T {
  const { refuses = [], defaultEffort } = traitsOf(model)
  const level = effort ?? defaultEffort ?? 'none'
  let left = settings
  for (const { fields, exceptAt, onlyAt } of refuses) {
    if (exceptAt?.includes(level) || (onlyAt && !onlyAt.includes(level))) continue
    for (const field of fields) {
      const value = settings[field]
      if (value === undefined || !(field in left)) continue
      if (asksForNothing(field, value)) {
        if (TAKEN_AS_DEFAULT.has(field) && value !== null) continue
      } else limits.unsupported(field, hintOf(field, exceptAt, onlyAt))
      if (left === settings) left = { ...settings }
      delete left[field]
    }
  }
  return left
}

function hintOf(
  field: keyof ChatRequest,
  exceptAt: readonly string[] | undefined,
  onlyAt: readonly string[] | undefined,
): string {
  const other = TAKEN_AS_DEFAULT.has(field) ? `the model takes none other than the default, 1` : 'the model takes none'
  if (exceptAt) return `${other}, except with reasoning_effort ${exceptAt.join(' or ')}`
  return onlyAt ? `${other} with reasoning_effort ${onlyAt.join(', ')}` : other
}
