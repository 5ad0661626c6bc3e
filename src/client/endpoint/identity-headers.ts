/** Whom a request is for, by what its program sends: a row for each program. */
import { asString, isObject, parseJson } from '../../kernel/json.js'
import type { JsonObject } from '../../kernel/protocol.js'
import type { Identity } from '../../telemetry/identity.js'

type Field = 'user' | 'session'

/** Headers, the first that is there counts. */
const HEADERS: readonly (readonly [header: string, field: Field])[] = [
  ['x-tracestitch-user', 'user'],
  ['x-tracestitch-session', 'session'],
  // Claude Code (https://code.claude.com/docs/en/llm-gateway-protocol)
  ['x-claude-code-session-id', 'session'],
  // Codex
  ['session-id', 'session'],
  ['session_id', 'session'],
  // opencode
  ['x-session-affinity', 'session'],
  // Open WebUI, with ENABLE_FORWARD_USER_INFO_HEADERS (https://docs.openwebui.com/getting-started/env-configuration)
  ['x-openwebui-user-id', 'user'],
  ['x-openwebui-user-email', 'user'],
  ['x-openwebui-chat-id', 'session'],
  // LiteLLM (https://docs.litellm.ai/docs/proxy/request_headers)
  ['x-litellm-end-user-id', 'user'],
  ['x-litellm-session-id', 'session'],
]

/** Fields of bodies, in the same way. */
const FIELDS: readonly (readonly [path: readonly string[], field: Field])[] = [
  // https://platform.openai.com/docs/api-reference/chat/create: `safety_identifier` replaces `user`.
  [['safety_identifier'], 'user'],
  [['user'], 'user'],
]

/** https://platform.claude.com/docs/en/api/messages/create */
const CLAUDE_USER = ['metadata', 'user_id']

/** Claude Code before 2.1.129 and some of its kin write the three parts with underscores. */
const CLAUDE_CODE_USER = /^user_(?<device>[0-9a-f]+)_account_(?<account>[^_]*)_session_(?<session>[^_]+)$/

/** Tags, with commas between them. */
const TAGS = 'x-tracestitch-tags'
const LONGEST = 512

export function identityOf(headers: Headers, body: JsonObject): Identity | undefined {
  const found: { user?: string | undefined; session?: string | undefined; tags?: string[] } = {}
  for (const [header, field] of HEADERS) found[field] ??= headers.get(header)?.slice(0, LONGEST) || undefined
  for (const [path, field] of FIELDS) found[field] ??= textAt(body, path)
  const claude = claudeUser(textAt(body, CLAUDE_USER))
  found.user ??= claude.user
  found.session ??= claude.session
  const tags = headers
    .get(TAGS)
    ?.split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '')
  if (tags && tags.length > 0) found.tags = tags
  return Object.values(found).some((value) => value !== undefined) ? found : undefined
}

/** Claude Code names a device, an account, where one is signed in, and a session in the one field. */
function claudeUser(text: string | undefined): {
  readonly user?: string | undefined
  readonly session?: string | undefined
} {
  if (text === undefined) return {}
  const { device, account, session } = CLAUDE_CODE_USER.exec(text)?.groups ?? {}
  if (session !== undefined) return { user: account || device, session }
  const parts = text.startsWith('{') ? parseJson(text) : undefined
  if (!isObject(parts)) return { user: text }
  const part = (name: string): string | undefined => asString(parts[name]) || undefined
  return { user: part('account_uuid') ?? part('device_id') ?? text, session: part('session_id') }
}

function textAt(body: JsonObject, path: readonly string[]): string | undefined {
  let at: unknown = body
  for (const name of path) at = isObject(at) ? at[name] : undefined
  return typeof at === 'string' && at !== '' ? at.slice(0, LONGEST) : undefined
}
