/** What the router may know of a call, computed from its request on first use. */
import type { ChatRequest, EmbeddingsRequest } from '../../kernel/hub.js'
import { estimateTokens, promptPrefix, type CountTokens } from '../../kernel/estimate-tokens.js'
import type { Capability } from '../../router/options.js'
import type { RoutedCall } from '../../router/strategy.js'
import type { Identity } from '../../telemetry/identity.js'

type Request = { readonly chat: ChatRequest } | { readonly embeddings: EmbeddingsRequest } | undefined

/** @param counter - Returns what counts tokens; `undefined` for characters. */
export function routedCall(
  model: string,
  metadata: Identity | undefined,
  request: Request,
  counter?: () => CountTokens | undefined,
): RoutedCall {
  const chat = request && 'chat' in request ? request.chat : undefined
  const input = request && 'embeddings' in request ? request.embeddings.input : chat
  return new LazyCall(model, metadata ?? {}, chat, input, counter)
}

class LazyCall implements RoutedCall {
  readonly model: string
  readonly metadata: Readonly<Record<string, unknown>>
  private readonly chat: ChatRequest | undefined
  private readonly input: unknown
  private readonly counter: (() => CountTokens | undefined) | undefined
  private tokens: number | undefined
  private prefix: string | undefined
  private needed: readonly Capability[] | undefined

  constructor(
    model: string,
    metadata: Readonly<Record<string, unknown>>,
    chat: ChatRequest | undefined,
    input: unknown,
    counter: (() => CountTokens | undefined) | undefined,
  ) {
    this.counter = counter
    this.model = model
    this.metadata = metadata
    this.chat = chat
    this.input = input
  }

  get stream(): boolean {
    return this.chat?.stream === true
  }

  get inputTokens(): number {
    return (this.tokens ??= estimateTokens(this.input, this.counter?.()))
  }

  get outputTokens(): number {
    return this.chat?.max_completion_tokens ?? this.chat?.max_tokens ?? 0
  }

  get promptPrefix(): string {
    return (this.prefix ??= this.chat ? promptPrefix(this.chat) : '')
  }

  get needs(): readonly Capability[] {
    return (this.needed ??= this.chat ? needsOf(this.chat) : [])
  }
}

const NEED_OF_PART: Readonly<Record<string, Capability>> = {
  image_url: 'vision',
  input_audio: 'audio',
  file: 'files',
}

function needsOf(request: ChatRequest): readonly Capability[] {
  const needs = new Set<Capability>()
  for (const { content } of request.messages) {
    if (!Array.isArray(content)) continue
    for (const { type } of content as readonly { readonly type: string }[]) {
      const need = NEED_OF_PART[type]
      if (need) needs.add(need)
    }
  }
  if (request.tools && request.tools.length > 0) needs.add('tools')
  if (request.response_format?.type === 'json_schema') needs.add('json_schema')
  return [...needs]
}
