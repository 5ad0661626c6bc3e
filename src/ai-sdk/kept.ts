/**
 * What a block has beyond its text: signatures of thinking, and its exact form in one wire format. It goes to `ai` as metadata of the
 * part, and comes back with the conversation as options of it, so that the next turn has the block unchanged.
 */
import type { Block, RawPart } from '../kernel/hub.js'
import { asString, isObject } from '../kernel/json.js'
import type { AskedPart, ByProvider } from './ai-asked.js'
import type { JsonFields, Metadata } from './given.js'

/** Name of our own options and metadata. */
export const OWN = 'tracestitch'

/** Fields of a block that no part has. */
interface Kept {
  readonly signature?: string
  readonly redacted?: string
  readonly raw?: Block['raw']
  /** A block that only one wire format knows. */
  readonly block?: RawPart
}

/** `undefined` for a block that its part says whole. */
export function keptOf(block: Block): Metadata | undefined {
  const kept: Kept = {
    ...(block.type === 'thinking' && block.signature !== undefined && { signature: block.signature }),
    ...(block.type === 'redacted_thinking' && { redacted: block.data }),
    ...(block.type === 'raw' ? { block } : block.raw !== undefined && { raw: block.raw }),
  }
  return Object.keys(kept).length === 0 ? undefined : { [OWN]: kept as JsonFields }
}

/** The block of a part of an assistant message; `undefined` for a part that is none. */
export function blockOf(part: AskedPart): Block | undefined {
  const kept: Kept = part.providerOptions?.[OWN] ?? {}
  if (isObject(kept.block)) return kept.block
  const raw = isObject(kept.raw) ? { raw: kept.raw as NonNullable<Block['raw']> } : {}
  switch (part.type) {
    case 'text':
      return { type: 'text', text: asString(part.text) ?? '', ...raw }
    case 'reasoning': {
      const redacted = asString(kept.redacted) ?? foreign(part.providerOptions, 'redactedData')
      if (redacted !== undefined) return { type: 'redacted_thinking', data: redacted, ...raw }
      const signature = asString(kept.signature) ?? foreign(part.providerOptions, 'signature')
      return {
        type: 'thinking',
        thinking: asString(part.text) ?? '',
        ...(signature !== undefined && { signature }),
        ...raw,
      }
    }
    case 'tool-call':
      return { type: 'tool_call', id: part.toolCallId ?? '', ...raw }
    default:
      return undefined
  }
}

/** A conversation may have begun with `@ai-sdk/anthropic`. */
function foreign(options: ByProvider | undefined, field: string): string | undefined {
  return asString(options?.['anthropic']?.[field])
}
