/** Token counts of decisions, which both formats write in the same way. */
import type { DecisionResponse } from '../../kernel/hub.js'
import { asNumber, isObject } from '../../kernel/json.js'
import { wireCount } from '../shared/count.js'

type Usage = NonNullable<DecisionResponse['usage']>

/** `undefined` when the answer counts nothing. */
export function decodeUsage(wire: unknown): Usage | undefined {
  if (!isObject(wire)) return undefined
  const input = wireCount(wire['input_tokens'])
  const output = wireCount(wire['output_tokens'])
  const cost = wireCount(wire['cost'])
  if (input === undefined && output === undefined && cost === undefined) return undefined
  const cached = pick(wire['input_tokens_details'], ['cached_tokens', 'cache_write_tokens'])
  const reasoning = pick(wire['output_tokens_details'], ['reasoning_tokens'])
  return {
    input_tokens: input ?? 0,
    output_tokens: output ?? 0,
    total_tokens: wireCount(wire['total_tokens']) ?? (input ?? 0) + (output ?? 0),
    ...(cached && { input_tokens_details: cached }),
    ...(reasoning && { output_tokens_details: reasoning }),
    ...(cost !== undefined && { cost }),
  }
}

function pick<Key extends string>(details: unknown, keys: readonly Key[]): Partial<Record<Key, number>> | undefined {
  if (!isObject(details)) return undefined
  const counts = keys.map((key) => [key, asNumber(details[key])] as const).filter(([, count]) => count !== undefined)
  return counts.length > 0 ? (Object.fromEntries(counts) as Partial<Record<Key, number>>) : undefined
}
