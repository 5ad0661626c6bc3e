/** `options`, `format` and `think` (https://docs.ollama.com/api/chat), both ways. */
import type { ChatRequest } from '../../kernel/hub.js'
import { asNumber, compact, isObject } from '../../kernel/json.js'
import type { Limits } from '../../kernel/limits.js'
import { formatHint } from '../../kernel/format-hint.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'
import { traitsOf } from '../../models/index.js'
import { SCHEMA_DIALECTS } from '../shared/schema-dialects.js'
import { schemaFitter } from '../shared/schema/fitter.js'
import { readStops, scalars, stopsOf } from '../shared/scalars.js'

/** Settings of `options`, whose names are the hub's. */
export const SETTINGS = scalars({
  temperature: 'temperature',
  top_k: 'top_k',
  top_p: 'top_p',
  seed: 'seed',
  frequency_penalty: 'frequency_penalty',
  presence_penalty: 'presence_penalty',
})

export function encodeOptions(request: ChatRequest): JsonObject {
  return compact({
    num_predict: request.max_completion_tokens ?? request.max_tokens ?? undefined,
    stop: stopsOf(request),
    ...SETTINGS.encode(request),
  })
}

/** @returns The options that only this format knows. */
export function decodeOptions(request: ChatRequest, wire: unknown): JsonObject {
  if (!isObject(wire)) return {}
  const rest = { ...wire }
  SETTINGS.decode(wire, request, rest)
  const limit = asNumber(wire['num_predict'])
  // Negative numbers mean no limit, or up to the context's end.
  if (limit !== undefined && limit > 0) {
    request.max_tokens = limit
    delete rest['num_predict']
  }
  const stop = readStops(wire['stop'])
  if (stop) {
    request.stop = stop
    delete rest['stop']
  }
  return rest
}

/** @returns Also a sentence for the system prompt, where a schema is not enforced. */
export function encodeFormat(
  request: ChatRequest,
  context: EncodeContext,
  limits: Limits,
): { format?: unknown; hint?: string } {
  const { response_format: format } = request
  if (format == null || format.type === 'text') return {}
  const schema = format.type === 'json_schema' ? format.json_schema.schema : undefined
  if (!schema) return { format: 'json' }
  const fitter = schemaFitter(SCHEMA_DIALECTS[context.quirks.schemas ?? 'ollama'], limits, request.stream === true)
  const enforced = fitter.format(schema, 'asked for in the system prompt')
  if (enforced) return { format: enforced }
  const hint = formatHint(format, limits)
  return { format: 'json', ...(hint !== undefined && { hint }) }
}

export function decodeFormat(format: unknown, content: boolean): ChatRequest['response_format'] {
  if (format === 'json') return { type: 'json_object' }
  // The wire has no name for a schema, and the hub requires one. A schema is the caller's own words.
  return isObject(format)
    ? { type: 'json_schema', json_schema: { name: 'response', ...(content && { schema: format }) } }
    : undefined
}

const LEVELS: ReadonlyMap<string, string> = new Map([
  ['minimal', 'low'],
  ['low', 'low'],
  ['medium', 'medium'],
  ['high', 'high'],
  ['xhigh', 'high'],
  ['max', 'high'],
])

export function encodeThink(
  { thinking, reasoning_effort: effort }: ChatRequest,
  model: string,
  limits: Limits,
): boolean | string | undefined {
  if (isObject(thinking)) {
    if (thinking.budget_tokens !== undefined) limits.warn('`thinking` has no token budget here')
    if (thinking.type === 'disabled') return false
    if (effort == null) return true
  }
  if (effort == null) return undefined
  if (effort === 'none') return false
  const level = LEVELS.get(effort)
  if (level === undefined) {
    limits.unsupported('reasoning_effort', `use none, ${[...LEVELS.keys()].join(', ')}`)
    return undefined
  }
  if (traitsOf(model).effortByName) {
    if (level !== effort) limits.warn(`the model has no \`reasoning_effort\` ${effort}: ${level} is sent`)
    return level
  }
  // For most, thinking is on or off (https://docs.ollama.com/capabilities/thinking).
  limits.warn(`\`reasoning_effort\` ${effort} turns thinking on here: the model knows no other effort`)
  return true
}

export function decodeThink(request: ChatRequest, think: unknown): void {
  if (typeof think === 'boolean') request.thinking = { type: think ? 'enabled' : 'disabled' }
  else if (typeof think === 'string' && think !== '') request.reasoning_effort = think
}
