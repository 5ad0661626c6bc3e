/** `client.chat.completions` as callers see it. */
import type { FunctionToolCall } from '../../kernel/hub.js'
import type { ChatHelpers } from '../helpers/index.js'
import type {
  ChatBody,
  ChatResult,
  ChatStream,
  FunctionsOnly,
  ParsedChatResult,
  ParsedOutput,
  ParseFormat,
} from './chat.js'
import type { CallOptions } from './options.js'

type ParseBody<F, Alias extends string> = Omit<ChatBody<Alias>, 'response_format' | 'stream'> & {
  response_format: F
  stream?: false | null
}

/** Chat, in the shape of the `openai` package's `chat.completions`. */
export interface ChatCompletions<Alias extends string = never> extends ChatHelpers<Alias> {
  /** @throws TracestitchError, or the caller's own abort reason. */
  create(
    body: ChatBody<Alias> & FunctionsOnly & { stream?: false | null },
    options?: CallOptions,
  ): Promise<ChatResult<FunctionToolCall>>
  create(body: ChatBody<Alias> & { stream?: false | null }, options?: CallOptions): Promise<ChatResult>
  create(body: ChatBody<Alias> & { stream: true }, options?: CallOptions): Promise<ChatStream>
  create(
    body: ChatBody<Alias> & FunctionsOnly,
    options?: CallOptions,
  ): Promise<ChatResult<FunctionToolCall> | ChatStream>
  create(body: ChatBody<Alias>, options?: CallOptions): Promise<ChatResult | ChatStream>
  /** As `create`; the content is also checked against `response_format` and returned as `message.parsed`. */
  parse<F extends ParseFormat>(
    body: ParseBody<F, Alias> & FunctionsOnly,
    options?: CallOptions,
  ): Promise<ParsedChatResult<ParsedOutput<F>, FunctionToolCall>>
  parse<F extends ParseFormat>(
    body: ParseBody<F, Alias>,
    options?: CallOptions,
  ): Promise<ParsedChatResult<ParsedOutput<F>>>
}
