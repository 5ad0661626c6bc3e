/**
 * Settings for tool calls in a request without tools. OpenAI's API and others answer with 400 ("'tool_choice' is only
 * allowed when 'tools' are specified"); some ignore them. Here the result is the same everywhere.
 */
import { asArray, isObject } from '../../kernel/json.js'
import { limitsOf, type Limits } from '../../kernel/limits.js'
import type { EncodeContext, JsonObject } from '../../kernel/protocol.js'

/** Fields that may bring tools, in all formats, including what is stored at the provider. */
const SOURCES = ['tools', 'functions', 'toolConfig', 'mcp_servers', 'web_search_options', 'prompt', 'thread']

/** Choices that do not demand a call. */
const ASKS_NOTHING: ReadonlySet<unknown> = new Set(['auto', 'none'])

const HINT = 'there are no `tools` to choose from: give them, or leave it out'

/**
 * The request without such settings. A setting that demands nothing is left out with a warning.
 *
 * @throws UnsupportedParameterError for a call that is demanded, unless `dropUnsupported`.
 */
export function withoutIdleToolChoice<T extends object>(request: T, context: EncodeContext): T {
  const fields = request as JsonObject
  const { tool_choice: choice, function_call: old, parallel_tool_calls: parallel } = fields
  if (choice == null && old == null && parallel == null) return request
  if (hasTools(fields)) return request
  const limits = limitsOf(context)
  reportSetting('tool_choice', choice, limits)
  reportSetting('function_call', old, limits)
  if (parallel != null) limits.warn('`parallel_tool_calls` is left out, as there are no `tools`')
  const { tool_choice: _choice, function_call: _call, parallel_tool_calls: _parallel, ...rest } = fields
  return rest as T
}

function reportSetting(field: string, choice: unknown, limits: Limits): void {
  if (choice == null) return
  const word = isObject(choice) ? choice['type'] : choice
  if (ASKS_NOTHING.has(word)) limits.warn(`\`${field}\` is left out, as there are no \`tools\``)
  else limits.unsupported(field, HINT)
}

/** Whether a body has tools, or fields that may bring some. */
export function hasTools(fields: JsonObject | undefined): boolean {
  const { extra_body: extra, raw } = fields ?? {}
  const own = isObject(raw) ? raw['value'] : undefined
  return [fields, extra, own].some((holder) => isObject(holder) && SOURCES.some((name) => isSaid(holder[name])))
}

function isSaid(value: unknown): boolean {
  return Array.isArray(value) ? asArray(value).length > 0 : value != null
}
