/**
 * The `anthropic-beta` header: a feature that is in beta is refused until its name is there
 * (https://platform.claude.com/docs/en/api/beta-headers). What a body asks for tells which it needs; a header that the
 * caller sets takes this one's place.
 */
import { asArray, asString, isObject } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'

const FIELDS: ReadonlyMap<string, string> = new Map([
  ['compaction', 'compact-2026-09-04'],
  ['context_management', 'context-management-2025-06-27'],
  ['diagnostics', 'cache-diagnosis-2026-04-07'],
  ['fallback_credit_token', 'fallback-credit-2026-07-01'],
  ['fallbacks', 'server-side-fallback-2026-07-01'],
  ['output_format', 'structured-outputs-2025-11-13'],
  ['thread', 'message-threads-2026-08-12'],
])

const TOOLS: ReadonlyMap<unknown, string> = new Map([
  ['advisor_20260301', 'advisor-tool-2026-03-01'],
  ['bash_20241022', 'computer-use-2024-10-22'],
  ['code_execution_20250522', 'code-execution-2025-05-22'],
  ['computer_20241022', 'computer-use-2024-10-22'],
  ['computer_20250124', 'computer-use-2025-01-24'],
  ['computer_20251124', 'computer-use-2025-11-24'],
  ['text_editor_20241022', 'computer-use-2024-10-22'],
])

/** Of a message with role `system`. */
const SYSTEM_FIELDS: ReadonlyMap<string, string> = new Map([
  ['clear_at', 'mid-conversation-system-clear-at-2026-08-21'],
  ['output_config', 'mid-conversation-output-config-2026-07-01'],
])

const BLOCKS: ReadonlyMap<unknown, string> = new Map([
  ['container_upload', 'files-api-2025-04-14'],
  ['tool_addition', 'mid-conversation-tool-changes-2026-07-01'],
  ['tool_removal', 'mid-conversation-tool-changes-2026-07-01'],
])

/**
 * @param named - `betas` of the request, as the SDK takes them.
 * @param toolBetas - What the provider needs for a kind of tool beside that.
 */
export function betaHeader(
  body: JsonObject,
  named: unknown,
  toolBetas: Readonly<Record<string, string>> = {},
): { 'anthropic-beta'?: string } {
  const betas = new Set(asArray(named).filter((name): name is string => typeof name === 'string'))
  const add = (beta: string | undefined): void => void (beta !== undefined && betas.add(beta))
  for (const [field, beta] of FIELDS) if (body[field] != null) add(beta)
  ofSettings(body, add)
  const tools = asArray(body['tools']).filter(isObject)
  for (const { type } of tools) {
    add(TOOLS.get(type))
    if (typeof type === 'string' && Object.hasOwn(toolBetas, type)) add(toolBetas[type])
  }
  if (asArray(body['mcp_servers']).length > 0) {
    const isNew = tools.some(({ type }) => type === 'mcp_toolset')
    add(isNew ? 'mcp-client-2025-11-20' : 'mcp-client-2025-04-04')
  }
  for (const message of asArray(body['messages']).filter(isObject)) {
    if (message['role'] === 'system') for (const [field, beta] of SYSTEM_FIELDS) if (message[field] != null) add(beta)
    ofContent(message['content'], add)
  }
  return betas.size > 0 ? { 'anthropic-beta': [...betas].join(',') } : {}
}

type Add = (beta: string | undefined) => void

function ofSettings(body: JsonObject, add: Add): void {
  const { container, context_management: context, output_config: output, speed, thinking } = body
  if (isObject(container) && asArray(container['skills']).length > 0) add('skills-2025-10-02')
  const edits = isObject(context) ? asArray(context['edits']).filter(isObject) : []
  if (edits.some(({ type }) => asString(type)?.startsWith('compact_'))) add('compact-2026-01-12')
  if (isObject(output) && output['task_budget'] != null) add('task-budgets-2026-03-13')
  if (speed === 'fast') add('fast-mode-2026-02-01')
  if (!isObject(thinking)) return
  if (thinking['block_binding'] != null) add('thinking-binding-controls-2026-08-01')
  if (thinking['display'] === 'updates') add('thinking-display-updates-2026-08-18')
}

/** Files are named by sources, also within the results of tools. */
function ofContent(content: unknown, add: Add): void {
  if (!Array.isArray(content)) return
  for (const block of content.filter(isObject)) {
    add(BLOCKS.get(block['type']))
    if (isObject(block['source']) && block['source']['type'] === 'file') add('files-api-2025-04-14')
    if (block['type'] === 'tool_result') ofContent(block['content'], add)
  }
}
