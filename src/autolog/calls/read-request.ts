/** Reads as much as it can of a request: if one part cannot be read, the rest is. */
import { countFault } from '../../kernel/guard.js'
import type { ChatRequest } from '../../kernel/hub.js'
import { isObject } from '../../kernel/json.js'
import type { ChatProtocol, DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { jsonCopy } from '../../telemetry/content/content-limit.js'

/**
 * Reads a plain request as it is. Otherwise tries its JSON, which is what the SDK sends; then the request without the items of
 * its lists (messages, tools) that cannot be read; then the request without its content.
 *
 * @throws what the codec throws when none of these can be read.
 */
export function readRequest(codec: ChatProtocol, wire: JsonObject, options: DecodeOptions): ChatRequest {
  const read = (body: unknown): ChatRequest => codec.decodeRequest(body, options)
  if (options.content === false) return read(wire)
  const whole = (hasToJson(wire) ? undefined : attempt(() => read(wire))) ?? attempt(() => read(jsonCopy(wire)))
  if (whole) return whole
  countFault('request')
  return (
    attempt(() => read(readable(jsonCopy(wire) as JsonObject, read))) ??
    codec.decodeRequest(wire, { ...options, content: false })
  )
}

/** Whether an item of a list, or a member of one, has a `toJSON`, which a codec would ignore. */
function hasToJson(wire: JsonObject): boolean {
  const says = (value: unknown): boolean =>
    typeof (value as { toJSON?: unknown } | null | undefined)?.toJSON === 'function'
  return Object.values(wire).some(
    (list) =>
      Array.isArray(list) && list.some((item) => says(item) || (isObject(item) && Object.values(item).some(says))),
  )
}

function readable(wire: JsonObject, read: (body: unknown) => unknown): JsonObject {
  const kept: Record<string, unknown> = { ...wire }
  for (const [field, value] of Object.entries(wire)) {
    if (Array.isArray(value))
      kept[field] = value.filter((item: unknown) => attempt(() => read({ model: '', [field]: [item] })) !== undefined)
  }
  return kept
}

/** An error is ignored: the next way is tried. */
function attempt<T>(step: () => T): T | undefined {
  try {
    return step()
  } catch {
    return undefined
  }
}
