/** A call of the AI SDK as a body and options of the client. */
import type { ChatBody } from '../client/types/chat.js'
import type { CallMetadata, CallOptions } from '../client/types/options.js'
import type { ChatRequest, Tool, ToolChoice } from '../kernel/hub.js'
import { asNumber, asString, compact, isObject } from '../kernel/json.js'
import type { AskedCall, AskedText, AskedTool, ByProvider } from './ai-asked.js'
import type { Warning } from './given.js'
import { OWN } from './kept.js'
import { cacheControlOf, messagesOf } from './ai-prompt.js'
import type { ModelOptions } from './provider-types.js'

/** A call, ready for the client. */
export interface Ready<Body> {
  readonly body: Body
  readonly options: CallOptions
  readonly warnings: Warning[]
}

/** Fields of `providerOptions.tracestitch` that are options of the call. All others are fields of its body. */
const OPTIONS: ReadonlySet<string> = new Set<keyof CallOptions>([
  'headers',
  'timeout',
  'fallbacks',
  'priority',
  'dropUnsupported',
  'cache',
  'metadata',
  'extra_body',
  'provider_options',
])

/** Options of models of `@ai-sdk/openai` and `@ai-sdk/anthropic` that chat has a field for. */
const KNOWN: Readonly<Record<string, Readonly<Record<string, keyof ChatRequest>>>> = {
  openai: {
    reasoningEffort: 'reasoning_effort',
    parallelToolCalls: 'parallel_tool_calls',
    serviceTier: 'service_tier',
    textVerbosity: 'verbosity',
    promptCacheKey: 'prompt_cache_key',
    logitBias: 'logit_bias',
    prediction: 'prediction',
    store: 'store',
    user: 'user',
  },
  anthropic: { effort: 'reasoning_effort' },
}
/** Those that are read elsewhere: options of parts, and of thinking. */
const READ = new Set(['anthropic.thinking', 'anthropic.cacheControl', 'openai.imageDetail', 'anthropic.signature'])

/** The options of the call, and the fields that its provider options add to its body. */
export function callOf(
  asked: AskedCall,
  defaults: ModelOptions | undefined,
): { readonly options: CallOptions; readonly fields: Readonly<Record<string, unknown>>; readonly warnings: Warning[] } {
  const given: Record<string, unknown> = {}
  const fields: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(asked.providerOptions?.[OWN] ?? {})) {
    if (name !== 'cacheControl') (OPTIONS.has(name) ? given : fields)[name] = value
  }
  const headers = { ...defaults?.headers, ...given['headers']!, ...compact({ ...asked.headers }) }
  const metadata = metadataOf(defaults?.metadata, given['metadata'])
  const { fields: foreign, warnings } = foreignFields(asked.providerOptions)
  return {
    options: {
      // A setting that one model lacks is a warning in the AI SDK, not an error.
      dropUnsupported: true,
      ...defaults,
      ...given,
      ...(metadata && { metadata }),
      ...(Object.keys(headers).length > 0 && { headers: headers as Record<string, string> }),
      ...(asked.abortSignal && { signal: asked.abortSignal }),
    },
    fields: { ...foreign, ...fields },
    warnings,
  }
}

/** As for nested contexts: fields win one by one, and tags add up. */
function metadataOf(known: CallMetadata | undefined, given: unknown): CallMetadata | undefined {
  if (!isObject(given)) return known
  const { tags } = given as CallMetadata
  return { ...known, ...given, ...(known?.tags && { tags: [...known.tags, ...(tags ?? [])] }) }
}

/** Programs have options for the providers that they called before; what chat can say is taken over. */
function foreignFields(options: ByProvider | undefined): { fields: Record<string, unknown>; warnings: Warning[] } {
  const fields: Record<string, unknown> = {}
  const warnings: Warning[] = []
  for (const [provider, values] of Object.entries(options ?? {})) {
    if (provider === OWN) continue
    for (const [name, value] of Object.entries(values)) {
      const field = KNOWN[provider]?.[name]
      if (field !== undefined) fields[field] = value
      else if (provider === 'anthropic' && name === 'thinking' && isObject(value)) fields['thinking'] = thinking(value)
      else if (!READ.has(`${provider}.${name}`)) {
        const details = `give it in providerOptions.${OWN}.provider_options, by the provider's own field names`
        warnings.push({ type: 'unsupported', feature: `providerOptions.${provider}.${name}`, details })
      }
    }
  }
  return { fields, warnings }
}

function thinking(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const { budgetTokens, ...rest } = value
  return compact({ ...rest, budget_tokens: asNumber(budgetTokens) })
}

export function textCall(model: string, asked: AskedText, defaults: ModelOptions | undefined): Ready<ChatBody> {
  const { options, fields, warnings } = callOf(asked, defaults)
  const refuse = (feature: string): void => void warnings.push({ type: 'unsupported', feature })
  const tools = toolsOf(asked.tools, refuse)
  const effort = asked.reasoning === 'provider-default' ? undefined : asked.reasoning
  const request: Partial<ChatRequest> = compact({
    messages: messagesOf(asked.prompt, refuse),
    max_completion_tokens: asked.maxOutputTokens,
    temperature: asked.temperature,
    stop: asked.stopSequences && [...asked.stopSequences],
    top_p: asked.topP,
    top_k: asked.topK,
    presence_penalty: asked.presencePenalty,
    frequency_penalty: asked.frequencyPenalty,
    seed: asked.seed,
    reasoning_effort: effort,
    response_format: formatOf(asked.responseFormat),
    tools: tools.length > 0 ? tools : undefined,
    tool_choice: tools.length > 0 ? choiceOf(asked.toolChoice) : undefined,
  } as Partial<ChatRequest>)
  return { body: { ...request, ...fields, model } as ChatBody, options, warnings }
}

function toolsOf(tools: readonly AskedTool[] = [], refuse: (feature: string) => void): Tool[] {
  return tools.flatMap((tool): Tool[] => {
    if (tool.type !== 'function') {
      refuse(`tool ${tool.name}, which runs at one provider`)
      return []
    }
    const cache = cacheControlOf(tool.providerOptions)
    const { name, description, inputSchema, strict } = tool
    const declared = compact({ name, description, parameters: isObject(inputSchema) ? inputSchema : undefined, strict })
    return [{ type: 'function', function: declared as { name: string }, ...(cache && { cache_control: cache }) }]
  })
}

function choiceOf(choice: AskedText['toolChoice']): ToolChoice | undefined {
  if (choice?.type === 'tool') return { type: 'function', function: { name: choice.toolName ?? '' } }
  const type = asString(choice?.type)
  return type === 'auto' || type === 'none' || type === 'required' ? type : undefined
}

function formatOf(format: AskedText['responseFormat']): ChatRequest['response_format'] | undefined {
  if (format?.type !== 'json') return undefined
  const { name = 'response', description, schema } = format
  if (!isObject(schema)) return { type: 'json_object' }
  // Where a provider cannot enforce the schema, the client sends it without `strict`.
  const declared = compact({ name, description, schema, strict: true })
  return { type: 'json_schema', json_schema: declared as { name: string } }
}
