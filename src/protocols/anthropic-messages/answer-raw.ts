/** Fields of an answer outside its message, kept for the codec that read it. */
import type { ChatCompletion } from '../../kernel/hub.js'
import type { JsonObject } from '../../kernel/protocol.js'
import { unknownUsageFields } from './usage.js'
import { ID } from './wire.js'

/** Fields without content. */
const SCALARS = ['container', 'context_management', 'diagnostics', 'input_transformations'] as const
const CONTENT = ['stop_sequence'] as const

export function rawOf(wire: JsonObject, usage: unknown, content: boolean): ChatCompletion['raw'] {
  const fields = content ? [...SCALARS, ...CONTENT] : SCALARS
  const kept: [string, unknown][] = fields.flatMap((field) => (wire[field] == null ? [] : [[field, wire[field]]]))
  const counts = unknownUsageFields(usage)
  if (counts) kept.push(['usage', counts])
  return kept.length > 0 ? { protocol: ID, value: Object.fromEntries(kept) } : undefined
}
