/** Picks the format of a target for a request of chat: not every model is served on all of them. */
import { ConfigError } from '../../kernel/errors.js'
import type { ChatRequest } from '../../kernel/hub.js'
import type { ChatProtocol } from '../../kernel/protocol.js'
import { traitsOf } from '../../models/index.js'
import type { Target } from '../../router/target.js'
import type { AttemptRun } from '../call/attempt-run.js'

const CHAT = 'openai-chat'
const RESPONSES = 'openai-responses'

/** @throws ConfigError when the target has no chat format, or the provider has no model of that name. */
export function chatCodec({ provider, model, base }: Target): ChatProtocol {
  const chat = provider.chatFor(base ?? model)
  if (typeof chat === 'object') return chat
  if (chat !== undefined)
    throw new ConfigError('model', `\`${provider.id}/${model}\` ${chat}`, { provider: provider.id, model })
  throw new ConfigError(
    'model',
    `the provider \`${provider.id}\` has no chat format in this version${provider.unspoken}`,
    {
      provider: provider.id,
      model,
    },
  )
}

interface CarriedRequest {
  readonly codec: ChatProtocol
  readonly request: ChatRequest
}

/**
 * The request in the target's chat format; or on OpenAI's Responses API, if the model is served only there and the provider
 * has it.
 */
export function carriedBy(run: AttemptRun, codec: ChatProtocol, request: ChatRequest): CarriedRequest {
  const { model, base, provider } = run.target
  if (codec.id !== CHAT) return { codec, request }
  const why = onlyAtResponses(base ?? model, request)
  const other = why === undefined ? undefined : provider.otherwise(RESPONSES, base ?? model)
  if (other === undefined) return { codec, request }
  const { warn } = run.encodeContext
  if (typeof other === 'string') {
    warn(`\`${model}\` ${why}, which are sent to chat completions: ${other}`)
    return { codec, request }
  }
  warn(`\`${model}\` ${why}: sent to ${other.path}`)
  // The Responses API stores answers unless a request says otherwise; chat completions do not.
  return { codec: other, request: { ...withEffort(request), store: request.store ?? false } }
}

/** `extra_body` is written for one format; an effort in it is moved to where every format finds it. */
function withEffort(request: ChatRequest): ChatRequest {
  const { reasoning_effort: effort, ...extra } = request.extra_body ?? {}
  return typeof effort === 'string' ? { ...request, reasoning_effort: effort, extra_body: extra } : request
}

/** What the model serves only on the Responses API, in words that follow its name. */
function onlyAtResponses(model: string, request: ChatRequest): string | undefined {
  const { needsResponses } = traitsOf(model)
  if (needsResponses === undefined) return undefined
  if (needsResponses === 'always') return 'takes requests only on the Responses API'
  const { reasoning_effort: effort } = withEffort(request)
  const hasFunctions = request.tools?.some(({ type }) => type === 'function' || type === 'custom') ?? false
  const reasons = needsResponses === 'functions-with-effort' ? effort != null && effort !== 'none' : effort !== 'none'
  return hasFunctions && reasons ? 'takes functions and reasoning together only on the Responses API' : undefined
}
