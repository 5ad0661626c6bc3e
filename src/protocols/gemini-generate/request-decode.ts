/** The body of `generateContent` to a chat request: the reverse of `request-encode.ts`. Model and streaming are in the path. */
import type { ChatRequest } from '../../kernel/hub.js'
import { asString } from '../../kernel/json.js'
import type { DecodeOptions, JsonObject } from '../../kernel/protocol.js'
import { requestObject } from '../shared/malformed.js'
import { keepRaw, unknownFields } from '../shared/raw.js'
import { decodeContents } from './contents-decode.js'
import { decodeGenerationConfig } from './generation-config.js'
import { LAYOUT, readLayout } from './layout.js'
import { dialectOf } from './dialect.js'
import { decodeToolConfig, decodeTools } from './tools.js'
import { ID, camel, readPath } from './wire.js'

/** Fields that the hub has. All others go to `raw`, so that nothing is lost. */
const KNOWN: ReadonlySet<string> = new Set([
  'model',
  'stream',
  'contents',
  'systemInstruction',
  'tools',
  'toolConfig',
  'generationConfig',
  'serviceTier',
])

const SERVICE_TIERS: ReadonlyMap<unknown, string> = new Map<unknown, string>([
  ['standard', 'default'],
  ['flex', 'flex'],
  ['priority', 'priority'],
])

export function decodeRequest(wire: unknown, options: DecodeOptions = {}): ChatRequest {
  const body = camel(requestObject(wire))
  const content = options.content ?? true
  const target = readPath(options.path)
  const request: ChatRequest = {
    // Some SDKs repeat the model in the body.
    model: target?.model ?? asString(body['model'])?.replace(/^models\//, '') ?? '',
    messages: content ? decodeContents(body['systemInstruction'], body['contents']) : [],
  }
  if (target) request.stream = target.method === 'streamGenerateContent'

  const extra: JsonObject = {}
  const config = decodeGenerationConfig(body['generationConfig'], request)
  if (config) extra['generationConfig'] = config
  const { choice, rest } = decodeToolConfig(body['toolConfig'])
  if (choice !== undefined) request.tool_choice = choice
  if (rest) extra['toolConfig'] = rest
  const tier = SERVICE_TIERS.get(body['serviceTier'])
  if (tier !== undefined) request.service_tier = tier
  else if (body['serviceTier'] != null) extra['serviceTier'] = body['serviceTier']
  if (!content) {
    // A schema is content of the caller's, and grows with it.
    if (request.response_format?.type === 'json_schema')
      request.response_format = { type: 'json_schema', json_schema: { name: 'response' } }
    return request
  }

  const layout = readLayout(body, dialectOf(request.model).needsSignatures)
  if (layout) extra[LAYOUT] = layout
  const tools = decodeTools(body['tools'])
  if (tools.length > 0) request.tools = tools
  keepRaw(request, ID, { ...extra, ...unknownFields(body, KNOWN) })
  return request
}
