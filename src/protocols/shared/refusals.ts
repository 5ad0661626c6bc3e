/** Settings of a request that a model refuses, whichever provider serves it. */
import type { ChatRequest } from '../../kernel/hub.js'
import type { Limits } from '../../kernel/limits.js'
import { traitsOf } from '../../models/index.js'
import { asksNothing } from './request-fields.js'

/** Settings whose default is accepted even by a model that takes no other value; the default is sent. */
const DEFAULTS: Readonly<Partial<Record<keyof ChatRequest, unknown>>> = { temperature: 1, top_p: 1 }

/**
 * The settings without those that the model answers with an error.
 *
 * @param effort - The effort of reasoning that is sent; without one the model's own counts.
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
      if (value === DEFAULTS[field]) continue
      if (!asksNothing(field, value)) limits.unsupported(field, hintOf(field, exceptAt, onlyAt))
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
  const none = field in DEFAULTS ? 'the model takes only the default, 1' : 'the model takes none'
  const at = exceptAt ? `, except with reasoning_effort ${exceptAt.join(' or ')}` : ''
  return `${none}${onlyAt ? ` with reasoning_effort ${onlyAt.join(', ')}` : at}; remove it, or set dropUnsupported`
}
